package dev.gatehouse.internal.routing;

import dev.gatehouse.http.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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

    /** Above this an explanation does not list each route that has nothing to do with the request. */
    private static final int LISTED = 50;

    private final Map<String, PathNode<T>> exactHosts;
    private final Map<String, PathNode<T>> wildcardHosts;
    private final @Nullable PathNode<T> anyHost;
    private final List<String> ids;

    private RouteTable(Builder<T> builder) {
        this.exactHosts = builder.exactHosts;
        this.wildcardHosts = builder.wildcardHosts;
        this.anyHost = builder.anyHost;
        this.ids = List.copyOf(builder.ids);
    }

    /** A table without routes, to be filled. */
    public static <T> Builder<T> builder() {
        return new Builder<>();
    }

    /** The route that takes a request. */
    public Match<T> match(Request request) {
        Search<T> search = new Search<>(request);
        Entry<T> found = walk(search, request.authority());
        if (found != null) {
            return new Match.Hit<>(found.value(), found.variables(request));
        }
        return search.allowed().isEmpty() ? new Match.Miss<>() : new Match.WrongMethod<>(search.allowed());
    }

    /** The routes that come into question for a request, in the order in which they are tried, and then the others. */
    public List<RouteVerdict> explain(Request request) {
        Explaining<T> search = new Explaining<>(request);
        Entry<T> ignored = walk(search, request.authority());
        List<RouteVerdict> verdicts = new ArrayList<>(search.verdicts());
        Set<String> met = new HashSet<>();
        verdicts.forEach(verdict -> met.add(verdict.id()));
        List<String> others = ids.stream().filter(id -> !met.contains(id)).toList();
        others.stream().limit(LISTED).forEach(id -> verdicts.add(new RouteVerdict(id, false, "host or path differs")));
        if (others.size() > LISTED) {
            verdicts.add(new RouteVerdict((others.size() - LISTED) + " more", false, "host or path differs"));
        }
        assert ignored == null : "an explaining walk accepts nothing";
        return verdicts;
    }

    /** How many nodes a match visits, for tests of its bound. */
    int visited(Request request) {
        Search<T> search = new Search<>(request);
        walk(search, request.authority());
        return search.visited();
    }

    private @Nullable Entry<T> walk(Search<T> search, String authority) {
        Entry<T> found = null;
        if (!exactHosts.isEmpty() || !wildcardHosts.isEmpty()) {
            String host = host(authority);
            PathNode<T> exact = exactHosts.get(host);
            found = exact == null ? null : search.find(exact, 0);
            int dot = host.indexOf('.');
            while (found == null && dot >= 0 && !wildcardHosts.isEmpty()) {
                PathNode<T> wildcard = wildcardHosts.get(host.substring(dot + 1));
                found = wildcard == null ? null : search.find(wildcard, 0);
                dot = host.indexOf('.', dot + 1);
            }
        }
        return found == null && anyHost != null ? search.find(anyHost, 0) : found;
    }

    private static String host(String authority) {
        int end = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.indexOf(':');
        String host = (end <= 0 ? authority : authority.substring(0, end)).toLowerCase(Locale.ROOT);
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    /**
     * Collects routes. Not safe for use by several threads.
     *
     * @param <T> what stands for a route
     */
    public static final class Builder<T> {

        private final Map<String, PathNode<T>> exactHosts = new HashMap<>();
        private final Map<String, PathNode<T>> wildcardHosts = new HashMap<>();
        private @Nullable PathNode<T> anyHost;
        private final List<String> ids = new ArrayList<>();

        private Builder() {}

        /** Adds a route. */
        public Builder<T> add(String id, RoutePattern pattern, T value) {
            ids.add(id);
            root(pattern.host()).add(new Entry<>(id, pattern, value));
            return this;
        }

        private PathNode<T> root(@Nullable String host) {
            if (host == null) {
                if (anyHost == null) {
                    anyHost = new PathNode<>();
                }
                return anyHost;
            }
            return host.startsWith("*.")
                    ? wildcardHosts.computeIfAbsent(host.substring(2), name -> new PathNode<>())
                    : exactHosts.computeIfAbsent(host, name -> new PathNode<>());
        }

        /** What keeps the table from being built: ids that come twice, routes that cannot be reached, and conflicts. */
        public List<String> problems() {
            List<String> problems = new ArrayList<>();
            Set<String> seen = new HashSet<>();
            // Two routes with nothing but the same pattern have the same default id: that is said once, better, below.
            finish(place -> check(place, problems));
            for (String id : ids) {
                if (!seen.add(id) && problems.stream().noneMatch(problem -> problem.contains(id))) {
                    problems.add("two routes have the id " + id);
                }
            }
            return problems;
        }

        private void check(List<Entry<T>> place, List<String> problems) {
            for (int i = 0; i < place.size(); i++) {
                for (int j = i + 1; j < place.size(); j++) {
                    Entry<T> first = place.get(i);
                    Entry<T> second = place.get(j);
                    if (first.sameAs(second)) {
                        problems.add("route " + second.id() + " can never be reached: route " + first.id()
                                + " takes the same requests");
                    } else if (first.conflictsWith(second)) {
                        problems.add("routes " + first.id() + " and " + second.id()
                                + " are equally specific, and both match some requests");
                    }
                }
            }
        }

        private void finish(Consumer<List<Entry<T>>> places) {
            exactHosts.values().forEach(root -> root.finish(places));
            wildcardHosts.values().forEach(root -> root.finish(places));
            if (anyHost != null) {
                anyHost.finish(places);
            }
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
