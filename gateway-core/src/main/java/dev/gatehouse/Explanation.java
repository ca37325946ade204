package dev.gatehouse;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.ShadowReport;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Request;
import dev.gatehouse.internal.routing.RouteVerdict;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What would become of a request, and why: computed by the code that decides, at one moment, without sending anything.
 * The filters are listed, not run: what one of them would change or refuse is not in here.
 */
public final class Explanation {

    private final Request request;
    private final int status;
    private final String decision;
    private final List<RouteReason> routes;
    private final @Nullable Route route;
    private final List<String> filters;
    private final List<Candidate> candidates;
    private final @Nullable String sentTarget;

    /**
     * A route, and why it was chosen or not.
     *
     * @param id its id
     * @param chosen whether it was
     * @param reason why, or why not
     */
    public record RouteReason(String id, boolean chosen, String reason) {}

    /**
     * An endpoint of the upstream.
     *
     * @param endpoint its id
     * @param usable whether it may be chosen now
     * @param state health, load and weight, for people
     */
    public record Candidate(String endpoint, boolean usable, String state) {}

    private Explanation(
            Request request,
            int status,
            String decision,
            List<RouteReason> routes,
            @Nullable Route route,
            List<String> filters,
            List<Candidate> candidates,
            @Nullable String sentTarget) {
        this.request = request;
        this.status = status;
        this.decision = decision;
        this.routes = List.copyOf(routes);
        this.route = route;
        this.filters = List.copyOf(filters);
        this.candidates = List.copyOf(candidates);
        this.sentTarget = sentTarget;
    }

    static Explanation of(Graph graph, Request request) {
        Decision decision = Decision.of(graph, request, false);
        if (decision instanceof Decision.Refused refused) {
            GatewayException failure = refused.failure();
            String text = "refused before any filter: " + failure.kind().code() + ", " + failure.getMessage();
            return new Explanation(request, failure.kind().status(), text, List.of(), null, List.of(), List.of(), null);
        }
        List<RouteReason> routes = graph.routes().explain(request).stream()
                .map(Explanation::reason)
                .toList();
        if (decision instanceof Decision.Routed routed) {
            return routed(graph, request, routed, routes);
        }
        int status = decision instanceof Decision.Answered answered
                ? answered.response().status()
                : 0;
        return new Explanation(
                request,
                status,
                "answered " + status + " by the gateway",
                routes,
                null,
                graph.globalFilters().names(),
                List.of(),
                null);
    }

    private static Explanation routed(Graph graph, Request request, Decision.Routed routed, List<RouteReason> routes) {
        Route route = routed.route();
        int status = 0;
        String text = "route " + route.id() + " to " + route.destination();
        String sent = null;
        if (route.upstream() != null) {
            try {
                Request clean = graph.forwarding().clean(request);
                sent = route.rewrite(clean, routed.variables()).target().pathAndQuery();
            } catch (GatewayException refused) {
                status = refused.kind().status();
                text += ", but refused after the filters: " + refused.kind().code() + ", " + refused.getMessage();
            }
        }
        return new Explanation(
                request, status, text, routes, route, route.filters().names(), candidates(route.upstream()), sent);
    }

    private static RouteReason reason(RouteVerdict verdict) {
        return new RouteReason(verdict.id(), verdict.chosen(), verdict.reason());
    }

    private static List<Candidate> candidates(@Nullable Upstream upstream) {
        if (upstream == null) {
            return List.of();
        }
        return upstream.balancer().candidates().stream()
                .map(Explanation::candidate)
                .toList();
    }

    private static Candidate candidate(Balancer.Candidate candidate) {
        var node = candidate.node();
        String state = candidate.reason() + ", " + node.inFlight() + " in flight, weight " + node.effectiveWeight();
        return new Candidate(node.endpoint().id(), candidate.usable(), state);
    }

    /**
     * The route that the request takes.
     *
     * @return its id; empty if the gateway answers by itself
     */
    public Optional<String> routeId() {
        return Optional.ofNullable(route).map(Route::id);
    }

