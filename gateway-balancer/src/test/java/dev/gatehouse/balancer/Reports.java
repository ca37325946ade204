package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** What a source that works on threads of its own has told, in order. */
final class Reports implements EndpointSource.Listener {

    private static final long PATIENCE_SECONDS = 10;

    private final BlockingQueue<Object> told = new LinkedBlockingQueue<>();

    @Override
    public void onEndpoints(List<Endpoint> endpoints) {
        told.add(endpoints);
    }

    @Override
    public void onFailure(Throwable failure) {
        told.add(failure);
    }

    boolean isEmpty() {
        return told.isEmpty();
    }

    private Object take() {
        try {
            Object next = told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(next).as("a report within " + PATIENCE_SECONDS + " s").isNotNull();
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** The URIs of the next list, or "failed: " and why. */
    String next() {
        Object next = take();
        return next instanceof List<?> list
                ? list.stream()
                        .map(endpoint -> ((Endpoint) endpoint).uri().toString())
                        .collect(Collectors.joining(" "))
                : "failed: " + ((Throwable) next).getMessage();
    }

    List<Endpoint> nextList() {
        Object next = take();
        assertThat(next).isInstanceOf(List.class);
        return ((List<?>) next).stream().map(Endpoint.class::cast).toList();
    }

    /** Until the look that runs has set the time of the next one. */
    void awaitTimer(VirtualClock time) {
        until(() -> time.pending() > 0);
    }

    static void until(BooleanSupplier condition) {
        Awaitility.await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS).until(condition::getAsBoolean);
    }
}
