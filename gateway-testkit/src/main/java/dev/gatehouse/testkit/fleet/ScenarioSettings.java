package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.HealthCheckSettings;
import dev.gatehouse.balancer.OutlierDetection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a scenario's builder collects, and what must fit together. */
abstract class ScenarioSettings {

    /** A tenth of a run is warm-up, unless it is set. */
    private static final int WARM_UP_SHARE = 10;

    /** The rate of calls from a time on. */
    record Arrivals(Duration from, double perSecond) {}

    /** How often a call is tried, and the budget of each client. */
    record Retries(int attempts, double share, int perSecond) {}

    /** How many keys there are; the k-th most frequent one has calls in proportion to 1 / k^exponent. */
    record Keys(int count, double exponent) {}

    final String name;
    long seed = 1;
    int clients = 1;
    List<String> zones = List.of();
    List<ServerGroup> groups = new ArrayList<>();
    List<Arrivals> arrivals = new ArrayList<>();
    Duration duration = Duration.ofSeconds(60);
    Duration warmUp = Duration.ZERO;
    boolean warmUpSet;
    Duration timeout = Duration.ofSeconds(1);
    Duration networkDelay = Duration.ZERO;
    Duration zoneDelay = Duration.ZERO;

    @Nullable
    Retries retries;

    /** 0 for no hedges. */
    double hedgeQuantile;

    @Nullable
    OutlierDetection outlierDetection;

    @Nullable
    HealthCheckSettings healthChecks;

    @Nullable
    Keys keys;

    ScenarioSettings(String name) {
        this.name = Checks.notEmpty("name", name);
    }

    final void take(ScenarioSettings other) {
        seed = other.seed;
        clients = other.clients;
        zones = other.zones;
        groups = List.copyOf(other.groups);
        arrivals = List.copyOf(other.arrivals);
        duration = other.duration;
        warmUp = other.warmUpSet ? other.warmUp : other.duration.dividedBy(WARM_UP_SHARE);
        warmUpSet = true;
        timeout = other.timeout;
        networkDelay = other.networkDelay;
        zoneDelay = other.zoneDelay;
        retries = other.retries;
        hedgeQuantile = other.hedgeQuantile;
        outlierDetection = other.outlierDetection;
        healthChecks = other.healthChecks;
        keys = other.keys;
    }

    final void addServers(String group, int count, ServiceTime service, Consumer<ServerGroup.Builder> more) {
        ServerGroup.Builder builder = new ServerGroup.Builder(group, count, service);
        more.accept(builder);
        groups.add(builder.build());
    }

    final void addArrivals(Duration from, double perSecond) {
        arrivals.add(new Arrivals(Checks.notNegative("arrivals from", from), Checks.positive("arrivals", perSecond)));
    }

    final void check() {
        List<String> problems = new ArrayList<>();
        if (groups.isEmpty()) {
            problems.add("servers: none (expected: one group or more)");
        }
        Set<String> names = new HashSet<>();
        for (ServerGroup group : groups) {
            if (!names.add(group.name())) {
                problems.add("servers: " + group.name() + " twice (expected: different names)");
            }
        }
        if (arrivals.isEmpty() || !arrivals.get(0).from().isZero()) {
            problems.add("arrivals: none at the start (expected: a rate)");
        }
        for (int i = 1; i < arrivals.size(); i++) {
            if (arrivals.get(i).from().compareTo(arrivals.get(i - 1).from()) <= 0) {
                problems.add("arrivals: from " + arrivals.get(i).from() + " (expected: later than the step before)");
            }
        }
        if (warmUpSet && warmUp.compareTo(duration) >= 0) {
            problems.add("warmUp: " + warmUp + " (expected: less than the duration " + duration + ")");
        }
        if (timeout.compareTo(networkDelay.multipliedBy(2)) <= 0) {
            problems.add("timeout: " + timeout + " (expected: more than the network takes both ways, "
                    + networkDelay.multipliedBy(2) + ")");
        }
        if (hedgeQuantile > 0 && retries == null) {
            problems.add("hedge: " + hedgeQuantile + " (expected: with retries, whose budget hedges come out of)");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }
}
