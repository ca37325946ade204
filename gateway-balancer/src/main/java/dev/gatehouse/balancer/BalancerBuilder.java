package dev.gatehouse.balancer;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Collects the settings of a {@link Balancer}. Not safe for use by several threads. */
public final class BalancerBuilder {

    private final EndpointSource source;
    private Strategy strategy = Strategy.leastRequest();
    private double panicThreshold = 0.5;
    private TimeSource time = TimeSource.system();
    private RandomSource random = RandomSource.system();
    private @Nullable HealthChecker healthChecker;
    private HealthCheckSettings healthCheck = HealthCheckSettings.defaults();
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
     */
    public BalancerBuilder healthCheck(HealthChecker checker, HealthCheckSettings settings) {
        this.healthChecker = Objects.requireNonNull(checker, "checker");
        this.healthCheck = Objects.requireNonNull(settings, "settings");
        return this;
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
     */
    public Balancer build() {
        Settings settings = new Settings(source, strategy, panicThreshold, time, random, healthChecker, healthCheck);
        Events events = new Events(listeners, time);
        NodeSet nodes = new NodeSet(settings, events, predecessor == null ? null : predecessor.nodeSet());
        Balancer balancer = new Balancer(nodes, settings, events);
        nodes.start();
        return balancer;
    }
}
