package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.RetryBudget;
import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.internal.forward.LatencyQuantile;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client with a balancer and a budget of its own, and the network in between. */
final class SimulatedClient {

    private final TimeSource time;
    private final Balancer balancer;
    private final Map<String, SimulatedServer> servers;
    private final Network network;
    private final Measurements measurements;
    private final String zone;
    private final @Nullable RetryBudget budget;
    private final int mostAttempts;

    /** After how long an attempt is slow; null without hedges. */
    private final @Nullable LatencyQuantile slow;

    SimulatedClient(
            TimeSource time,
            Balancer balancer,
            Map<String, SimulatedServer> servers,
            Network network,
            Measurements measurements,
            String zone,
            Scenario scenario) {
        ScenarioSettings.Retries retries = scenario.retries();
        this.time = time;
        this.balancer = balancer;
        this.servers = servers;
        this.network = network;
        this.measurements = measurements;
        this.zone = zone;
        this.mostAttempts = retries == null ? 1 : retries.attempts();
        double quantile = scenario.hedgeQuantile();
        this.slow = quantile > 0 ? new LatencyQuantile(time, quantile) : null;
        this.budget = retries == null ? null : new RetryBudget(time, retries.share(), retries.perSecond());
    }

    Balancer balancer() {
        return balancer;
    }

    String zone() {
        return zone;
    }

    long nanoTime() {
        return time.nanoTime();
    }

    SimulatedServer server(Endpoint endpoint) {
        return SimulatedServer.of(endpoint, servers);
    }

    void requested() {
        if (budget != null) {
            budget.request();
        }
    }

    boolean mayRetry(int attempts) {
        return budget != null && attempts < mostAttempts && budget.tryRetry();
    }

    /** An attempt was answered well after this time, or given up then. */
    void observed(long nanos) {
        if (slow != null) {
            slow.add(nanos);
        }
    }

    /** Runs a task if hedges are due, once an attempt that begins now is slow. */
    void whenSlow(Runnable hedge) {
        if (slow != null && slow.nanos() > 0) {
            time.schedule(hedge, Duration.ofNanos(slow.nanos()));
        }
    }

    void send(Attempt attempt) {
        network.send(attempt);
    }

    void ended(SimulatedCall call, Outcome outcome) {
        if (call.measured) {
            measurements.ended(outcome == Outcome.SUCCESS, time.nanoTime() - call.startNanos(), call.attempts());
        }
    }
}
