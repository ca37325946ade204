package dev.gatehouse.internal.routing;

import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestTarget;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One walk of a request through the tree, the most specific branch first. A node has one way to it from the root, so it
 * is visited at most once: however a path is made, the walk is bounded by the nodes that agree with it so far.
 */
class Search<T> {

    private final Request request;
    private final RequestTarget target;
    private final int segments;
    private @Nullable SortedSet<String> allowed;
    private int visited;

    Search(Request request) {
        this.request = request;
        this.target = request.target();
        this.segments = target.segmentCount();
    }

    /** The route below a node for the path from a segment on; null if there is none. */
    @Nullable
    Entry<T> find(PathNode<T> node, int segment) {
        visited++;
        Entry<T> found;
        if (segment == segments) {
            found = among(node.ends());
        } else {
            String text = target.segment(segment);
            PathNode<T> literal = node.literal(text);
            found = literal == null ? null : find(literal, segment + 1);
            PathNode<T> variable = node.variable();
            if (found == null && variable != null && !text.isEmpty()) {
                found = find(variable, segment + 1);
            }
        }
        return found == null ? among(node.rests()) : found;
    }

    private @Nullable Entry<T> among(List<Entry<T>> place) {
        for (Entry<T> entry : place) {
            Condition unfulfilled = entry.unfulfilled(request);
            if (unfulfilled != null) {
                unfulfilled(entry, unfulfilled);
            } else if (!entry.takesMethod(request.method())) {
                wrongMethod(entry);
            } else if (accept(entry)) {
                return entry;
            }
        }
        return null;
    }

    /** A route takes the request; true ends the walk. */
    boolean accept(Entry<T> entry) {
        return true;
    }

    void unfulfilled(Entry<T> entry, Condition condition) {}

    void wrongMethod(Entry<T> entry) {
        if (allowed == null) {
            allowed = new TreeSet<>();
        }
        allowed.addAll(entry.pattern().methods());
        if (allowed.contains("GET")) {
            allowed.add("HEAD");
        }
    }

    /** The methods that routes for this path take; empty if there are no such routes. */
    SortedSet<String> allowed() {
        return allowed == null ? Collections.emptySortedSet() : allowed;
    }

    int visited() {
        return visited;
    }
}
