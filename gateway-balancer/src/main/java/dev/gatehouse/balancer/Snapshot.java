package dev.gatehouse.balancer;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What choosing reads.
 *
 * @param all all nodes, in the order of the source
 * @param usable those that the picker chooses from
 * @param picker chooses among them
 * @param panic whether nodes that are down are among the usable ones
 */
record Snapshot(List<Node> all, List<Node> usable, Picker picker, boolean panic) {

    private static final Picker NOTHING = context -> null;

    /** Nothing is known yet. */
    static final Snapshot EMPTY = new Snapshot(List.of(), List.of(), NOTHING, false);

    /** The picker, if a strategy made it. */
    @Nullable
    Picker madePicker() {
        return picker == NOTHING ? null : picker;
    }

    /**
     * The least loaded usable node that the context does not avoid; else the avoided one; null if there is none. For
     * second attempts and failing strategies only: it looks at every node.
     */
    @Nullable
    Node leastLoaded(PickContext context) {
        Node best = null;
        Node avoided = null;
        double least = Double.POSITIVE_INFINITY;
        for (Node node : usable) {
            double load = (node.inFlight() + 1) / node.effectiveWeight();
            if (node.draining()) {
                continue;
            }
            if (context.avoids(node)) {
                avoided = node;
            } else if (load < least) {
                least = load;
                best = node;
            }
        }
        return best == null ? avoided : best;
    }

    List<Balancer.Candidate> candidates() {
        Set<Node> chosenFrom = Collections.newSetFromMap(new IdentityHashMap<>());
        chosenFrom.addAll(usable);
        return all.stream()
                .map(node -> new Balancer.Candidate(node, chosenFrom.contains(node), reason(node)))
                .toList();
    }

    private String reason(Node node) {
        if (node.draining()) {
            return "draining";
        }
        String state = node.health() + " (" + node.healthReason() + ")";
        return panic ? state + ", panic: too few others are usable" : state;
    }
}
