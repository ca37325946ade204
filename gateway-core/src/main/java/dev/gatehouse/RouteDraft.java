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
import java.util.function.UnaryOperator;
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

    /** What all routes to an upstream share. */
    private static final Set<String> BUDGET = Set.of("budget", "minRetriesPerSecond");

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
        Problems notes = new Problems(problems, name);
        Destination destination = destination(route, name, problems);
        UpstreamSettings upstream = null;
        if (destination instanceof Destination.To to) {
            upstream = upstreams.get(to.upstream());
            if (!upstreamNames.contains(to.upstream())) {
                problems.add(name + " refers to unknown upstream " + to.upstream() + " (known: "
                        + (upstreamNames.isEmpty() ? "none" : String.join(", ", upstreamNames)) + ")");
            }
        } else if (destination != null) {
            checkEffect(route, destination, notes);
        }
        checkMirror(route, upstreamNames, upstream, notes);
        RoutePattern pattern = pattern(route, notes);
        Rewrite rewrite = pattern == null || route.rewrites.isEmpty() ? null : notes.get(() -> rewrite(route, pattern));
        Timeouts timeouts = timeouts(route, upstream, destination, notes.of("timeouts"));
        RetryPolicy retry = retry(route, upstream, notes.of("retry"));
        if (pattern == null || destination == null || problems.size() > before) {
            return null;
        }
        String id = route.id == null ? pattern.toString() : route.id;
        return new RouteDraft(id, pattern, destination, route, rewrite, timeouts, retry);
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
                mirror(upstream, upstreams),
                forwarding);
    }

    private @Nullable Mirror mirror(@Nullable Upstream upstream, Map<String, Upstream> upstreams) {
        MirrorPolicy policy = settings.mirror;
        Upstream target = policy == null ? null : upstreams.get(policy.upstream());
        return policy == null || target == null || upstream == null ? null : new Mirror(policy, target, upstream);
    }

    private static void checkMirror(
            RouteBuilder route, Set<String> upstreamNames, @Nullable UpstreamSettings upstream, Problems notes) {
        MirrorPolicy mirror = route.mirror;
        if (mirror == null) {
            return;
        }
        if (!upstreamNames.contains(mirror.upstream())) {
            notes.add("mirror refers to unknown upstream " + mirror.upstream() + " (known: "
                    + String.join(", ", upstreamNames) + ")");
        }
        if (upstream != null && mirror.share() > upstream.retry().budget()) {
            notes.add("mirror: share " + mirror.share() + " (expected: no more than the budget of upstream "
                    + upstream.name() + " for extra load, retry.budget "
                    + upstream.retry().budget() + ")");
        }
    }

    private static @Nullable Destination destination(RouteBuilder route, String name, List<String> problems) {
        if (route.destinations.size() == 1) {
            return route.destinations.get(0);
        }
        if (!route.destinations.isEmpty()) {
            problems.add(name + " ends in " + route.destinations.size() + " things (expected: one)");
        } else if (!route.endUnknown) {
            problems.add(name + " ends in nothing (expected: to, toHost, handle or respond)");
        }
        return null;
    }

    /** A setting that has no effect is a mistake. */
    private static void checkEffect(RouteBuilder route, Destination end, Problems notes) {
        if (route.retry != null) {
            notes.add("retry has no effect, since it ends in " + end);
        }
        if (route.mirror != null) {
            notes.add("mirror has no effect, since it ends in " + end);
        }
        if (!route.rewrites.isEmpty()) {
            notes.add("rewriting the path has no effect, since it ends in " + end);
        }
    }

    /** Null, with a note of everything that is wrong with it, if there can be none. */
    private static @Nullable RoutePattern pattern(RouteBuilder route, Problems notes) {
        RoutePattern path = notes.get(() -> RoutePattern.of(route.path));
        boolean whole = path != null;
        // Without a path the rest is still read, for its faults.
        RoutePattern pattern = path == null ? RoutePattern.of("/") : path;
        for (UnaryOperator<RoutePattern> part : parts(route)) {
            RoutePattern before = pattern;
            RoutePattern more = notes.get(() -> part.apply(before));
            whole &= more != null;
            pattern = more == null ? before : more;
        }
        return whole ? pattern : null;
    }

    private static List<UnaryOperator<RoutePattern>> parts(RouteBuilder route) {
        List<UnaryOperator<RoutePattern>> parts = new ArrayList<>();
        String host = route.host;
        if (host != null) {
            parts.add(pattern -> pattern.withHost(host));
        }
        if (!route.methods.isEmpty()) {
            parts.add(pattern -> pattern.withMethods(route.methods));
        }
        for (RouteBuilder.RouteCondition condition : route.conditions) {
            parts.add(pattern -> pattern.withCondition(condition(condition)));
        }
        return parts;
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
            RouteBuilder route, @Nullable UpstreamSettings upstream, @Nullable Destination end, Problems notes) {
        Timeouts base = upstream == null ? Timeouts.defaults() : upstream.timeouts();
        Consumer<Timeouts.Builder> change = route.timeouts;
        if (change == null) {
            return base;
        }
        Timeouts changed = notes.get(() -> {
            Timeouts.Builder builder = base.toBuilder();
            change.accept(builder);
            if (end != null && !(end instanceof Destination.To)) {
                builder.changed().stream()
                        .filter(time -> !time.equals("total"))
                        .forEach(time -> notes.add(time + " has no effect, since it ends in " + end));
            }
            return builder.build();
        });
        return changed == null ? base : changed;
    }

    private static RetryPolicy retry(RouteBuilder route, @Nullable UpstreamSettings upstream, Problems notes) {
        RetryPolicy base = upstream == null ? RetryPolicy.defaults() : upstream.retry();
        Consumer<RetryPolicy.Builder> change = route.retry;
        if (change == null) {
            return base;
        }
        RetryPolicy changed = notes.get(() -> {
            RetryPolicy.Builder builder = base.toBuilder();
            change.accept(builder);
            builder.changed().stream()
                    .filter(BUDGET::contains)
                    .forEach(setting -> notes.add(setting + " has no effect, since the budget is the upstream's"));
            return builder.build();
        });
        return changed == null ? base : changed;
    }

    private static <T> List<T> concat(List<T> outer, List<T> inner) {
        List<T> all = new ArrayList<>(outer);
        all.addAll(inner);
        return all;
    }
}
