package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.BalancerEvent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What a run has measured, of the requests that began after the warm-up. A request that failed counts in the latencies as one
 * that took as long as the time-out, or longer if it did: else a strategy would look fast that sends all to a server which
 * fails at once. Immutable.
 */
public final class FleetResult {

    private final Scenario scenario;
    private final String strategy;
    private final long[] latencies;
    private final int successes;
    private final long attempts;
    private final List<Server> servers;
    private final Duration sampleInterval;
    private final List<Event> events;

    FleetResult(
            Scenario scenario,
            String strategy,
            Measurements measurements,
            List<Server> servers,
            Duration sampleInterval,
            List<Event> events) {
        this.scenario = scenario;
        this.strategy = strategy;
        this.latencies = measurements.sortedLatencies();
        this.successes = measurements.successes();
        this.attempts = measurements.attempts();
        this.servers = List.copyOf(servers);
        this.sampleInterval = sampleInterval;
        this.events = List.copyOf(events);
    }

    /**
     * A server.
     *
     * @param id its endpoint's
     * @param capacity calls that it can answer in a second, without faults
     * @param calls attempts of measured requests that came to it
     * @param inFlight requests that it served or had waiting, one number for each {@link #sampleInterval}, the warm-up
     *     included; not to be changed
     */
    @SuppressWarnings("ArrayRecordComponent") // Read only, and compared nowhere.
    public record Server(String id, double capacity, long calls, int[] inFlight) {

        /**
         * The mean of {@link #inFlight}.
         *
         * @return 0 or more
         */
        public double meanInFlight() {
            return Arrays.stream(inFlight).average().orElse(0);
        }
    }

    /**
     * Something that a balancer told.
     *
     * @param client whose, 0 or more
     * @param event what
     */
    public record Event(int client, BalancerEvent event) {}

    /**
     * What was played.
     *
     * @return the scenario
     */
    public Scenario scenario() {
        return scenario;
    }

    /**
     * How the first client chose.
     *
     * @return the strategy, for people
     */
    public String strategy() {
        return strategy;
    }

    /**
     * The requests that were measured.
     *
     * @return 0 or more; retries do not count
     */
    public int requests() {
        return latencies.length;
    }

    /**
     * Which share of the requests succeeded.
     *
     * @return 0 to 1; 1 without requests
     */
    public double successRate() {
        return latencies.length == 0 ? 1 : (double) successes / latencies.length;
    }

    /**
     * The time in which a share of the requests was answered, exact (the nearest rank).
     *
     * @param percent such as 99.9; more than 0, at most 100
     * @return from the request's begin to its last attempt's end; at least the time-out if so many failed; zero without
     *     requests
     * @throws IllegalArgumentException if it is no percentage
     */
    public Duration percentile(double percent) {
        if (!(percent > 0 && percent <= 100)) {
            throw new IllegalArgumentException("percent: " + percent + " (expected: more than 0, at most 100)");
        }
        if (latencies.length == 0) {
            return Duration.ZERO;
        }
        // Of 1000 requests 99.9 % are 999, though 99.9 / 100 is a little more than 0.999.
        long rank = (long) Math.ceil(percent * latencies.length / 100 - 1e-6);
        return Duration.ofNanos(latencies[(int) Math.max(0, rank - 1)]);
    }

    /**
     * The mean latency.
     *
     * @return with failures as for {@link #percentile}; zero without requests
     */
    public Duration mean() {
        return Duration.ofNanos(Math.round(Arrays.stream(latencies).average().orElse(0)));
    }

    /**
     * Attempts for each request: 1 without retries. What is above 1 is load that servers have in addition. Less than 1 if
     * requests found no server.
     *
     * @return 0 or more; 1 without requests
     */
    public double attemptsPerRequest() {
        return latencies.length == 0 ? 1 : (double) attempts / latencies.length;
    }

    /**
     * How much more the busiest server got than its share: calls for each unit of capacity, the most of any server, over the
     * mean of all. A server that got fewer for a good reason makes this more than 1 for the others.
     *
     * @return 1 is perfect; 1 without calls
     */
    public double imbalance() {
        double capacity = servers.stream().mapToDouble(Server::capacity).sum();
        long calls = servers.stream().mapToLong(Server::calls).sum();
        double most = servers.stream()
                .mapToDouble(server -> server.calls() / server.capacity())
                .max()
                .orElse(0);
        return calls == 0 ? 1 : most / (calls / capacity);
    }

    /**
     * The servers.
     *
     * @return in the scenario's order
     */
    public List<Server> servers() {
        return servers;
    }

    /**
     * A server.
     *
     * @param id its endpoint's
     * @return the server
     * @throws IllegalArgumentException if there is none
     */
    public Server server(String id) {
        return servers.stream()
                .filter(server -> server.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("server: " + id + " (known: "
                        + servers.stream().map(Server::id).toList() + ")"));
    }

    /**
     * The time between two numbers of {@link Server#inFlight}.
     *
     * @return more than 0
     */
    public Duration sampleInterval() {
        return sampleInterval;
    }

    /**
     * What the balancers told: ejections, health, draining.
     *
     * @return in the order of time
     */
    public List<Event> events() {
        return events;
    }

    /** The figures in a line. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: p50 %s, p90 %s, p99 %s, p99.9 %s, success %.3f %%, imbalance %.3f, attempts %.3f",
                strategy,
                Texts.duration(percentile(50)),
                Texts.duration(percentile(90)),
                Texts.duration(percentile(99)),
                Texts.duration(percentile(99.9)),
                successRate() * 100,
                imbalance(),
                attemptsPerRequest());
    }
}
