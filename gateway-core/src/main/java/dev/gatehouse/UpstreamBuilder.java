package dev.gatehouse;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.EndpointSource;
import dev.gatehouse.balancer.HealthCheckSettings;
import dev.gatehouse.balancer.HealthChecker;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Collects the settings of one upstream: a named set of endpoints that are as good as each other. */
public final class UpstreamBuilder {

    private static final double PANIC_BELOW_HALF = 0.5;

    private final String name;
    private final List<String> problems;
    private @Nullable EndpointSource endpoints;
    private Strategy strategy = Strategy.leastRequest();
    private @Nullable HealthChecker healthChecker;
    private HealthCheckSettings healthCheck = HealthCheckSettings.defaults();
    private double panicThreshold = PANIC_BELOW_HALF;
    private Timeouts timeouts = Timeouts.defaults();
    private RetryPolicy retry = RetryPolicy.defaults();
    private Call.Protocol protocol = Call.Protocol.HTTP_1_1;
    private @Nullable Transport transport;
    private final List<Filter> attemptFilters = new ArrayList<>();

    UpstreamBuilder(String name, List<String> problems) {
        this.name = name;
        this.problems = problems;
    }

    /**
     * Replaces the endpoints by fixed ones.
     *
     * @param uris one URI for each, such as {@code http://10.0.0.11:8080}; {@code http} or {@code https}, without a path
     * @return this builder
     */
    public UpstreamBuilder endpoints(String... uris) {
        return endpoints(Stream.of(uris).map(Endpoint::of).toArray(Endpoint[]::new));
    }

    /**
     * Replaces the endpoints by fixed ones with weights, zones or tags.
     *
     * @param fixed the endpoints; their ids must differ
     * @return this builder
     */
    public UpstreamBuilder endpoints(Endpoint... fixed) {
        return endpoints(EndpointSource.fixed(fixed));
    }

    /**
     * Replaces the endpoints by what a source reports.
     *
     * @param source where endpoints come from
     * @return this builder
     */
    public UpstreamBuilder endpoints(EndpointSource source) {
        this.endpoints = Objects.requireNonNull(source);
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
        this.strategy = Objects.requireNonNull(value);
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
        this.healthChecker = Objects.requireNonNull(checker);
        collect("healthCheck", () -> {
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
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("panicThreshold: " + share + " (expected: 0 to 1)");
        }
        this.panicThreshold = share;
        return this;
    }

    /**
     * Changes the times that a request may take. <b>Default:</b> {@link Timeouts#defaults()}.
     *
     * @param change told a builder with the times so far
     * @return this builder
     */
    public UpstreamBuilder timeouts(Consumer<Timeouts.Builder> change) {
        collect("timeouts", () -> {
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
        collect("retry", () -> {
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
        this.transport = Objects.requireNonNull(value);
        return this;
    }

    /**
     * Adds a filter that runs once for each attempt, inside those of the gateway; the first added is the outermost.
     *
     * @param filter the filter
     * @return this builder
     */
    public UpstreamBuilder attemptFilter(Filter filter) {
        attemptFilters.add(Objects.requireNonNull(filter));
        return this;
    }

    String name() {
        return name;
    }

    /** The settings; null, with a problem noted, if there are no endpoints. */
    @Nullable
    UpstreamSettings build(List<String> found) {
        if (endpoints == null) {
            found.add("upstream " + name + " has no endpoints");
            return null;
        }
        return new UpstreamSettings(
                name,
                endpoints,
                strategy,
                healthChecker,
                healthCheck,
                panicThreshold,
                timeouts,
                retry,
                protocol,
                transport,
                List.copyOf(attemptFilters));
    }

    private void collect(String setting, Runnable change) {
        Problems.collect(problems, "upstream " + name + ": " + setting, change);
    }
}
