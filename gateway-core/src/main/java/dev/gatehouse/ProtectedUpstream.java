package dev.gatehouse;

import dev.gatehouse.balancer.AdaptiveConcurrency;
import dev.gatehouse.balancer.BalancerBuilder;
import dev.gatehouse.balancer.CircuitBreaking;
import dev.gatehouse.balancer.HealthCheckSettings;
import dev.gatehouse.balancer.HealthChecker;
import dev.gatehouse.balancer.OutlierDetection;
import dev.gatehouse.balancer.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The settings of an {@link UpstreamBuilder} that keep calls away from endpoints: health, ejection, limits. */
abstract class ProtectedUpstream {

    private static final double PANIC_BELOW_HALF = 0.5;
    private static final int UNLIMITED = Integer.MAX_VALUE;
    private static final Duration SHORTEST_SLOW_START = Duration.ofSeconds(1);

    final Problems problems;
    private @Nullable HealthChecker healthChecker;
    private HealthCheckSettings healthCheck = HealthCheckSettings.defaults();
    private double panicThreshold = PANIC_BELOW_HALF;
    private @Nullable OutlierDetection outlierDetection;
    private @Nullable CircuitBreaking circuitBreaking;
    private @Nullable AdaptiveConcurrency adaptiveConcurrency;
    private @Nullable Duration slowStart;
    private int maxInFlightPerNode = UNLIMITED;
    private int maxInFlight = UNLIMITED;
    private int maxPending;
    private Duration longestPending = Duration.ZERO;

    ProtectedUpstream(Problems problems) {
        this.problems = problems;
    }

    /** What a user configured. */
    record Protection(
            @Nullable HealthChecker healthChecker,
            HealthCheckSettings healthCheck,
            double panicThreshold,
            @Nullable OutlierDetection outlierDetection,
            @Nullable CircuitBreaking circuitBreaking,
            @Nullable AdaptiveConcurrency adaptiveConcurrency,
            @Nullable Duration slowStart,
            int maxInFlightPerNode,
            int maxInFlight,
            int maxPending,
            Duration longestPending) {

        /**
         * Puts the settings into a balancer.
         *
         * @param checker the health checker, made to ask in the right way
         */
        void apply(BalancerBuilder balancer, @Nullable HealthChecker checker) {
            balancer.panicThreshold(panicThreshold)
                    .maxInFlightPerNode(maxInFlightPerNode)
                    .maxInFlight(maxInFlight);
            if (checker != null) {
                balancer.healthCheck(checker, healthCheck);
            }
            if (outlierDetection != null) {
                balancer.outlierDetection(outlierDetection);
            }
            if (circuitBreaking != null) {
                balancer.circuitBreaking(circuitBreaking);
            }
            if (adaptiveConcurrency != null) {
                balancer.adaptiveConcurrency(adaptiveConcurrency);
            }
            if (maxPending > 0) {
                balancer.maxPending(maxPending, longestPending);
            }
            if (slowStart != null) {
                balancer.slowStart(slowStart);
            }
        }
    }

    abstract UpstreamBuilder self();

    /**
     * Checks the health of the endpoints, with the default times and thresholds. HTTP and gRPC checks go through the
     * upstream's transport, over the same TLS and, HTTP checks, the same version of HTTP as its traffic. They are no calls:
     * no filter, limit, metric or outlier detection sees them. <b>Default:</b> no checks.
     *
     * @param checker how to ask an endpoint
     * @return this builder
     */
    public UpstreamBuilder healthCheck(HealthChecker checker) {
        return healthCheck(checker, settings -> {});
    }

    /**
     * Checks the health of the endpoints.
     *
     * @param checker how to ask an endpoint
     * @param settings changes the default times and thresholds
     * @return this builder
     */
    public UpstreamBuilder healthCheck(HealthChecker checker, Consumer<HealthCheckSettings.Builder> settings) {
        if (problems.given("healthCheck", checker)) {
            this.healthChecker = checker;
        }
        problems.change("healthCheck", settings, () -> {
            HealthCheckSettings.Builder builder = HealthCheckSettings.builder();
            settings.accept(builder);
            healthCheck = builder.build();
        });
        return self();
    }

    /**
     * Sets the share of usable endpoints below which all are used, whatever their health: checks that fail everywhere say
     * more about the checks. <b>Default:</b> 0.5, as in Envoy.
     *
     * @param share 0 to 1; 0 never panics, and answers 503 when no endpoint is usable
     * @return this builder
     */
    public UpstreamBuilder panicThreshold(double share) {
        if (problems.check(share >= 0 && share <= 1, "panicThreshold", share, "0 to 1")) {
            this.panicThreshold = share;
        }
        return self();
    }

    /**
     * Ejects endpoints whose answers or connections fail, for a while. <b>Default:</b> none is ejected.
     *
     * @param settings changes the defaults; see {@link OutlierDetection.Builder}
     * @return this builder
     */
    public UpstreamBuilder outlierDetection(Consumer<OutlierDetection.Builder> settings) {
        problems.change("outlierDetection", settings, () -> {
            OutlierDetection.Builder builder = OutlierDetection.builder();
            settings.accept(builder);
            outlierDetection = builder.build();
        });
        return self();
    }

