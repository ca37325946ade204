package dev.gatehouse;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.EndpointSource;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects the settings of one upstream: a named set of endpoints that are as good as each other. A setting that cannot
 * be is noted, and reported by {@link GatewayBuilder#build} together with everything else that is wrong. Not safe for use
 * by several threads.
 */
public final class UpstreamBuilder extends ProtectedUpstream {

    private final String name;
    private @Nullable EndpointSource endpoints;
    private Strategy strategy = Strategy.leastRequest();
    private @Nullable Strategy shadow;
    private HashKey hashKey = HashKey.clientIp();
    private @Nullable Affinity affinity;
    private Timeouts timeouts = Timeouts.defaults();
    private RetryPolicy retry = RetryPolicy.defaults();
    private @Nullable HedgePolicy hedge;
    private Call.Protocol protocol = Call.Protocol.HTTP_1_1;
    private @Nullable Transport transport;
    private final List<Filter> attemptFilters = new ArrayList<>();

    /** The settings broke off, or the endpoints were refused: that none are there says nothing. */
    private boolean endpointsUnknown;

    UpstreamBuilder(String name, List<String> problems) {
        super(new Problems(problems, "upstream " + name));
        this.name = name;
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
     * Asks another strategy what it would choose for every attempt, and never follows it: to see what a change would do before
     * it is made. {@link Gateway#explain} shows what it would have made of the same load, and so does
     * {@link dev.gatehouse.balancer.Balancer#shadow}. Costs each attempt a second choice. <b>Default:</b> none is asked.
     *
     * @param value the other strategy
     * @return this builder
     */
    public UpstreamBuilder shadow(Strategy value) {
        if (problems.given("shadow", value)) {
            this.shadow = value;
        }
        return this;
    }

    /**
     * Sets what requests have in common that go to the same endpoint, for strategies that hash. Others do not look at it.
     * <b>Default:</b> {@link HashKey#clientIp()}, which every request has.
     *
     * @param value the key
     * @return this builder
     */
    public UpstreamBuilder hashKey(HashKey value) {
        if (problems.given("hashKey", value)) {
            this.hashKey = value;
        }
        return this;
    }

    /**
     * Keeps users at their endpoints by a token. Draining endpoints serve their users until the drain's deadline.
     * <b>Default:</b> each request is balanced by itself.
     *
     * @param value where the token is, and how long it holds
     * @return this builder
     */
    public UpstreamBuilder affinity(Affinity value) {
        if (problems.given("affinity", value)) {
            value.check(problems.of("affinity"));
            this.affinity = value;
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
     * Sends requests that are slow to be answered to a second endpoint as well. <b>Default:</b> each attempt waits for its
     * answer alone.
     *
     * @param settings changes the defaults; see {@link HedgePolicy}
     * @return this builder
     */
    public UpstreamBuilder hedge(Consumer<HedgePolicy.Builder> settings) {
        problems.change("hedge", settings, () -> {
            HedgePolicy.Builder builder = new HedgePolicy.Builder();
            settings.accept(builder);
            hedge = builder.build();
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

    @Override
    UpstreamBuilder self() {
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
        checkProtection(name, found);
        if (hedge != null && retry.maxAttempts() == 1) {
            found.add("upstream " + name + ": hedge has no effect: retry.maxAttempts is 1");
        }
        return new UpstreamSettings(
                name,
                endpoints,
                strategy,
                shadow,
                hashKey,
                affinity,
                protection(),
                timeouts,
                retry,
                hedge,
                protocol,
                transport,
                List.copyOf(attemptFilters));
    }
}
