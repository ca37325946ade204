package dev.gatehouse.internal.routing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A node of the tree over the segments of paths. Built by one thread, then only read. */
final class PathNode<T> {

    private final Map<String, PathNode<T>> literals = new HashMap<>();
    private @Nullable PathNode<T> variable;

    /** Routes whose path ends here. */
    private final List<Entry<T>> ends = new ArrayList<>(0);

    /** Routes whose path goes on with {@code **} here. */
    private final List<Entry<T>> rests = new ArrayList<>(0);

    @Nullable
    PathNode<T> literal(String segment) {
        return literals.get(segment);
    }

    @Nullable
    PathNode<T> variable() {
        return variable;
    }

    List<Entry<T>> ends() {
        return ends;
    }

    List<Entry<T>> rests() {
        return rests;
    }

    void add(Entry<T> entry) {
        PathNode<T> node = this;
        for (RoutePattern.Part part : entry.pattern().parts()) {
            node = node.child(part);
        }
        (entry.pattern().rest() ? node.rests : node.ends).add(entry);
    }

    private PathNode<T> child(RoutePattern.Part part) {
        if (!part.variable()) {
            return literals.computeIfAbsent(part.text(), text -> new PathNode<>());
        }
        if (variable == null) {
            variable = new PathNode<>();
        }
        return variable;
    }

    /** Puts the routes of each place in order, and shows each place that has any. */
    void finish(Consumer<List<Entry<T>>> places) {
        for (List<Entry<T>> place : List.of(ends, rests)) {
            if (!place.isEmpty()) {
                place.sort(Entry.SPECIFICITY);
                places.accept(place);
            }
        }
        literals.values().forEach(child -> child.finish(places));
        if (variable != null) {
            variable.finish(places);
        }
    }
}
