package dev.gatehouse.internal.routing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A {@link PathNode} that routes are still being added to. Not safe for use by several threads. */
final class Branch<T> {

    private final Map<String, Branch<T>> literals = new HashMap<>();
    private @Nullable Branch<T> variable;
    private final List<Entry<T>> ends = new ArrayList<>(0);
    private final List<Entry<T>> rests = new ArrayList<>(0);

    void add(Entry<T> entry) {
        Branch<T> branch = this;
        for (RoutePattern.Part part : entry.pattern().parts()) {
            branch = branch.child(part);
        }
        (entry.pattern().rest() ? branch.rests : branch.ends).add(entry);
    }

    private Branch<T> child(RoutePattern.Part part) {
        if (!part.variable()) {
            return literals.computeIfAbsent(part.text(), text -> new Branch<>());
        }
        if (variable == null) {
            variable = new Branch<>();
        }
        return variable;
    }

    /** Shows the routes of each path template, in the order in which they were added. */
    void places(Consumer<List<Entry<T>>> places) {
        places.accept(ends);
        places.accept(rests);
        literals.values().forEach(child -> child.places(places));
        if (variable != null) {
            variable.places(places);
        }
    }

    /** The node of what was added so far. */
    PathNode<T> toNode() {
        Map<String, PathNode<T>> nodes = new HashMap<>();
        literals.forEach((text, child) -> nodes.put(text, child.toNode()));
        return new PathNode<>(
                new TextMap<>(nodes), variable == null ? null : variable.toNode(), ordered(ends), ordered(rests));
    }

    private static <T> List<Entry<T>> ordered(List<Entry<T>> place) {
        return place.stream().sorted(Entry.SPECIFICITY).toList();
    }
}
