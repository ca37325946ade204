package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Collects the settings of a {@link Balancer}. Not safe for use by several threads. */
public final class BalancerBuilder {

    private EndpointSource source;
    private Strategy strategy = Strategy.leastRequest();
    private @Nullable Strategy shadow;
    private double panicThreshold = 0.5;
    private TimeSource time = TimeSource.system();
    private RandomSource random = RandomSource.system();
    private @Nullable HealthChecker healthChecker;
    private HealthCheckSettings healthCheck = HealthCheckSettings.defaults();
    private @Nullable OutlierDetection outlierDetection;
    private @Nullable CircuitBreaking circuitBreaking;
    private @Nullable AdaptiveConcurrency adaptiveConcurrency;
    private @Nullable Duration slowStart;
    private int maxInFlightPerNode = InFlight.UNLIMITED;
    private int maxInFlight = InFlight.UNLIMITED;
    private @Nullable PendingLimit pending;
    private boolean stickyDrains;
    private @Nullable Balancer predecessor;
    private final List<BalancerListener> listeners = new ArrayList<>();

    BalancerBuilder(EndpointSource source) {
        this.source = Objects.requireNonNull(source, "source");
    }

    /**
     * Sets how a node is chosen. <b>Default:</b> {@link Strategy#leastRequest()}.
     *
     * @param value the strategy
     * @return this builder
     */
    public BalancerBuilder strategy(Strategy value) {
        this.strategy = Objects.requireNonNull(value, "strategy");
        return this;
    }

    /**
     * Asks another strategy what it would choose for every call, and never follows it; {@link Balancer#shadow} says what it
     * would have made of the same calls. Costs each call a second choice and an object. <b>Default:</b> none is asked.
     *
     * @param value the other strategy
     * @return this builder
     */
    public BalancerBuilder shadow(Strategy value) {
        this.shadow = Objects.requireNonNull(value, "shadow");
        return this;
    }

    /**
     * Checks the nodes' health with the default times and thresholds. <b>Default:</b> no checks.
     *
     * @param checker how to ask an endpoint
     * @return this builder
     */
    public BalancerBuilder healthCheck(HealthChecker checker) {
        return healthCheck(checker, HealthCheckSettings.defaults());
    }

    /**
     * Checks the nodes' health.
     *
     * @param checker how to ask an endpoint
     * @param settings changes the default times and thresholds
     * @return this builder
     * @throws IllegalArgumentException if the settings do not fit together
     */
    public BalancerBuilder healthCheck(HealthChecker checker, Consumer<HealthCheckSettings.Builder> settings) {
        HealthCheckSettings.Builder builder = HealthCheckSettings.builder();
        settings.accept(builder);
        return healthCheck(checker, builder.build());
    }

    /**
     * Checks the nodes' health.
     *
     * @param checker how to ask an endpoint
     * @param settings when to ask, and what to make of the answers
     * @return this builder
     * @throws IllegalArgumentException if the check needs another client than the JDK's and has none, as a gRPC check
     */
    public BalancerBuilder healthCheck(HealthChecker checker, HealthCheckSettings settings) {
        String missing = ProbedCheck.missing(checker);
        if (missing != null) {
            throw new IllegalArgumentException("healthCheck: " + missing);
        }
        this.healthChecker = Objects.requireNonNull(checker, "checker");
        this.healthCheck = Objects.requireNonNull(settings, "settings");
        return this;
    }

    /**
     * Ejects nodes whose calls fail, for a while. <b>Default:</b> none is ejected.
     *
     * @param settings changes the defaults
     * @return this builder
     * @throws IllegalArgumentException if the settings do not fit together
     */
    public BalancerBuilder outlierDetection(Consumer<OutlierDetection.Builder> settings) {
        OutlierDetection.Builder builder = OutlierDetection.builder();
        settings.accept(builder);
        return outlierDetection(builder.build());
    }

    /**
     * Ejects nodes whose calls fail, for a while. <b>Default:</b> none is ejected.
     *
     * @param settings when, and for how long
     * @return this builder
     */
    public BalancerBuilder outlierDetection(OutlierDetection settings) {
        this.outlierDetection = Objects.requireNonNull(settings, "settings");
        return this;
    }

    /**
     * Stops calls to nodes that fail too many of them, be it the only one, and tries again later. <b>Default:</b> no circuit
     * ever opens.
     *
     * @param settings changes the defaults
     * @return this builder
     * @throws IllegalArgumentException if the settings do not fit together
     */
    public BalancerBuilder circuitBreaking(Consumer<CircuitBreaking.Builder> settings) {
        CircuitBreaking.Builder builder = CircuitBreaking.builder();
        settings.accept(builder);
        return circuitBreaking(builder.build());
    }

