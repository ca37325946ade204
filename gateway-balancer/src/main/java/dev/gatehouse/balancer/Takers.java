package dev.gatehouse.balancer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The balancers that have a node, or what stands for them: two do while one takes over from the other, and the last one
 * decides; if it lets go first, the one before decides again. Not safe for use by several threads.
 */
final class Takers<T> {

    private final List<T> all = new ArrayList<>(1);

    void add(T taking) {
        all.add(taking);
    }

    void remove(T releasing) {
        all.remove(releasing);
    }

    /** Who decides; null if nobody has the node. */
    @Nullable
    T last() {
        return all.isEmpty() ? null : all.get(all.size() - 1);
    }
}
