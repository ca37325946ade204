package dev.gatehouse;

import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.http.ForwardedHeaders;
import dev.gatehouse.http.RequestLimits;
import dev.gatehouse.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects the configuration of a {@link Gateway}. Single settings are checked at once, their combination in
 * {@link #build}, which lists everything that is wrong. Not safe for use by several threads.
 */
public final class GatewayBuilder {

    static final int DEFAULT_BLOCKING_THREADS = 200;

    final List<String> problems = new ArrayList<>();
    final List<UpstreamBuilder> upstreams = new ArrayList<>();
    final List<RouteBuilder> routes = new ArrayList<>();
    final List<Filter> filters = new ArrayList<>();
    final List<Filter> attemptFilters = new ArrayList<>();
    final List<GatewayListener> listeners = new ArrayList<>();
    ForwardedHeaders forwarded = ForwardedHeaders.defaults();
    RequestLimits limits = RequestLimits.DEFAULT;
    ErrorHandler errorHandler = ErrorHandler.problem();

    @Nullable
    TimeSource time;

    @Nullable
    Long seed;

    @Nullable
    Integer blockingThreads;

    @Nullable
    Transport transport;

    GatewayBuilder() {}

    /**
     * Adds an upstream.
     *
     * @param name unique among the upstreams; routes refer to it
     * @param settings configures it
     * @return this builder
     */
    public GatewayBuilder upstream(String name, Consumer<UpstreamBuilder> settings) {
        Objects.requireNonNull(settings, "settings");
        UpstreamBuilder upstream = new UpstreamBuilder(Objects.requireNonNull(name, "name"), problems);
        upstreams.add(upstream);
        upstream.configure(settings);
        return this;
    }

    /**
     * Adds a route.
     *
     * @param path a template such as {@code /orders/{id}} or {@code /orders/**}; see docs/routing.md
     * @param settings configures it, and says what it ends in
     * @return this builder
     */
    public GatewayBuilder route(String path, Consumer<RouteBuilder> settings) {
        Objects.requireNonNull(settings, "settings");
        RouteBuilder route = new RouteBuilder(Objects.requireNonNull(path, "path"), problems);
        routes.add(route);
        route.configure(settings);
        return this;
    }

    /**
     * Adds a filter around every route, and around the answers to requests that no route matches; the first added is
     * the outermost. Runs once for each request of a client.
     *
     * @param filter the filter
     * @return this builder
     */
    public GatewayBuilder filter(Filter filter) {
        filters.add(Objects.requireNonNull(filter, "filter"));
        return this;
    }

    /**
     * Adds a filter around every attempt on an upstream; the first added is the outermost. Runs again for each retry.
     *
     * @param filter the filter
     * @return this builder
     */
    public GatewayBuilder attemptFilter(Filter filter) {
        attemptFilters.add(Objects.requireNonNull(filter, "attemptFilter"));
        return this;
    }

    /**
     * Changes whom the gateway believes about the client, and what it tells upstreams. <b>Default:</b>
     * {@link ForwardedHeaders#defaults()}: nobody is believed.
     *
     * @param settings configures it
     * @return this builder
     */
    public GatewayBuilder forwarded(Consumer<ForwardedHeaders.Builder> settings) {
        Objects.requireNonNull(settings, "settings");
        new Problems(problems, "forwarded").collect(() -> {
            ForwardedHeaders.Builder builder = ForwardedHeaders.builder();
            settings.accept(builder);
            forwarded = builder.build();
        });
        return this;
    }

    /**
     * Sets how large the head of a request may be. <b>Default:</b> {@link RequestLimits#DEFAULT}. The host's own limits
     * apply before.
     *
     * @param value the limits
     * @return this builder
     */
    public GatewayBuilder limits(RequestLimits value) {
        this.limits = Objects.requireNonNull(value, "limits");
        return this;
    }

    /**
     * Sets what clients are told of errors. <b>Default:</b> {@link ErrorHandler#problem()}.
     *
     * @param handler makes the response
     * @return this builder
     */
    public GatewayBuilder errorHandler(ErrorHandler handler) {
        this.errorHandler = Objects.requireNonNull(handler, "errorHandler");
        return this;
    }

    /**
     * Adds an observer.
     *
     * @param listener told of what happens
     * @return this builder
     */
    public GatewayBuilder listener(GatewayListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    /**
     * Sets where time comes from, for tests under virtual time. <b>Default:</b> {@link TimeSource#system()}. An update
     * cannot change it.
     *
     * @param source the time
     * @return this builder
     */
    public GatewayBuilder time(TimeSource source) {
        this.time = Objects.requireNonNull(source, "time");
        return this;
    }

    /**
     * Makes every random choice repeatable, for tests. <b>Default:</b> not repeatable. An update cannot change it.
     *
     * @param value the seed
     * @return this builder
     */
    public GatewayBuilder seed(long value) {
        this.seed = value;
        return this;
    }

    /**
     * Sets how many threads {@link Filter#blocking blocking filters} may use on a JVM without virtual threads (before
     * Java 21); when all are busy, requests that need one are answered 503. <b>Default:</b> 200, as in Tomcat and
     * Jetty. An update cannot change it.
     *
     * @param most 1 or more
     * @return this builder
     */
    public GatewayBuilder blockingThreads(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("blockingThreads: " + most + " (expected: >= 1)");
        }
        this.blockingThreads = most;
        return this;
    }

    /**
     * Sends through a transport of the caller's own, who also closes it. <b>Default:</b> Jetty's client with its default
     * settings, made and closed by the gateway.
     *
     * @param value the transport
     * @return this builder
     */
    public GatewayBuilder transport(Transport value) {
        this.transport = Objects.requireNonNull(value, "transport");
        return this;
    }

    /**
     * Makes the gateway. Health checks and sources of endpoints start at once.
     *
     * @return a gateway that is ready to be attached to a host
     * @throws ConfigurationException listing everything that is wrong
     */
    public Gateway build() {
        return Gateway.start(this);
    }
}