    /**
     * Stops calls to nodes that fail too many of them, be it the only one, and tries again later. <b>Default:</b> no circuit
     * ever opens.
     *
     * @param settings when, and for how long
     * @return this builder
     */
    public BalancerBuilder circuitBreaking(CircuitBreaking settings) {
        this.circuitBreaking = Objects.requireNonNull(settings, "settings");
        return this;
    }

    /**
     * Lets the weight of a node grow from a tenth to its whole over some time, in proportion to it, when the node joins
     * others that are there already, comes up after it was down, returns after it was ejected, or its circuit closes; for
     * nodes that must fill caches or compile. Strategies that go by {@link Node#effectiveWeight} follow, others do not. A new picker is made
     * for it once in a twentieth of the window, and at most once in a second. Nodes of the first list have their whole
     * weight. <b>Default:</b> all nodes always have.
     *
     * @param window 1 s to {@link TimeSource#LONGEST}
     * @return this builder
     */
    public BalancerBuilder slowStart(Duration window) {
        if (window.compareTo(Duration.ofSeconds(1)) < 0 || window.compareTo(TimeSource.LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "slowStart: " + window + " (expected: PT1S to " + TimeSource.LONGEST + ")");
        }
        this.slowStart = window;
        return this;
    }

    /**
     * Sets how many calls may be under way to one node; one that has as many is not chosen. The limit holds among threads,
     * and for all balancers that share a node. When all usable nodes have as many, a call is refused at once, or waits
     * ({@link #maxPending}). <b>Default:</b> no limit, since what a node can take is the node's to say.
     *
     * @param calls 1 or more
     * @return this builder
     */
    public BalancerBuilder maxInFlightPerNode(int calls) {
        this.maxInFlightPerNode = atLeastOne("maxInFlightPerNode", calls);
        return this;
    }

    /**
     * Limits how many calls may be under way to each node by how long they take: a limit that finds out itself what the node
     * takes. One that has as many is not chosen, as with {@link #maxInFlightPerNode}; the smaller one of the two counts.
     * <b>Default:</b> no limit.
     *
     * @param settings changes the defaults
     * @return this builder
     * @throws IllegalArgumentException if the settings do not fit together
     */
    public BalancerBuilder adaptiveConcurrency(Consumer<AdaptiveConcurrency.Builder> settings) {
        AdaptiveConcurrency.Builder builder = AdaptiveConcurrency.builder();
        settings.accept(builder);
        return adaptiveConcurrency(builder.build());
    }

    /**
     * Limits how many calls may be under way to each node by how long they take. <b>Default:</b> no limit.
     *
     * @param settings between which limits, and how fast
     * @return this builder
     */
    public BalancerBuilder adaptiveConcurrency(AdaptiveConcurrency settings) {
        this.adaptiveConcurrency = Objects.requireNonNull(settings, "settings");
        return this;
    }

    /**
     * Sets how many calls may be under way by this balancer; one more is refused at once, or waits
     * ({@link #maxPending}). The limit holds among threads, at
     * the cost of a counter that they share. A balancer that {@linkplain #adopting adopts} counts from 0: calls of the one
     * before are that one's. <b>Default:</b> no limit.
     *
     * @param calls 1 or more
     * @return this builder
     */
    public BalancerBuilder maxInFlight(int calls) {
        this.maxInFlight = atLeastOne("maxInFlight", calls);
        return this;
    }

    /**
     * Lets calls wait while {@link #maxInFlight}, {@link #maxInFlightPerNode} or
     * {@link #adaptiveConcurrency(AdaptiveConcurrency)} allows no more, in order, for {@link Balancer#acquire}, {@link Balancer#acquireAsync}, {@link Balancer#call} and {@link Balancer#callAsync}. A call
     * that finds no usable node is refused at once all the same: nobody waits for health. A balancer that
     * {@linkplain #adopting adopts} has a queue of its own. Not for evening out more than short bursts: where calls come
     * faster than they end, each that is served has waited the whole time. <b>Default:</b> none waits.
     *
     * @param calls how many may wait, 1 or more
     * @param longest for how long at most, up to {@link TimeSource#LONGEST}; well below what callers wait for an answer
     * @return this builder
     */
    public BalancerBuilder maxPending(int calls, Duration longest) {
        this.pending = new PendingLimit(calls, longest);
        return this;
    }

    private static int atLeastOne(String name, int calls) {
        if (calls < 1) {
            throw new IllegalArgumentException(name + ": " + calls + " (expected: >= 1)");
        }
        return calls;
    }