    /**
     * Stops attempts at endpoints that fail too many of them, be it the only one, and tries again later with a few. While
     * all circuits are open, the answer is 503 at once, with {@code Retry-After} by the shortest wait that is left.
     * <b>Default:</b> no circuit ever opens.
     *
     * @param settings changes the defaults; see {@link CircuitBreaking.Builder}
     * @return this builder
     */
    public UpstreamBuilder circuitBreaking(Consumer<CircuitBreaking.Builder> settings) {
        problems.change("circuitBreaking", settings, () -> {
            CircuitBreaking.Builder builder = CircuitBreaking.builder();
            settings.accept(builder);
            circuitBreaking = builder.build();
        });
        return self();
    }

    /**
     * Limits how many attempts may be under way to each endpoint by how long they take. One that has as many is not chosen, as
     * with {@link #maxInFlightPerNode}; the smaller one of the two counts. <b>Default:</b> no limit.
     *
     * @param settings changes the defaults; see {@link AdaptiveConcurrency.Builder}
     * @return this builder
     */
    public UpstreamBuilder adaptiveConcurrency(Consumer<AdaptiveConcurrency.Builder> settings) {
        problems.change("adaptiveConcurrency", settings, () -> {
            AdaptiveConcurrency.Builder builder = AdaptiveConcurrency.builder();
            settings.accept(builder);
            adaptiveConcurrency = builder.build();
        });
        return self();
    }

    /**
     * Lets the weight of an endpoint grow from a tenth to its whole over some time, when it joins others that are there
     * already, comes up after it was down, returns after it was ejected, or its circuit closes. <b>Default:</b> all
     * endpoints always have their whole weight.
     *
     * @param window 1 s to {@link TimeSource#LONGEST}
     * @return this builder
     */
    public UpstreamBuilder slowStart(Duration window) {
        if (problems.given("slowStart", window)
                && problems.check(
                        window.compareTo(SHORTEST_SLOW_START) >= 0 && window.compareTo(TimeSource.LONGEST) <= 0,
                        "slowStart",
                        window,
                        SHORTEST_SLOW_START + " to " + TimeSource.LONGEST)) {
            this.slowStart = window;
        }
        return self();
    }

    /**
     * Sets how many attempts may be under way to one endpoint; one that has as many is not chosen, and if all usable ones
     * have, the answer is 503 at once, or the attempt waits ({@link #maxPending}). <b>Default:</b> no limit, since what an endpoint can take is the endpoint's to say.
     *
     * @param calls 1 or more
     * @return this builder
     */
    public UpstreamBuilder maxInFlightPerNode(int calls) {
        if (problems.check(calls >= 1, "maxInFlightPerNode", calls, ">= 1")) {
            this.maxInFlightPerNode = calls;
        }
        return self();
    }

    /**
     * Sets how many attempts may be under way to all endpoints together; one more is answered 503 at once, or waits
     * ({@link #maxPending}). <b>Default:</b> no limit.
     *
     * @param calls 1 or more
     * @return this builder
     */
    public UpstreamBuilder maxInFlight(int calls) {
        if (problems.check(calls >= 1, "maxInFlight", calls, ">= 1")) {
            this.maxInFlight = calls;
        }
        return self();
    }

    /**
     * Lets attempts wait while {@link #maxInFlight}, {@link #maxInFlightPerNode} or {@link #adaptiveConcurrency} allows no
     * more, in order. The waiting ends with the exchange, and at its deadline; an attempt that has waited in vain, or finds as many waiting, is answered 503.
     * Nobody waits for endpoints that are down. Evens out short bursts only: where requests come faster than they are
     * answered, each that is served has waited the whole time. <b>Default:</b> none waits.
     *
     * @param calls how many may wait, 1 or more
     * @param longest for how long at most, up to {@link TimeSource#LONGEST}; well below {@link Timeouts#total()}
     * @return this builder
     */
    public UpstreamBuilder maxPending(int calls, Duration longest) {
        boolean some = problems.check(calls >= 1, "maxPending", calls, ">= 1");
        boolean timed = problems.given("maxPending", longest)
                && problems.check(
                        longest.compareTo(Duration.ZERO) > 0 && longest.compareTo(TimeSource.LONGEST) <= 0,
                        "maxPending",
                        longest,
                        "> 0 and <= " + TimeSource.LONGEST);
        if (some && timed) {
            this.maxPending = calls;
            this.longestPending = longest;
        }
        return self();
    }

    /** Adds settings that have no effect. */
    void checkProtection(String upstream, List<String> found) {
        boolean limited = maxInFlight != UNLIMITED || maxInFlightPerNode != UNLIMITED || adaptiveConcurrency != null;
        if (maxPending > 0 && !limited) {
            found.add(
                    "upstream " + upstream + ": maxPending: " + maxPending
                            + " (expected: with maxInFlight, maxInFlightPerNode or adaptiveConcurrency, without which no attempt waits)");
        }
    }

    Protection protection() {
        return new Protection(
                healthChecker,
                healthCheck,
                panicThreshold,
                outlierDetection,
                circuitBreaking,
                adaptiveConcurrency,
                slowStart,
                maxInFlightPerNode,
                maxInFlight,
                maxPending,
                longestPending);
    }
}