    /**
     * The status, where the gateway answers by itself: an error before any filter or route, 204 for OPTIONS, or 400 where
     * the route's rewrite makes a target that must not be sent. An {@link ErrorHandler} may answer with another one.
     *
     * @return empty if what the route ends in decides
     */
    public Optional<Integer> status() {
        return status == 0 ? Optional.empty() : Optional.of(status);
    }

    /**
     * The upstream that the route ends in.
     *
     * @return its name; empty if it ends in anything else
     */
    public Optional<String> upstream() {
        return Optional.ofNullable(route).map(Route::upstream).map(Upstream::name);
    }

    /**
     * The target that the upstream would be sent, after rewrites.
     *
     * @return the path and query as they would be sent; empty if there is no upstream, or if it would be sent nothing
     */
    public Optional<String> sentTarget() {
        return Optional.ofNullable(sentTarget);
    }

    /**
     * The routes that came into question, with the reasons.
     *
     * @return in the order in which they were tried; empty if the request was refused before
     */
    public List<RouteReason> routes() {
        return routes;
    }

    /**
     * The filters that would run.
     *
     * @return their names, outermost first
     */
    public List<String> filters() {
        return filters;
    }

    /**
     * The filters that would run for each attempt.
     *
     * @return their names, outermost first; empty if there is no upstream
     */
    public List<String> attemptFilters() {
        return route == null ? List.of() : route.attemptFilters().names();
    }

    /**
     * The endpoints of the upstream, as they stand now.
     *
     * @return empty if there is no upstream
     */
    public List<Candidate> candidates() {
        return candidates;
    }

    /**
     * The times in force, the route's own included.
     *
     * @return empty if no route matches
     */
    public Optional<Timeouts> timeouts() {
        return Optional.ofNullable(route).map(Route::timeouts);
    }

    /**
     * The retry policy in force, the route's own included.
     *
     * @return empty if there is no upstream
     */
    public Optional<RetryPolicy> retry() {
        return Optional.ofNullable(route).filter(r -> r.upstream() != null).map(Route::retry);
    }

    /** Several lines for people. The query is left out: it may hold secrets. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(request).append('\n');
        text.append("  decision   ").append(decision).append('\n');
        for (RouteReason reason : routes) {
            text.append(reason.chosen() ? "  chosen     " : "  not        ");
            text.append(reason.id()).append(": ").append(reason.reason()).append('\n');
        }
        text.append("  filters    ")
                .append(filters.isEmpty() ? "none" : String.join(" > ", filters))
                .append('\n');
        if (route != null && route.upstream() != null) {
            upstream(text, route, route.upstream());
        }
        return text.toString();
    }

    private void upstream(StringBuilder text, Route chosen, Upstream upstream) {
        text.append("  attempt    ")
                .append(attemptFilters().isEmpty() ? "no filters" : String.join(" > ", attemptFilters()))
                .append('\n');
        text.append("  strategy   ").append(upstream.settings().strategy()).append('\n');
        ShadowReport shadow = upstream.balancer().shadow();
        if (shadow != null) {
            text.append("  shadow     ")
                    .append(shadow.toString().strip().replace("\n", "\n           "))
                    .append('\n');
        }
        text.append("  hash key   ").append(upstream.settings().hashKey()).append('\n');
        Affinity affinity = upstream.settings().affinity();
        text.append("  affinity   ")
                .append(affinity == null ? "none" : affinity)
                .append('\n');
        for (Candidate candidate : candidates) {
            text.append(candidate.usable() ? "  usable     " : "  unusable   ");
            text.append(candidate.endpoint())
                    .append(": ")
                    .append(candidate.state())
                    .append('\n');
        }
        Timeouts times = chosen.timeouts();
        text.append("  timeouts   connect ").append(times.connect());
        text.append(", first byte ").append(limit(times.firstByte()));
        text.append(", idle ").append(limit(times.idle()));
        text.append(", attempt ").append(limit(times.attempt()));
        text.append(", total ").append(limit(times.total())).append('\n');
        text.append("  retries    ").append(chosen.retry()).append('\n');
        HedgePolicy hedge = upstream.settings().hedge();
        text.append("  hedges     ").append(hedge == null ? "none" : hedge).append('\n');
    }

    private static String limit(Duration time) {
        return time.isZero() ? "none" : time.toString();
    }
}
