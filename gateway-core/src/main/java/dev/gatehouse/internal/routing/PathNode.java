package dev.gatehouse.internal.routing;

import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestTarget;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node of the tree over the segments of paths. Immutable.
 *
 * <p>A walk through it tries the most specific branch first. A node has one way to it from the root, so a walk visits it at
 * most once: however a path is made, the walk is bounded by the nodes that agree with it so far.
 */
final class PathNode<T> {

    private final TextMap<PathNode<T>> literals;
    private final @Nullable PathNode<T> variable;
    private final List<Entry<T>> ends;
    private final List<Entry<T>> rests;

    /**
     * A node.
     *
     * @param literals what is below, by the decoded segment
     * @param variable what is below for any segment that is not empty
     * @param ends routes whose path ends here, the most specific first
     * @param rests routes whose path goes on with {@code **} here, the most specific first
     */
    PathNode(TextMap<PathNode<T>> literals, @Nullable PathNode<T> variable, List<Entry<T>> ends, List<Entry<T>> rests) {
        this.literals = literals;
        this.variable = variable;
        this.ends = ends;
        this.rests = rests;
    }

    /**
     * The route below this node for a path from one of its segments on.
     *
     * @param trace is told what the walk meets; null, as for most requests, if nobody wants to know
     * @return null if there is none
     */
    @Nullable
    Entry<T> find(Request request, int segment, @Nullable Trace<T> trace) {
        if (trace != null) {
            trace.visited(this);
        }
        RequestTarget target = request.target();
        Entry<T> found;
        if (segment == target.segmentCount()) {
            found = among(ends, request, trace);
        } else {
            PathNode<T> literal = literal(target, segment);
            found = literal == null ? null : literal.find(request, segment + 1, trace);
            if (found == null && variable != null && target.segmentStart(segment) < target.segmentEnd(segment)) {
                found = variable.find(request, segment + 1, trace);
            }
        }
        return found == null ? among(rests, request, trace) : found;
    }

    private @Nullable PathNode<T> literal(RequestTarget target, int segment) {
        if (literals.isEmpty()) {
            return null;
        }
        String raw = target.raw();
        int start = target.segmentStart(segment);
        int end = target.segmentEnd(segment);
        int hash = 0;
        for (int i = start; i < end; i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                return literals.get(target.segment(segment));
            }
            hash = TextMap.nextHash(hash, c);
        }
        return literals.get(raw, start, end, hash);
    }

    @SuppressWarnings("ForLoopReplaceableByForEach") // an iterator for each request
    private static <T> @Nullable Entry<T> among(List<Entry<T>> place, Request request, @Nullable Trace<T> trace) {
        for (int i = 0; i < place.size(); i++) {
            Entry<T> entry = place.get(i);
            Condition unfulfilled = entry.unfulfilled(request);
            if (unfulfilled != null) {
                if (trace != null) {
                    trace.unfulfilled(entry, unfulfilled);
                }
            } else if (!entry.takesMethod(request.method())) {
                if (trace != null) {
                    trace.wrongMethod(entry);
                }
            } else if (trace == null || trace.takes(entry)) {
                return entry;
            }
        }
        return null;
    }
}
