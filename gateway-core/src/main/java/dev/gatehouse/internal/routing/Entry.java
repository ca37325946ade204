package dev.gatehouse.internal.routing;

import dev.gatehouse.http.PathVariables;
import dev.gatehouse.http.Request;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A route at its place in the tree, where only method and conditions are left to judge. */
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
    private final List<String> variables;

    /** For each variable the index of its segment. */
    private final int[] variableSegments;

    Entry(String id, RoutePattern pattern, T value) {
        this.id = id;
        this.pattern = pattern;
        this.value = value;
        this.variables = pattern.variables();
        List<RoutePattern.Part> parts = pattern.parts();
        this.variableSegments = IntStream.range(0, parts.size())
                .filter(i -> parts.get(i).variable())
                .toArray();
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

    /** GET includes HEAD (RFC 9110 §9.3.2). */
    boolean takesMethod(String method) {
        return pattern.methods().isEmpty()
                || pattern.methods().contains(method)
                || (method.equals("HEAD") && pattern.methods().contains("GET"));
    }

    /** The condition that a request does not fulfil; null if it fulfils all. */
    @Nullable
    Condition unfulfilled(Request request) {
        for (Condition condition : pattern.conditions()) {
            if (!condition.matches(request)) {
                return condition;
            }
        }
        return null;
    }

    PathVariables variables(Request request) {
        return PathVariables.of(variables, variableSegments, request.target());
    }

    /** Whether both are equally specific and some request fulfils both. They share host and template. */
    boolean conflictsWith(Entry<?> other) {
        if (SPECIFICITY.compare(this, other) != 0) {
            return false;
        }
        boolean methodsMeet = pattern.methods().isEmpty()
                || pattern.methods().stream()
                        .anyMatch(method -> other.pattern.methods().contains(method));
        return methodsMeet
                && pattern.conditions().stream()
                        .noneMatch(mine -> other.pattern.conditions().stream().anyMatch(mine::excludes));
    }

    /** Whether both match exactly the same requests. They share host and template. */
    boolean sameAs(Entry<?> other) {
        return pattern.methods().equals(other.pattern.methods())
                && pattern.conditions().containsAll(other.pattern.conditions())
                && other.pattern.conditions().containsAll(pattern.conditions());
    }
}