    /**
     * Sets the share of usable nodes below which all are used that are not draining, whatever their health: checks that
     * fail nearly everywhere say more about the checks, and the few nodes left could not take the load.
     * <b>Default:</b> 0.5, as in Envoy.
     *
     * @param share 0 to 1; 0 never panics
     * @return this builder
     */
    public BalancerBuilder panicThreshold(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("panicThreshold: " + share + " (expected: 0 to 1)");
        }
        this.panicThreshold = share;
        return this;
    }

    /**
     * Uses some of the endpoints only, others for each client, so that many clients with many endpoints need not all connect
     * to, and check, all: the deterministic subsetting of "Site Reliability Engineering" (chapter 20). If the clients are
     * a multiple of the number of subsets, and the endpoints one of the size, each endpoint has exactly as many clients;
     * else some have one more for each round of clients. In exchange the subsets of nearly all clients change where the number
     * of endpoints passes a multiple of the size; between, by one endpoint at most for each that comes or goes. Weights are
     * not looked at. Not for few clients: with fewer than there are subsets, some endpoints have none.
     * <b>Default:</b> all endpoints.
     *
     * @param clientIndex which client this is, 0 to {@code clients - 1}; each has its own
     * @param clients how many there are, 1 or more
     * @param size how many endpoints each uses, the same for all clients; 12 or more, or one that fails takes too large
     *     a part of the load along
     * @return this builder
     * @throws IllegalStateException if there is a subset already
     */
    public BalancerBuilder subset(int clientIndex, int clients, int size) {
        if (source instanceof SubsetEndpoints) {
            throw new IllegalStateException("subset: set twice (expected: once)");
        }
        this.source = new SubsetEndpoints(source, clientIndex, clients, size);
        return this;
    }

    /**
     * Adds an observer.
     *
     * @param listener told of each change of state
     * @return this builder
     */
    public BalancerBuilder listener(BalancerListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    /**
     * Lets draining nodes take the calls that prefer them ({@link PickContext#preferring}), until the drain is over. Nobody
     * can tell whether one more comes, so that a drain lasts to its deadline then, be the node idle or not.
     * <b>Default:</b> false: draining nodes take no calls, and have drained with their last one.
     *
     * @param value whether they do
     * @return this builder
     */
    public BalancerBuilder stickyDrains(boolean value) {
        this.stickyDrains = value;
        return this;
    }

    /**
     * Sets where time comes from. <b>Default:</b> {@link TimeSource#system()}.
     *
     * @param value the time
     * @return this builder
     */
    public BalancerBuilder time(TimeSource value) {
        this.time = Objects.requireNonNull(value, "time");
        return this;
    }

    /**
     * Sets where chance comes from. <b>Default:</b> {@link RandomSource#system()}.
     *
     * @param value the chance
     * @return this builder
     */
    public BalancerBuilder random(RandomSource value) {
        this.random = Objects.requireNonNull(value, "random");
        return this;
    }

    /**
     * Takes over what another balancer knows of endpoints with the same id and URI: calls in flight, latency, health,
     * draining. For a change of settings under load; the other one is to be closed once its calls have ended. Until then
     * both see what becomes of the nodes that they share, but only the new one checks them: with an equal checker and
     * equal settings it goes on where the other one is, else it begins anew. If the new one lets go of a node first, the
     * other one checks it again. It adopts what the first list of its source names; if there is none yet when
     * {@link #build} returns, the list of the other balancer stands in until there is.
     * <b>Default:</b> nothing is known of any endpoint.
     *
     * @param previous the balancer before
     * @return this builder
     */
    public BalancerBuilder adopting(Balancer previous) {
        this.predecessor = Objects.requireNonNull(previous, "previous");
        return this;
    }

    /**
     * Makes the balancer, and begins to watch the source and to check. What the source throws is thrown; nothing is left
     * of the balancer then, and the one that it should have succeeded is as it was.
     *
     * @return a balancer that must be closed
     * @throws NullPointerException if the source returns no watch
     * @throws IllegalArgumentException if calls may wait, but nothing limits them
     */
    public Balancer build() {
        boolean limited = maxInFlight != InFlight.UNLIMITED || maxInFlightPerNode != InFlight.UNLIMITED;
        if (pending != null && !limited && adaptiveConcurrency == null) {
            throw new IllegalArgumentException(
                    "maxPending: " + pending.calls()
                            + " (expected: with maxInFlight, maxInFlightPerNode or adaptiveConcurrency, without which no call waits)");
        }
        Settings settings = new Settings(
                source,
                strategy,
                shadow,
                panicThreshold,
                time,
                random,
                healthChecker,
                healthCheck,
                outlierDetection,
                circuitBreaking,
                adaptiveConcurrency,
                slowStart,
                maxInFlightPerNode,
                maxInFlight,
                pending,
                stickyDrains);
        Events events = new Events(listeners, time);
        NodeSet nodes = new NodeSet(settings, events, predecessor == null ? null : predecessor.nodeSet());
        Balancer balancer = new Balancer(nodes, settings, events);
        nodes.start();
        return balancer;
    }
}
