package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.HealthCheckSettings;
import dev.gatehouse.balancer.OutlierDetection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Fleet} plays: clients, servers, calls, what goes wrong, and the seed of chance. Immutable. It can be written
 * in a file, whose names are those of the {@linkplain ScenarioBuilder builder}:
 *
 * <pre>{@code
 * name: One slow server of ten
 * duration: 60s
 * arrivals: 1200/s
 * servers good: count=9 service=exponential(40ms) concurrency=8
 * servers slow: count=1 service=exponential(40ms) concurrency=8 fault=slow(5)@20s..40s
 * }</pre>
 */
public final class Scenario {

    private final ScenarioBuilder settings;

    Scenario(ScenarioBuilder settings) {
        this.settings = settings;
    }

    /**
     * A scenario without servers.
     *
     * @param name what a reader shall call it
     * @return a builder
     */
    public static ScenarioBuilder builder(String name) {
        return new ScenarioBuilder(name);
    }

    /**
     * Reads a scenario from a text.
     *
     * @param text a setting a line; {@code #} begins a comment
     * @return the scenario
     * @throws IllegalArgumentException listing everything that is wrong, with the lines
     */
    public static Scenario parse(String text) {
        return ScenarioText.parse(text);
    }

    /**
     * Reads a scenario from a file.
     *
     * @param file a text in UTF-8
     * @return the scenario
     * @throws IOException if it cannot be read
     * @throws IllegalArgumentException listing everything that is wrong, with the lines
     */
    public static Scenario read(Path file) throws IOException {
        return parse(Files.readString(file));
    }

    /**
     * The same scenario with other chance.
     *
     * @param seed any number
     * @return a changed copy
     */
    public Scenario withSeed(long seed) {
        ScenarioBuilder copy = settings.copy();
        copy.seed = seed;
        return new Scenario(copy);
    }

    /**
     * What a reader shall call it.
     *
     * @return not empty
     */
    public String name() {
        return settings.name;
    }

    /**
     * The seed of all chance.
     *
     * @return any number
     */
    public long seed() {
        return settings.seed;
    }

    /**
     * How long calls come, the warm-up included.
     *
     * @return more than 0
     */
    public Duration duration() {
        return settings.duration;
    }

    /**
     * How long nothing is measured.
     *
     * @return less than the duration
     */
    public Duration warmUp() {
        return settings.warmUp;
    }

    /**
     * After which time a client gives an attempt up.
     *
     * @return more than 0
     */
    public Duration timeout() {
        return settings.timeout;
    }

    /**
     * How much of what the servers can answer without faults the calls of the first step ask for.
     *
     * @return 1 is all of it
     */
    public double load() {
        double capacity = 0;
        for (ServerGroup group : settings.groups) {
            capacity += group.count() * group.capacity();
        }
        return settings.arrivals.get(0).perSecond() / capacity;
    }

    /**
     * Whether calls have keys, for strategies that hash.
     *
     * @return false if a strategy that hashes would choose by chance
     */
    public boolean keyed() {
        return settings.keys != null;
    }

    int clients() {
        return settings.clients;
    }

    String zoneOf(int client) {
        return settings.zones.isEmpty() ? "" : settings.zones.get(client % settings.zones.size());
    }

    String zoneText() {
        return String.join(",", settings.zones);
    }

    List<ServerGroup> groups() {
        return settings.groups;
    }

    List<ScenarioSettings.Arrivals> arrivals() {
        return settings.arrivals;
    }

    Duration networkDelay() {
        return settings.networkDelay;
    }

    Duration zoneDelay() {
        return settings.zoneDelay;
    }

    ScenarioSettings.@Nullable Retries retries() {
        return settings.retries;
    }

    double hedgeQuantile() {
        return settings.hedgeQuantile;
    }

    @Nullable
    OutlierDetection outlierDetection() {
        return settings.outlierDetection;
    }

    @Nullable
    HealthCheckSettings healthChecks() {
        return settings.healthChecks;
    }

    ScenarioSettings.@Nullable Keys keys() {
        return settings.keys;
    }

    /** As a file has it; of outlier detection's and health checks' settings, those that a file can have. */
    @Override
    public String toString() {
        return ScenarioText.write(this);
    }
}
