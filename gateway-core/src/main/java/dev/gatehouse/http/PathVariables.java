package dev.gatehouse.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the variables of a route's path stand for in one request. Immutable. */
public final class PathVariables {

    private static final PathVariables NONE = new PathVariables(List.of(), new int[0], RequestTarget.parse("/"));

    private final List<String> names;
    private final int[] segments;
    private final RequestTarget target;

    private PathVariables(List<String> names, int[] segments, RequestTarget target) {
        this.names = names;
        this.segments = segments;
        this.target = target;
    }

    /**
     * No variables.
     *
     * @return a shared instance
     */
    public static PathVariables none() {
        return NONE;
    }

    /**
     * Variables that stand for segments of a target.
     *
     * @param names the names
     * @param segments for each name the index of its segment; not copied
     * @param target the target
     * @return the variables
     */
    public static PathVariables of(List<String> names, int[] segments, RequestTarget target) {
        return names.isEmpty() ? NONE : new PathVariables(names, segments, target);
    }

    /**
     * A value, percent-decoded.
     *
     * @param name the variable's name
     * @return the value, or null if there is no such variable
     */
    public @Nullable String get(String name) {
        int index = names.indexOf(name);
        return index < 0 ? null : target.segment(segments[index]);
    }

    /**
     * A value as it stands in the path.
     *
     * @param name the variable's name
     * @return the value, or null if there is no such variable
     */
    public @Nullable String raw(String name) {
        int index = names.indexOf(name);
        return index < 0 ? null : target.rawSegment(segments[index]);
    }

    /**
     * The names.
     *
     * @return in the order of the path
     */
    public List<String> names() {
        return names;
    }

    /**
     * Whether there are none.
     *
     * @return true if the route's path has no variables
     */
    public boolean isEmpty() {
        return names.isEmpty();
    }

    /** The names only: values may be secrets. */
    @Override
    public String toString() {
        return names.toString();
    }
}
