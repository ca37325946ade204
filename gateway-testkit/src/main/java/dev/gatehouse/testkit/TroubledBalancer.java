package dev.gatehouse.testkit;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.BalancerEvent;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.HealthChecker;
import dev.gatehouse.balancer.Lease;
import dev.gatehouse.balancer.Node;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.RandomSource;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.balancer.UpdatableEndpoints;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A production balancer under virtual time, with health checks and outlier detection, whose nodes are made to fail checks and
 * calls, to drain, to leave and to return. {@link #disturb} is for one thread, calls are for several.
 */
final class TroubledBalancer implements AutoCloseable {

    private static final int CONSECUTIVE_FAILURES = 3;
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);
    private static final Duration EJECTION = Duration.ofSeconds(30);

    private final List<Endpoint> all;
    private final VirtualTime time = new VirtualTime();
    private final UpdatableEndpoints source;
    private final WatchedStrategy watched;
    private final Balancer balancer;
    private final Set<String> unwell = ConcurrentHashMap.newKeySet();
    private final Set<BalancerEvent.Type> events = ConcurrentHashMap.newKeySet();

    /** All that were ever called. */
    private final Set<Node> called = ConcurrentHashMap.newKeySet();

    private final LongAdder reported = new LongAdder();

    TroubledBalancer(Strategy strategy, long seed, Endpoint... endpoints) {
        this.all = List.of(endpoints);
        this.source = new UpdatableEndpoints(all);
        this.watched = new WatchedStrategy(strategy);
        HealthChecker checker = endpoint -> unwell.contains(endpoint.id())
                ? CompletableFuture.failedFuture(new IllegalStateException("unwell"))
                : CompletableFuture.completedFuture(null);
        this.balancer = Balancer.builder(source)
                .strategy(watched)
                .healthCheck(
                        checker,
                        check -> check.interval(CHECK_INTERVAL)
                                .unhealthyAfter(1)
                                .healthyAfter(1)
                                .jitter(0))
                .outlierDetection(outlier -> outlier.consecutiveFailures(CONSECUTIVE_FAILURES)
                        .ejection(EJECTION, EJECTION)
                        .maxEjectedShare(0.5))
                .listener(event -> events.add(event.type()))
                .time(time)
                .random(RandomSource.seeded(seed))
                .build();
        time.advance(CHECK_INTERVAL);
    }

    Balancer balancer() {
        return balancer;
    }

    List<String> violations() {
        return watched.violations();
    }

    Set<BalancerEvent.Type> events() {
        return events;
    }

    Set<Node> called() {
        return called;
    }

    /** How many calls were said to have gone well or not. */
    long reported() {
        return reported.sum();
    }

    /** The nodes that may be called now: in a panic all that do not drain. */
    Set<Node> usable() {
        // Runs what is due, so that nothing else changes before the time does.
        time.advance(Duration.ZERO);
        return balancer.candidates().stream()
                .filter(Balancer.Candidate::usable)
                .map(Balancer.Candidate::node)
                .collect(Collectors.toSet());
    }

    /** One call as the strategy chooses; null if no node takes it. */
    @Nullable
    Node call(PickContext context, Outcome outcome) {
        Lease lease = balancer.tryAcquire(context);
        if (lease == null) {
            return null;
        }
        try (lease) {
            lease.report(outcome);
        }
        called.add(lease.node());
        reported.add(outcome == Outcome.IGNORED ? 0 : 1);
        return lease.node();
    }

    /** Something happens to the nodes, and some time goes by. */
    void disturb(Gen gen) {
        Endpoint one = gen.oneOf(all);
        switch (gen.between(0, 5)) {
            case 0 -> source.set(gen.chance(0.5) ? all : gen.shuffled(all).subList(0, all.size() / 2));
            case 1 -> unwell.addAll(gen.someOf(all).stream().map(Endpoint::id).toList());
            case 2 -> unwell.clear();
            case 3 -> fail(one.id());
            case 4 -> drain(one.id());
            default -> undrainAll();
        }
        time.advance(Duration.ofMillis(gen.between(0, 15_000)));
    }

    /** Affinity leads a call to a node past the strategy, if the node takes calls at all. */
    private void fail(String id) {
        for (int i = 0; i < CONSECUTIVE_FAILURES; i++) {
            call(PickContext.none().preferring(id), Outcome.SERVER_ERROR);
        }
    }

    private void drain(String id) {
        // The node may have left the list: then the stage has failed, and there is nothing to drain.
        var unused = balancer.drain(id, Duration.ofSeconds(10));
    }

    private void undrainAll() {
        for (Node node : balancer.nodes()) {
            if (node.draining()) {
                balancer.undrain(node.endpoint().id());
            }
        }
    }

    @Override
    public void close() {
        balancer.close();
    }
}
