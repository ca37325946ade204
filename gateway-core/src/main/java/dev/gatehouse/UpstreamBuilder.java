package dev.gatehouse;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.EndpointSource;
import dev.gatehouse.balancer.HealthCheckSettings;
import dev.gatehouse.balancer.HealthChecker;
import dev.gatehouse.balancer.OutlierDetection;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects the settings of one upstream: a named set of endpoints that are as good as each other. A setting that cannot
 * be is noted, and reported by {@link GatewayBuilder#build} together with everything else that is wrong. Not safe for use
 * by several threads.
 */
public final class UpstreamBuilder {

    private static final double PANIC_BELOW_HALF = 0.5;
    private static final int UNLIMITED = Integer.MAX_VALUE;
    private static final Duration SHORTEST_SLOW_START = Duration.ofSeconds(1);

    private final String name;
    private final Problems problems;
    private @Nullable EndpointSource endpoints;
    private Strategy strategy = Strategy.leastRequest();
    private @Nullable HealthChecker healthChecker;
    private HealthCheckSettings healthCheck = HealthCheckSettings.defaults();
    private double panicThreshold = PANIC_BELOW_HALF;
    private @Nullable OutlierDetection outlierDetection;
    private @Nullable Duration slowStart;
    private int maxInFlightPerNode = UNLIMITED;
    private int maxInFlight = UNLIMITED;
    private Timeouts timeouts = Timeouts.defaults();
    private RetryPolicy retry = RetryPolicy.defaults();
    private Call.Protocol protocol = Call.Protocol.HTTP_1_1;
    private @Nullable Transport transport;
    private final List<Filter> attemptFilters = new ArrayList<>();

    /** The settings broke off, or the endpoints were refused: that none are there says nothing. */
    private boolean endpointsUnknown;

    UpstreamBuilder(String name, List<String> problems) {
        this.name = name;
        this.problems = new Problems(problems, "upstream " + name);
        this.problems.check(!name.isBlank(), "name", "blank", "one that routes can refer to");
    }

    void configure(Consumer<UpstreamBuilder> settings) {
        if (!problems.collect(() -> settings.accept(this))) {
            endpointsUnknown = true;
        }
    }

    /**
     * Replaces the endpoints by fixed ones.
     *
     * @param uris one URI for each, at least one, such as {@code http://10.0.0.11:8080}; {@code http} or {@code https},
     *     without a path
     * @return this builder
     */
    public UpstreamBuilder endpoints(String... uris) {
        List<Endpoint> fixed = new ArrayList<>();
        boolean whole = problems.given("endpoints", uris);
        if (whole) {
            for (String uri : uris) {
                whole &= problems.given("endpoint", uri) && problems.collect(() -> fixed.add(Endpoint.of(uri)));
            }
        }
        endpointsUnknown = !whole;
        return whole ? endpoints(fixed.toArray(Endpoint[]::new)) : this;
    }

    /**
     * Replaces the endpoints by fixed ones with weights, zones or tags.
     *
     * @param fixed the endpoints, at least one; their ids must differ
     * @return this builder
     */
    public UpstreamBuilder endpoints(Endpoint... fixed) {
        boolean whole = problems.given("endpoints", fixed)
                && problems.check(fixed.length > 0, "endpoints", "none", "at least one");
        if (whole) {
            for (Endpoint endpoint : fixed) {
                whole &= problems.given("endpoint", endpoint);
            }
        }
        endpointsUnknown = !whole || !problems.collect(() -> endpoints(EndpointSource.fixed(fixed)));
        return this;
    }

    /**
     * Replaces the endpoints by what a source reports.
     *
     * @param source where endpoints come from
     * @return this builder
     */
    public UpstreamBuilder endpoints(EndpointSource source) {
        endpointsUnknown = !problems.given("endpoints", source);
        this.endpoints = source;
        return this;
    }

    /**
     * Sets how an endpoint is chosen. <b>Default:</b> {@link Strategy#leastRequest()}: two choices come close to the
     * least loaded endpoint at the cost of two reads (Mitzenmacher, "The power of two choices", 2001).
     *
     * @param value the strategy
     * @return this builder
     */
    public UpstreamBuilder strategy(Strategy value) {
        if (problems.given("strategy", value)) {
            this.strategy = value;
        }
        return this;
    }

    /**
     * Checks the health of the endpoints, with the default times and thresholds. <b>Default:</b> no checks.
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
        return this;
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
        return this;
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
        return this;
    }

    /**
     * Lets the weight of an endpoint grow from a tenth to its whole over some time, when it joins others that are there
     * already, comes up after it was down, or returns after it was ejected. <b>Default:</b> all endpoints always have
     * their whole weight.
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
        return this;
    }

    /**
     * Sets how many attempts may be under way to one endpoint; one that has as many is not chosen, and if all usable ones
     * have, the answer is 503 at once. <b>Default:</b> no limit, since what an endpoint can take is the endpoint's to say.
     *
     * @param calls 1 or more
     * @return this builder
     */
    public UpstreamBuilder maxInFlightPerNode(int calls) {
        if (problems.check(calls >= 1, "maxInFlightPerNode", calls, ">= 1")) {
            this.maxInFlightPerNode = calls;
        }
        return this;
    }

    /**
     * Sets how many attempts may be under way to all endpoints together; one more is answered 503 at once.
     * <b>Default:</b> no limit.
     *
     * @param calls 1 or more
     * @return this builder
     */
    public UpstreamBuilder maxInFlight(int calls) {
        if (problems.check(calls >= 1, "maxInFlight", calls, ">= 1")) {
            this.maxInFlight = calls;
        }
        return this;
    }

    /**
     * Changes the times that a request may take. <b>Default:</b> {@link Timeouts#defaults()}.
     *
     * @param change told a builder with the times so far
     * @return this builder
     */
    public UpstreamBuilder timeouts(Consumer<Timeouts.Builder> change) {
        problems.change("timeouts", change, () -> {
            Timeouts.Builder builder = timeouts.toBuilder();
            change.accept(builder);
            timeouts = builder.build();
        });
        return this;
    }

    /**
     * Changes when a request is sent again. <b>Default:</b> {@link RetryPolicy#defaults()}.
     *
     * @param change told a builder with the settings so far
     * @return this builder
     */
    public UpstreamBuilder retry(Consumer<RetryPolicy.Builder> change) {
        problems.change("retry", change, () -> {
            RetryPolicy.Builder builder = retry.toBuilder();
            change.accept(builder);
            retry = builder.build();
        });
        return this;
    }

    /**
     * Speaks HTTP/2: over TLS by ALPN, without TLS with prior knowledge. <b>Default:</b> HTTP/1.1, which every server
     * speaks.
     *
     * @return this builder
     */
    public UpstreamBuilder http2() {
        this.protocol = Call.Protocol.HTTP_2;
        return this;
    }

    /**
     * Sends through a transport of the caller's own, who also closes it. <b>Default:</b> that of the gateway
     * ({@link GatewayBuilder#transport}).
     *
     * @param value the transport
     * @return this builder
     */
    public UpstreamBuilder transport(Transport value) {
        if (problems.given("transport", value)) {
            this.transport = value;
        }
        return this;
    }

    /**
     * Adds a filter that runs once for each attempt, inside those of the gateway; the first added is the outermost.
     *
     * @param filter the filter
     * @return this builder
     */
    public UpstreamBuilder attemptFilter(Filter filter) {
        if (problems.given("attemptFilter", filter)) {
            attemptFilters.add(filter);
        }
        return this;
    }

    String name() {
        return name;
    }

    /** The settings; null, with a problem noted, if there are no endpoints. */
    @Nullable
    UpstreamSettings build(List<String> found) {
        if (endpoints == null) {
            if (!endpointsUnknown) {
                found.add("upstream " + name + " has no endpoints");
            }
            return null;
        }
        return new UpstreamSettings(
                name,
                endpoints,
                strategy,
                healthChecker,
                healthCheck,
                panicThreshold,
                outlierDetection,
                slowStart,
                maxInFlightPerNode,
                maxInFlight,
                timeouts,
                retry,
                protocol,
                transport,
                List.copyOf(attemptFilters));
    }
}
