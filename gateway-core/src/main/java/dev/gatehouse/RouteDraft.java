package dev.gatehouse;

import dev.gatehouse.internal.routing.Condition;
import dev.gatehouse.internal.routing.Rewrite;
import dev.gatehouse.internal.routing.RoutePattern;
import dev.gatehouse.internal.rules.ForwardingPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A route whose settings were checked, before its upstream has started. */
record RouteDraft(
        String id,
        RoutePattern pattern,
        Destination destination,
        RouteBuilder settings,
        @Nullable Rewrite rewrite,
        Timeouts timeouts,
        RetryPolicy retry) {

    /**
     * Checks a route.
     *
     * @param upstreamNames of all upstreams, also of those that could not be built
     * @param upstreams the upstreams that could be built
     * @return null if the route cannot be; the problems say why
     */
    static @Nullable RouteDraft of(
            RouteBuilder route,
            Set<String> upstreamNames,
            Map<String, UpstreamSettings> upstreams,
            List<String> problems) {
        int before = problems.size();
        String name = route.id == null ? "route " + route.path : "route " + route.id;
        Destination destination = destination(route, name, problems);
        UpstreamSettings upstream = null;
        if (destination instanceof Destination.To to) {
            upstream = upstreams.get(to.upstream());
            if (!upstreamNames.contains(to.upstream())) {
                problems.add(name + " refers to unknown upstream " + to.upstream() + " (known: "
                        + (upstreamNames.isEmpty() ? "none" : String.join(", ", upstreamNames)) + ")");
            }
        } else if (destination != null) {
            checkEffect(route, name, destination, problems);
        }
        List<RoutePattern> pattern = new ArrayList<>(1);
        List<Rewrite> rewrite = new ArrayList<>(1);
        Problems.collect(problems, name, () -> {
            RoutePattern parsed = pattern(route);
            pattern.add(parsed);
            if (!route.rewrites.isEmpty()) {
                rewrite.add(rewrite(route, parsed));
            }
        });
        Timeouts timeouts = timeouts(route, name, upstream, problems);
        RetryPolicy retry = retry(route, name, upstream, problems);
        if (problems.size() > before || destination == null) {
            return null;
        }
        String id = route.id == null ? pattern.get(0).toString() : route.id;
        return new RouteDraft(
                id, pattern.get(0), destination, route, rewrite.isEmpty() ? null : rewrite.get(0), timeouts, retry);
    }

    Route route(GatewayBuilder gateway, Map<String, Upstream> upstreams, ForwardingPolicy forwarding) {
        Upstream upstream = destination instanceof Destination.To to ? upstreams.get(to.upstream()) : null;
        return new Route(
                id,
                destination,
                upstream,
                new Segment(concat(gateway.filters, settings.filters)),
                new Segment(
                        upstream == null
                                ? List.of()
                                : concat(
                                        gateway.attemptFilters,
                                        upstream.settings().attemptFilters())),
                Set.copyOf(settings.opened),
                rewrite,
                timeouts,
                retry,
                forwarding);
    }

    private static @Nullable Destination destination(RouteBuilder route, String name, List<String> problems) {
        if (route.destinations.size() == 1) {
            return route.destinations.get(0);
        }
        problems.add(
                route.destinations.isEmpty()
                        ? name + " ends in nothing (expected: to, toHost, handle or respond)"
                        : name + " ends in " + route.destinations.size() + " things (expected: one)");
        return null;
    }

    /** A setting that has no effect is a mistake. */
    private static void checkEffect(RouteBuilder route, String name, Destination end, List<String> problems) {
        if (route.retry != null) {
            problems.add(name + ": retry has no effect, since it ends in " + end);
        }
        if (!route.rewrites.isEmpty()) {
            problems.add(name + ": rewriting the path has no effect, since it ends in " + end);
        }
    }

    private static RoutePattern pattern(RouteBuilder route) {
        RoutePattern pattern = RoutePattern.of(route.path);
        if (route.host != null) {
            pattern = pattern.withHost(route.host);
        }
        if (!route.methods.isEmpty()) {
            pattern = pattern.withMethods(route.methods);
        }
        for (RouteBuilder.RouteCondition condition : route.conditions) {
            pattern = pattern.withCondition(condition(condition));
        }
        return pattern;
    }

    private static Condition condition(RouteBuilder.RouteCondition condition) {
        String value = condition.value();
        if (condition.query()) {
            return value == null ? Condition.query(condition.name()) : Condition.query(condition.name(), value);
        }
        return value == null ? Condition.header(condition.name()) : Condition.header(condition.name(), value);
    }

    private static Rewrite rewrite(RouteBuilder route, RoutePattern pattern) {
        Rewrite.Builder rewrite = Rewrite.builder(pattern);
        for (RouteBuilder.RouteRewrite step : route.rewrites) {
            switch (step.kind()) {
                case STRIP_PREFIX -> rewrite.stripPrefix(step.text());
                case ADD_PREFIX -> rewrite.addPrefix(step.text());
                case TEMPLATE -> rewrite.template(step.text());
            }
        }
        return rewrite.build();
    }

    private static Timeouts timeouts(
            RouteBuilder route, String name, @Nullable UpstreamSettings upstream, List<String> problems) {
        Timeouts base = upstream == null ? Timeouts.defaults() : upstream.timeouts();
        Consumer<Timeouts.Builder> change = route.timeouts;
        if (change == null) {
            return base;
        }
        List<Timeouts> changed = new ArrayList<>(1);
        Problems.collect(problems, name + ": timeouts", () -> {
            Timeouts.Builder builder = base.toBuilder();
            change.accept(builder);
            changed.add(builder.build());
        });
        return changed.isEmpty() ? base : changed.get(0);
    }

    private static RetryPolicy retry(
            RouteBuilder route, String name, @Nullable UpstreamSettings upstream, List<String> problems) {
        RetryPolicy base = upstream == null ? RetryPolicy.defaults() : upstream.retry();
        Consumer<RetryPolicy.Builder> change = route.retry;
        if (change == null) {
            return base;
        }
        List<RetryPolicy> changed = new ArrayList<>(1);
        Problems.collect(problems, name + ": retry", () -> {
            RetryPolicy.Builder builder = base.toBuilder();
            change.accept(builder);
            changed.add(builder.build());
        });
        return changed.isEmpty() ? base : changed.get(0);
    }

    private static <T> List<T> concat(List<T> outer, List<T> inner) {
        List<T> all = new ArrayList<>(outer);
        all.addAll(inner);
        return all;
    }
}
