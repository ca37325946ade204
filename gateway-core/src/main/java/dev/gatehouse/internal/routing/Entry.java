package dev.gatehouse.internal.routing;

import dev.gatehouse.http.PathVariables;
import dev.gatehouse.http.Request;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A route at its place in the tree, where only method and conditions are left to judge. Immutable. */
final class Entry<T> {

    /**
     * The more specific first: a named method, then more conditions; HEAD by name before HEAD by GET. Those that are
     * equal in all of that and can match one request are refused when the table is built.
     */
    static final Comparator<Entry<?>> SPECIFICITY = Comparator.<Entry<?>, Boolean>comparing(
                    entry -> entry.pattern.methods().isEmpty())
            .thenComparing(entry -> -entry.pattern.conditions().size())
            .thenComparing(entry -> !entry.pattern.methods().contains("HEAD"));

    private final String id;
    private final RoutePattern pattern;
    private final T value;
    private final Set<String> accepted;
    private final Condition[] conditions;
    private final List<String> variables;

    /** For each variable the index of its segment. */
    private final int[] variableSegments;

    Entry(String id, RoutePattern pattern, T value) {
        this.id = id;
        this.pattern = pattern;
        this.value = value;
        this.accepted = withHead(pattern.methods());
        this.conditions = pattern.conditions().toArray(Condition[]::new);
        this.variables = pattern.variables();
        List<RoutePattern.Part> parts = pattern.parts();
        this.variableSegments = IntStream.range(0, parts.size())
                .filter(i -> parts.get(i).variable())
                .toArray();
    }

    /** GET includes HEAD (RFC 9110 §9.3.2). */
    private static Set<String> withHead(Set<String> methods) {
        Set<String> accepted = new HashSet<>(methods);
        if (methods.contains("GET")) {
            accepted.add("HEAD");
        }
        return Set.copyOf(accepted);
    }

    String id() {
        return id;
    }

    RoutePattern pattern() {
        return pattern;
    }

    T value() {
        return value;
    }

    /** The methods that it takes, by name or because GET includes HEAD; empty for any. */
    Set<String> accepted() {
        return accepted;
    }

    boolean takesMethod(String method) {
        return accepted.isEmpty() || accepted.contains(method);
    }

    /** The condition that a request does not fulfil; null if it fulfils all. */
    @Nullable
    Condition unfulfilled(Request request) {
        for (Condition condition : conditions) {
            if (!condition.matches(request)) {
                return condition;
            }
        }
        return null;
    }

    PathVariables variables(Request request) {
        return PathVariables.of(variables, variableSegments, request.target());
    }
}
