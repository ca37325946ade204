package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.BalancerBuilder;
import dev.gatehouse.balancer.Strategy;
import java.util.Objects;
import java.util.function.BiConsumer;

/**
 * A simulator to choose a strategy by: clients, each with a production {@link dev.gatehouse.balancer.Balancer} with its
 * strategy, outlier detection and retry budget, call simulated servers under virtual time.
 *
 * <pre>{@code
 * var scenario = Scenario.builder("One slow server of ten")
 *         .servers("good", 9, ServiceTime.exponential(Duration.ofMillis(40)), s -> s.concurrency(8))
 *         .servers("slow", 1, ServiceTime.exponential(Duration.ofMillis(40)), s -> s.concurrency(8).fault(Fault.slow(5)))
 *         .arrivals(1_200)
 *         .build();
 * FleetResult result = Fleet.of(scenario).run(Strategy.peakEwma());
 * }</pre>
 *
 * <p>The same scenario with the same seed gives the same result. Two strategies are given the same requests at the same times,
 * with the same draws of chance, so that they differ by what they choose only.
 *
 * <p>What it leaves out: processors that calls share (a server has workers and a queue), connections and their pools, garbage
 * collection, clients that call in turn and so slow down with their servers. A figure is one of the model, not of your
 * service; what carries over is which strategy is better, by about how much, and where it turns. Immutable.
 */
public final class Fleet {

    private final Scenario scenario;
    private final BiConsumer<FleetClient, BalancerBuilder> settings;

    private Fleet(Scenario scenario, BiConsumer<FleetClient, BalancerBuilder> settings) {
        this.scenario = Objects.requireNonNull(scenario, "scenario");
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    /**
     * A fleet that plays a scenario.
     *
     * @param scenario clients, servers, calls and faults
     * @return a fleet
     */
    public static Fleet of(Scenario scenario) {
        return new Fleet(scenario, (client, builder) -> {});
    }

    /**
     * Changes the balancers of the clients, once all settings of the scenario are in: for slow start, subsets, limits, or a
     * strategy that depends on the client, such as by its zone, or {@code Strategy.prequal(client.prober())}.
     *
     * @param change gets each client and its builder; must not set time or chance
     * @return a fleet with this change instead of the one before
     */
    public Fleet balancers(BiConsumer<FleetClient, BalancerBuilder> change) {
        return new Fleet(scenario, change);
    }

    /**
     * Plays the scenario from its start to the end of its last call. Needs about a microsecond or two of real time for each
     * call, and eight bytes for each that is measured.
     *
     * @param strategy how all clients choose, unless {@link #balancers} says otherwise
     * @return what was measured
     */
    public FleetResult run(Strategy strategy) {
        return new FleetRun(scenario, Objects.requireNonNull(strategy, "strategy"), settings).play();
    }
}
