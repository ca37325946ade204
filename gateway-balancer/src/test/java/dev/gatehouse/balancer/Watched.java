package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** A balancer under virtual time whose endpoints, events and calls a test has in its hands. */
final class Watched implements AutoCloseable {

    final VirtualClock clock;
    final UpdatableEndpoints source;
    final List<BalancerEvent> events = Collections.synchronizedList(new ArrayList<>());
    final Balancer balancer;

    private Watched(VirtualClock clock, UpdatableEndpoints source, UnaryOperator<BalancerBuilder> settings) {
        this.clock = clock;
        this.source = source;
        this.balancer = settings.apply(Balancer.builder(source)
                        .strategy(Strategy.roundRobin())
                        .time(clock)
                        .random(RandomSource.seeded(1))
                        .listener(events::add))
                .build();
    }

    static Watched of(String... ids) {
        return of(builder -> builder, ids);
    }

    static Watched of(UnaryOperator<BalancerBuilder> settings, String... ids) {
        return of(new VirtualClock(), settings, ids);
    }

    static Watched of(VirtualClock clock, UnaryOperator<BalancerBuilder> settings, String... ids) {
        return new Watched(clock, new UpdatableEndpoints(Endpoints.list(ids)), settings);
    }

    Node node(String id) {
        return balancer.nodes().stream()
                .filter(node -> node.endpoint().id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    List<String> usable() {
        return balancer.candidates().stream()
                .filter(Balancer.Candidate::usable)
                .map(candidate -> candidate.node().endpoint().id())
                .toList();
    }

    String reason(String id) {
        return balancer.candidates().stream()
                .filter(candidate -> candidate.node().endpoint().id().equals(id))
                .map(Balancer.Candidate::reason)
                .findFirst()
                .orElseThrow();
    }

    /** A call to a certain node, by way of trying. */
    Lease leaseOf(String id) {
        for (int i = 0; i < 10_000; i++) {
            Lease lease = Objects.requireNonNull(balancer.tryAcquire(PickContext.none()));
            if (lease.endpoint().id().equals(id)) {
                return lease;
            }
            lease.close();
        }
        throw new AssertionError(id + " is never chosen");
    }

    /** The types of all events so far, each with the endpoint that it is about. */
    List<String> told() {
        return List.copyOf(events).stream()
                .map(event -> event.type() + (event.endpoint() == null ? "" : " " + event.endpoint()))
                .toList();
    }

    void forgetEvents() {
        events.clear();
    }

    void seconds(double seconds) {
        clock.advance(Duration.ofNanos((long) (seconds * 1e9)));
    }

    @Override
    public void close() {
        balancer.close();
    }
}
