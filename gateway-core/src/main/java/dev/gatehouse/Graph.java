package dev.gatehouse;

import dev.gatehouse.http.RequestLimits;
import dev.gatehouse.internal.routing.RouteTable;
import dev.gatehouse.internal.rules.ForwardingPolicy;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Everything that serves requests, as one immutable whole: an update makes a new graph. Requests hold the graph that
 * they began with; when it is retired and the last of them has ended, its balancers are released.
 */
final class Graph {

    private final RouteTable<Route> routes;
    private final Segment globalFilters;
    private final ForwardingPolicy forwarding;
    private final RequestLimits limits;
    private final Map<String, Upstream> upstreams;
    private final boolean needsHost;
    private final Services services;

    /** One for the gateway while the graph is current, and one for each request. */
    private final AtomicLong holders = new AtomicLong(1);

    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    Graph(
            RouteTable<Route> routes,
            Segment globalFilters,
            ForwardingPolicy forwarding,
            RequestLimits limits,
            Map<String, Upstream> upstreams,
            boolean needsHost,
            Services services) {
        this.routes = routes;
        this.globalFilters = globalFilters;
        this.forwarding = forwarding;
        this.limits = limits;
        this.upstreams = Map.copyOf(upstreams);
        this.needsHost = needsHost;
        this.services = services;
        upstreams.values().forEach(upstream -> upstream.shared().retain());
    }

    RouteTable<Route> routes() {
        return routes;
    }

    Segment globalFilters() {
        return globalFilters;
    }

    ForwardingPolicy forwarding() {
        return forwarding;
    }

    RequestLimits limits() {
        return limits;
    }

    Map<String, Upstream> upstreams() {
        return upstreams;
    }

    boolean needsHost() {
        return needsHost;
    }

    Services services() {
        return services;
    }

    /** Is the current one from now on: its listeners are told what happens to upstreams that were kept, too. */
    void isCurrent() {
        upstreams.values().forEach(upstream -> upstream.shared().tells(services.listeners()));
    }

    /** Begins a request; false if the graph is retired and empty, so that its upstreams may be closed. */
    boolean enter() {
        while (true) {
            long count = holders.get();
            if (count == 0) {
                return false;
            }
            if (holders.compareAndSet(count, count + 1)) {
                return true;
            }
        }
    }

    /** Ends a request, or the time as the current graph. */
    void exit() {
        if (holders.decrementAndGet() == 0) {
            upstreams.values().forEach(upstream -> upstream.shared().release());
            ended.complete(null);
        }
    }

    /** Ends when the graph is retired and its last request has ended. */
    CompletableFuture<Void> ended() {
        return ended;
    }
}
