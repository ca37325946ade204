package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Filter;
import dev.gatehouse.Handler;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Filter} must do. Extend it, make your filter in {@link #newFilter}, say which request it lets pass,
 * and run it with JUnit 5. A filter that changes content, or replaces errors, says so by the methods that begin with
 * {@code keeps}; the contract then asks for less, never for nothing.
 *
 * <p>Needed beside this library: {@code junit-jupiter} and {@code assertj-core}.
 */
public abstract class FilterContract {

    private static final int THREADS = 8;
    private static final int REQUESTS_PER_THREAD = 50;
    private static final int TRIES = 20;
    private static final String ID = "Contract-Id";
    private static final Headers TRAILERS = Headers.of("Contract-Trailer", "kept");

    /** Nothing to set up. */
    protected FilterContract() {}

    /**
     * Makes the filter under test.
     *
     * @return a new filter
     */
    protected abstract Filter newFilter();

    /**
     * A request that the filter lets pass, also some hundred times in a row.
     *
     * @return the same request at each call, or an equal one
     */
    protected abstract Request passingRequest();

    /**
     * A request that a new filter answers itself.
     *
     * @return a request; null if the filter lets every request pass
     */
    protected @Nullable Request answeredRequest() {
        return null;
    }

    /**
     * A probe for a filter. Override it for a filter that needs path variables, a certain client, or virtual time.
     *
     * @param filter the filter, watched
     * @return a new probe
     */
    protected FilterProbe newProbe(Filter filter) {
        return FilterProbe.of(filter);
    }

    /**
     * Whether the content of a request passes as it is, and as it comes.
     *
     * @return false for a filter that collects, changes or replaces it
     */
    protected boolean keepsRequestContent() {
        return true;
    }

    /**
     * Whether the content of a response passes as it is, and as it comes.
     *
     * @return false for a filter that collects, changes or replaces it
     */
    protected boolean keepsResponseContent() {
        return true;
    }

    /**
     * Whether a response that stands for an error of the gateway still does so outside the filter.
     *
     * @return false for a filter that puts something else in its place
     */
    protected boolean keepsFailures() {
        return true;
    }

    @Test
    void aRequestThatPassesReachesTheInsideOnce() {
        ScriptedInside inside = ScriptedInside.answering(Response.text(200, "inside"));
        Sent sent = send(newFilter(), passingRequest(), inside);

        assertPassed(sent);
        assertThat(sent.filter().proceeded()).as("calls of Chain.proceed").isEqualTo(1);
        assertThat(inside.calls()).isEqualTo(1);
        assertThat(sent.result().completion().status())
                .isEqualTo(sent.result().response().status());
    }

    @Test
    void whatItAnswersItselfDoesNotReachTheInside() {
        Request request = answeredRequest();
        ScriptedInside inside = ScriptedInside.answering(Response.text(200, "inside"));
        Sent sent = send(newFilter(), request == null ? passingRequest() : request, inside);

        assertAnswered(sent);
        assertThat(inside.calls()).as("calls of the inside").isEqualTo(request == null ? 1 : 0);
        assertThat(sent.filter().proceeded()).isEqualTo(inside.calls());
    }

    @Test
    void itDoesNotWaitForTheInside() {
        ScriptedInside inside = new ScriptedInside();
        WatchedFilter watched = new WatchedFilter(newFilter());
        FilterProbe probe = newProbe(watched).answering(inside);
        Thread caller = new Thread(() -> probe.send(passingRequest()), "caller of the filter");
        caller.start();
        try {
            Patience.await(watched.returned(), "apply does not return before the inside answers");
        } catch (AssertionError stuck) {
            throw new AssertionError(stuck.getMessage() + watched.callerStack(), stuck);
        } finally {
            inside.answer(Response.of(200));
        }
    }

    @Test
    void itDoesNotBlockOnTheWayIn() {
        Filter filter = newFilter();
        int waited = 0;
        for (int i = 0; i < TRIES; i++) {
            Sent sent = send(filter, passingRequest(), ScriptedInside.answering(Response.of(200)));
            assertAnswered(sent);
            waited += sent.filter().waits() > 0 ? 1 : 0;
        }
        // Not "never": a lock inside an executor or a cache may make a thread wait once in a while.
        assertThat(waited)
                .as("requests of " + TRIES + " whose thread waited in apply")
                .isLessThan(TRIES / 2);
    }

    @Test
    void itDoesNotBlockOnTheWayOut() {
        Filter filter = newFilter();
        int waited = 0;
        for (int i = 0; i < TRIES; i++) {
            ScriptedInside inside = new ScriptedInside();
            Sent sent = send(filter, passingRequest(), inside);
            inside.awaitRequest();
            long before = Waits.ofThisThread();
            inside.answer(Response.of(200));
            waited += Waits.ofThisThread() > before ? 1 : 0;
            assertAnswered(sent);
        }
        assertThat(waited).as("responses of " + TRIES + " whose thread waited").isLessThan(TRIES / 2);
    }

    @Test
    void contentOfARequestPassesAsItComes() {
        PushedBody client = new PushedBody();
        CountDownLatch over = new CountDownLatch(1);
        ScriptedInside inside = ScriptedInside.answering(Response.of(200));
        Request request = passingRequest().withoutHeader("Content-Length").withBody(watched(client, over));
        if (keepsRequestContent()) {
            send(newFilter(), request, inside);
            // Nothing is there yet, and the inside has the request nevertheless.
            assertStreams(client, inside.awaitRequest().body());
        } else {
            client.give("some").end();
            send(newFilter(), request, inside);
            Answer.readAll(inside.awaitRequest().body());
            Patience.await(over, "the content that the client sent is neither read to its end nor cancelled");
        }
    }

    @Test
    void contentOfAResponsePassesAsItComes() {
        PushedBody upstream = new PushedBody();
        CountDownLatch over = new CountDownLatch(1);
        Response response = Response.of(200).withBody(watched(upstream, over));
        if (keepsResponseContent()) {
            Sent sent = send(newFilter(), passingRequest(), ScriptedInside.answering(response));
            assertStreams(upstream, sent.result().response().body());
        } else {
            upstream.give("some").end();
            Answer.readAll(send(newFilter(), passingRequest(), ScriptedInside.answering(response))
                    .result()
                    .response()
                    .body());
        }
        Patience.await(over, "the content of the inside's response is neither read to its end nor cancelled");
    }

    @Test
    void itServesManyThreadsAtOnce() throws Exception {
        Filter filter = newFilter();
        CyclicBarrier start = new CyclicBarrier(THREADS);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                String thread = i + "-";
                ends.add(threads.submit(() -> {
                    start.await();
                    sendInTurn(filter, thread);
                    return null;
                }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void anErrorFurtherInStaysTheSameError() {
        GatewayException failure = new GatewayException(Kind.NO_ENDPOINT, "of the contract");
        WatchedFilter watched = new WatchedFilter(newFilter());
        FilterProbe.Result result = newProbe(watched).failing(failure).send(passingRequest());

        if (keepsFailures()) {
            assertThat(result.response().failure()).containsSame(failure);
        } else {
            assertAnswered(new Sent(watched, result));
        }
    }

    @Test
    void whatTheInsideThrowsStaysInside() {
        IllegalStateException thrown = new IllegalStateException("thrown by the inside");
        Sent sent = send(newFilter(), passingRequest(), (request, exchange) -> {
            throw thrown;
        });

        if (keepsFailures()) {
            assertThat(sent.result().response().failure())
                    .hasValueSatisfying(failure -> assertThat(failure).hasCause(thrown));
        } else {
            assertAnswered(sent);
        }
    }

    @Test
    void anAnswerOnAnotherThreadIsTheSame() throws InterruptedException {
        Response response = Response.of(200, Headers.of(ID, "1"), Body.of("inside"));
        Sent same = send(newFilter(), passingRequest(), ScriptedInside.answering(response));
        ScriptedInside inside = new ScriptedInside();
        Sent other = send(newFilter(), passingRequest(), inside);
        inside.awaitRequest();
        Thread elsewhere = new Thread(() -> inside.answer(response), "where the answer comes from");
        elsewhere.start();
        elsewhere.join(Patience.millis());

        assertPassed(same);
        assertPassed(other);
        assertThat(other.result().response().status())
                .isEqualTo(same.result().response().status());
        assertThat(other.result().response().headers().names())
                .isEqualTo(same.result().response().headers().names());
    }

    private void sendInTurn(Filter filter, String thread) {
        Handler echo = (request, exchange) -> Filter.answer(
                Response.of(200, Headers.of(ID, String.valueOf(request.headers().get(ID))), Body.empty()));
        for (int i = 0; i < REQUESTS_PER_THREAD; i++) {
            String id = thread + i;
            Sent sent = send(filter, passingRequest().withHeader(ID, id), echo);
            assertPassed(sent);
            assertThat(sent.result().received().map(passed -> passed.headers().get(ID)))
                    .as("the request that reached the inside")
                    .hasValue(id);
            if (keepsResponseContent()) {
                assertThat(sent.result().response().headers().get(ID)).isEqualTo(id);
            }
        }
    }

    private Sent send(Filter filter, Request request, Handler inside) {
        WatchedFilter watched = new WatchedFilter(filter);
        return new Sent(watched, newProbe(watched).answering(inside).send(request));
    }

    private static void assertAnswered(Sent sent) {
        Response response = sent.result().response();
        assertThat(sent.filter().answeredNull()).as("the filter answered null").isFalse();
        assertThat(response.failure().filter(failure -> failure.kind() == Kind.FILTER_FAILED))
                .as("the failure of the filter")
                .isEmpty();
    }

    private static void assertPassed(Sent sent) {
        assertAnswered(sent);
        assertThat(sent.result().response().failure())
                .as("the failure that the response stands for")
                .isEmpty();
    }

    private static Body watched(PushedBody body, CountDownLatch over) {
        return body.body().onEnd((bytes, failure, cancelled) -> over.countDown());
    }

    private static void assertStreams(PushedBody from, Body to) {
        from.give("first");
        Chunk first = Answer.awaitChunk(to);
        assertThat(StandardCharsets.UTF_8.decode(first.data()).toString()).isEqualTo("first");
        first.release();
        from.give("second").end(TRAILERS);
        Answer.Content rest = Answer.readAll(to);
        assertThat(rest.text()).isEqualTo("second");
        assertThat(rest.failure()).isNull();
        assertThat(to.trailers()).as("the trailers").isEqualTo(TRAILERS);
    }

    /** A request on its way, from outside and from the filter's point of view. */
    private record Sent(WatchedFilter filter, FilterProbe.Result result) {}
}
