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
 * @param trusted whether nodes on probation get one call at a time, since others take the rest
 */
record Snapshot(List<Node> all, List<Node> usable, Picker picker, boolean panic, boolean trusted) {

    private static final int PERCENT = 100;
    private static final Picker NOTHING = context -> null;

    /** Nothing is known yet. */
    static final Snapshot EMPTY = new Snapshot(List.of(), List.of(), NOTHING, false, true);

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
    Node leastLoaded(PickContext context, int maxInFlight) {
        Node best = null;
        Node avoided = null;
        double least = Double.POSITIVE_INFINITY;
        for (Node node : usable) {
            double load = (node.inFlight() + 1) / node.effectiveWeight();
            if (node.inFlight() >= maxInFlight || !free(node)) {
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

    /** Whether a node takes one more call, as far as can be told before. */
    private boolean free(Node node) {
        return !node.draining()
                && (!trusted
                        || node.ejection().standing() != Ejection.Standing.PROBATION
                        || node.ejection().probeFree());
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
        String conduct = switch (node.ejection().standing()) {
            case GOOD -> "";
            case EJECTED -> ", ejected: " + node.ejection().reason();
            case PROBATION ->
                ", one call at a time until one succeeds, since it was ejected: "
                        + node.ejection().reason();
        };
        String all = trusted || panic || conduct.isEmpty() ? "" : ", but no other is usable";
        Node.WarmUp warmUp = node.warmUp();
        String warming =
                warmUp == null ? "" : ", slow start: " + Math.round(PERCENT * warmUp.share()) + " % of its weight";
        return state + conduct + warming + (panic ? ", panic: too few others are usable" : all);
    }
}
