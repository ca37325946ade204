package dev.gatehouse.internal.routing;

import dev.gatehouse.http.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Routes compiled into a tree for each host pattern, over the segments of their paths. A match costs as many steps as the
 * path has segments, and some more where literals and variables stand side by side; the number of routes has no part in
 * it. Immutable, safe for use by several threads.
 *
 * <p>Precedence: the exact host, the longest {@code *.} pattern, any host; then for each segment from the left a literal,
 * a variable, {@code **}; then a named method; then more conditions.
 *
 * @param <T> what stands for a route
 */
public final class RouteTable<T> {

    /** Above this an explanation only counts the routes that have nothing to do with the request. */
    private static final int LISTED = 50;

    private final TextMap<PathNode<T>> exactHosts;
    private final TextMap<PathNode<T>> wildcardHosts;
    private final PathNode<T> anyHost;
    private final List<String> ids;

    private RouteTable(Builder<T> builder) {
        this.exactHosts = nodes(builder.exactHosts);
        this.wildcardHosts = nodes(builder.wildcardHosts);
        this.anyHost = builder.anyHost.toNode();
        this.ids = List.copyOf(builder.ids);
    }

    private static <T> TextMap<PathNode<T>> nodes(Map<String, Branch<T>> branches) {
        Map<String, PathNode<T>> nodes = new HashMap<>();
        branches.forEach((host, branch) -> nodes.put(host, branch.toNode()));
        return new TextMap<>(nodes);
    }

    /** A table without routes, to be filled. */
    public static <T> Builder<T> builder() {
        return new Builder<>();
    }

    /** The route that takes a request. A hit on a path without variables allocates nothing but the match. */
    public Match<T> match(Request request) {
        Entry<T> found = walk(request, null);
        if (found != null) {
            return new Match.Hit<>(found.value(), found.variables(request));
        }
        // A second walk for those that fail, so that the others have nothing to note down.
        AllowedMethods<T> allowed = new AllowedMethods<>();
        walk(request, allowed);
        return allowed.methods().isEmpty() ? new Match.Miss<>() : new Match.WrongMethod<>(allowed.methods());
    }

    /**
     * The routes whose path leads to a request, in the order in which they are tried, and then the others, which are only
     * counted if they are many.
     */
    public List<RouteVerdict> explain(Request request) {
        Explaining<T> explaining = new Explaining<>(request.method());
        walk(request, explaining);
        List<RouteVerdict> verdicts = new ArrayList<>(explaining.verdicts());
        Set<String> met = new HashSet<>();
        verdicts.forEach(verdict -> met.add(verdict.id()));
        List<String> others = ids.stream().filter(id -> !met.contains(id)).toList();
        List<String> named = others.size() > LISTED ? List.of(others.size() + " others") : others;
        named.forEach(id -> verdicts.add(new RouteVerdict(id, false, "host or path differs")));
        return verdicts;
    }

    /** The only way through the table: the trees of the hosts that a request fits, the most specific first. */
    @Nullable
    Entry<T> walk(Request request, @Nullable Trace<T> trace) {
        Entry<T> found = null;
        if (!exactHosts.isEmpty() || !wildcardHosts.isEmpty()) {
            String authority = request.authority().toLowerCase(Locale.ROOT);
            int end = hostEnd(authority);
            PathNode<T> exact = exactHosts.get(authority, 0, end);
            found = exact == null ? null : exact.find(request, 0, trace);
            // What stands for the asterisk is not empty, so a dot at the beginning does not count.
            int dot = authority.indexOf('.', 1);
            while (found == null && dot >= 0 && dot < end) {
                PathNode<T> wildcard = wildcardHosts.get(authority, dot + 1, end);
                found = wildcard == null ? null : wildcard.find(request, 0, trace);
                dot = authority.indexOf('.', dot + 1);
            }
        }
        return found == null ? anyHost.find(request, 0, trace) : found;
    }

    /** Where the host of an authority ends: before the port, and before the dot of an absolute name. */
    private static int hostEnd(String authority) {
        int colon = authority.indexOf(':', Math.max(authority.indexOf(']'), 0));
        int end = colon < 0 ? authority.length() : colon;
        return end > 0 && authority.charAt(end - 1) == '.' ? end - 1 : end;
    }

    /**
     * Collects routes. Not safe for use by several threads.
     *
     * @param <T> what stands for a route
     */
    public static final class Builder<T> {

        private final Map<String, Branch<T>> exactHosts = new HashMap<>();
        private final Map<String, Branch<T>> wildcardHosts = new HashMap<>();
        private final Branch<T> anyHost = new Branch<>();
        private final List<String> ids = new ArrayList<>();

        private Builder() {}

        /** Adds a route. */
        public Builder<T> add(String id, RoutePattern pattern, T value) {
            ids.add(id);
            root(pattern.host()).add(new Entry<>(id, pattern, value));
            return this;
        }

        private Branch<T> root(@Nullable String host) {
            if (host == null) {
                return anyHost;
            }
            return host.startsWith("*.")
                    ? wildcardHosts.computeIfAbsent(host.substring(2), name -> new Branch<>())
                    : exactHosts.computeIfAbsent(host, name -> new Branch<>());
        }

        /** What keeps the table from being built: ids that come twice, routes that cannot be reached, and conflicts. */
        public List<String> problems() {
            Conflicts conflicts = new Conflicts();
            places(conflicts::check);
            List<String> problems = new ArrayList<>(conflicts.problems());
            Set<String> seen = new HashSet<>();
            Set<String> twice = new LinkedHashSet<>();
            for (String id : ids) {
                // Two routes with the same pattern have the same default id: that is said already, and better.
                if (!seen.add(id) && !conflicts.reportedTwice(id)) {
                    twice.add(id);
                }
            }
            twice.forEach(id -> problems.add("two routes have the id " + id));
            return problems;
        }

        private void places(Consumer<List<Entry<T>>> places) {
            exactHosts.values().forEach(root -> root.places(places));
            wildcardHosts.values().forEach(root -> root.places(places));
            anyHost.places(places);
        }

        /**
         * Makes the table.
         *
         * @throws IllegalArgumentException if there are {@link #problems()}
         */
        public RouteTable<T> build() {
            List<String> problems = problems();
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException(String.join("; ", problems));
            }
            return new RouteTable<>(this);
        }
    }
}
