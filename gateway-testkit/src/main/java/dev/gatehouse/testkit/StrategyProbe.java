package dev.gatehouse.testkit;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.Lease;
import dev.gatehouse.balancer.Node;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.RandomSource;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.balancer.UpdatableEndpoints;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A strategy in a real balancer, under virtual time and seeded chance, with nodes that nobody calls: a test says how calls
 * went and looks at what is chosen.
 *
 * <pre>{@code
 * var probe = StrategyProbe.of(Strategy.leastRequest()).nodes("a", "b").seed(42);
 * probe.busy("a", 10);
 * assert probe.picks(1_000).get("a") == 0;
 * }</pre>
 *
 * <p>For one thread.
 */
public final class StrategyProbe {

    /** What {@link #picks} counts under when nothing was chosen. */
    public static final String NONE = "(none)";

    private final WatchedStrategy strategy;
    private final VirtualTime time = new VirtualTime();
    private final UpdatableEndpoints endpoints = new UpdatableEndpoints(List.of());
    private final Map<String, Deque<Lease>> busy = new HashMap<>();
    private long seed = 1;
    private @Nullable Balancer balancer;

    private StrategyProbe(Strategy strategy) {
        this.strategy = new WatchedStrategy(strategy);
    }

    /**
     * A probe for a strategy, without nodes yet.
     *
     * @param strategy the strategy
     * @return a probe
     */
    public static StrategyProbe of(Strategy strategy) {
        return new StrategyProbe(Objects.requireNonNull(strategy));
    }

    /**
     * Replaces the nodes by some of weight 1. Those that were there already keep what is known of them.
     *
     * @param ids their names, all different
     * @return this probe
     */
    public StrategyProbe nodes(String... ids) {
        return endpoints(Stream.of(ids)
                .map(id ->
                        Endpoint.builder(id, URI.create("http://probe.invalid")).build())
                .toArray(Endpoint[]::new));
    }

    /**
     * Replaces the nodes, by such with weights, zones or tags.
     *
     * @param all an endpoint for each node, with different ids
     * @return this probe
     */
    public StrategyProbe endpoints(Endpoint... all) {
        endpoints.set(List.of(all));
        return this;
    }

    /**
     * Sets the seed of chance. <b>Default:</b> 1.
     *
     * @param value any number
     * @return this probe
     * @throws IllegalStateException if the strategy has drawn numbers already
     */
    public StrategyProbe seed(long value) {
        if (balancer != null) {
            throw new IllegalStateException("the seed comes before the first call");
        }
        this.seed = value;
        return this;
    }

    /**
     * The time that the strategy goes by.
     *
     * @return to be advanced
     */
    public VirtualTime time() {
        return time;
    }

    /**
     * The balancer around the strategy, to drain nodes or look at them.
     *
     * @return the balancer
     */
    public Balancer balancer() {
        Balancer made = balancer;
        if (made == null) {
            made = Balancer.builder(endpoints)
                    .strategy(strategy)
                    .time(time)
                    .random(RandomSource.seeded(seed))
                    .build();
            balancer = made;
        }
        return made;
    }

    /**
     * A node.
     *
     * @param id its endpoint's id
     * @return the node
     * @throws IllegalArgumentException if there is none
     */
    public Node node(String id) {
        return balancer().nodes().stream()
                .filter(node -> node.endpoint().id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "node: " + id + " (known: " + balancer().nodes() + ")"));
    }

    /**
     * Makes one call to a node that takes a while, and reports how it went. Time moves on by as much.
     *
     * @param id the node, not draining, whatever the strategy would choose
     * @param outcome how the call went
     * @param latency how long it took
     * @return this probe
     */
    public StrategyProbe report(String id, Outcome outcome, Duration latency) {
        try (Lease lease = leaseOf(id)) {
            time.advance(latency);
            lease.report(outcome);
        }
        return this;
    }

    /**
     * Keeps calls to a node under way.
     *
     * @param id the node, whatever the strategy would choose
     * @param calls how many there shall be from now on; fewer than before ends some
     * @return this probe
     */
    public StrategyProbe busy(String id, int calls) {
        Deque<Lease> leases = busy.computeIfAbsent(id, unused -> new ArrayDeque<>());
        while (leases.size() < calls) {
            leases.add(leaseOf(id));
        }
        while (leases.size() > calls) {
            leases.remove().close();
        }
        return this;
    }

    /**
     * Lets the strategy choose once; the call ends at once, without a report.
     *
     * @param context what is known of the call
     * @return the node's id, or {@link #NONE}
     */
    public String pick(PickContext context) {
        Lease lease = balancer().tryAcquire(context);
        if (lease == null) {
            return NONE;
        }
        lease.close();
        return lease.endpoint().id();
    }

    /**
     * Lets the strategy choose many times, for calls of which nothing is known. Each call ends before the next begins.
     *
     * @param count how often
     * @return how often each node was chosen, 0 if it never was; and {@link #NONE}, if it was
     */
    public Map<String, Integer> picks(int count) {
        return picks(count, PickContext.none());
    }

    /**
     * Lets the strategy choose many times, for calls that are alike. Each call ends before the next begins.
     *
     * @param count how often
     * @param context what is known of each call
     * @return how often each node was chosen, 0 if it never was; and {@link #NONE}, if it was
     */
    public Map<String, Integer> picks(int count, PickContext context) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        balancer().nodes().forEach(node -> counts.put(node.endpoint().id(), 0));
        for (int i = 0; i < count; i++) {
            counts.merge(pick(context), 1, Integer::sum);
        }
        return counts;
    }

    WatchedStrategy watched() {
        return strategy;
    }

    private Lease leaseOf(String id) {
        Node wanted = node(id);
        if (wanted.draining()) {
            throw new IllegalStateException(id + " is draining");
        }
        strategy.force(wanted);
        try {
            return balancer().acquire(PickContext.none());
        } finally {
            strategy.force(null);
        }
    }
}
