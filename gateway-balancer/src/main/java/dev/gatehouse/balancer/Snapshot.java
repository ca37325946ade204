package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What choosing reads.
 *
 * @param all all nodes, in the order of the source
 * @param byId the same by their endpoints' ids; never changed
 * @param usable those that the picker chooses from
 * @param picker chooses among them
 * @param panic whether nodes that are down are among the usable ones
 * @param trusted whether nodes on probation get one call at a time, since others take the rest
 */
record Snapshot(
        List<Node> all, Map<String, Node> byId, List<Node> usable, Picker picker, boolean panic, boolean trusted) {

    private static final int PERCENT = 100;
    private static final Picker NOTHING = context -> null;

    /** Nothing is known yet. */
    static final Snapshot EMPTY = new Snapshot(List.of(), Map.of(), List.of(), NOTHING, false, true);

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
            if (node.inFlight() >= node.concurrency().atMost(maxInFlight) || !free(node)) {
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

    /** The node of a preferred endpoint, if calls may go there for its sake, as far as health and conduct say. */
    @Nullable
    Node preferable(@Nullable String id) {
        Node node = id == null ? null : byId.get(id);
        if (node == null || node.refusesAll()) {
            return null;
        }
        boolean up = node.health() != Health.DOWN;
        boolean conducted = !trusted || node.ejection().standing() != Ejection.Standing.EJECTED;
        boolean taken = (panic && !node.draining()) || (up && conducted);
        return taken && !node.circuit().open() ? node : null;
    }

    /** Whether a node takes one more call, as far as can be told before. */
    private boolean free(Node node) {
        return !node.draining()
                && node.circuit().admits()
                && (!trusted
                        || node.ejection().standing() != Ejection.Standing.PROBATION
                        || node.ejection().probeFree());
    }

    /** Why it has no node for a call. */
    NoEndpointException refusal(int maxInFlight, long nowNanos) {
        List<Node> open = all.stream()
                .filter(node -> !node.draining() && node.circuit().open())
                .toList();
        if (usable.isEmpty() && !open.isEmpty()) {
            long least = open.stream()
                    .mapToLong(node -> node.circuit().remainingNanos(nowNanos))
                    .min()
                    .orElse(0);
            Duration left = Duration.ofNanos(least == Long.MAX_VALUE ? 0 : least);
            return new NoEndpointException(
                    "none of " + all.size() + " endpoints is usable: the circuits of " + open.size()
                            + " are open, the first for " + left.toMillis() + " ms more",
                    false,
                    left);
        }
        boolean adapts = usable.stream().anyMatch(node -> node.concurrency().adapts());
        if (!usable.isEmpty() && (adapts || maxInFlight != InFlight.UNLIMITED)) {
            String limit = adapts ? "" : maxInFlight + " ";
            return new NoEndpointException(
                    "none of " + usable.size() + " usable endpoints is under its limit of " + limit + "calls in flight",
                    true);
        }
        if (usable.stream().anyMatch(node -> node.circuit().halfOpen())) {
            return new NoEndpointException(
                    "none of " + usable.size()
                            + " usable endpoints takes a call: circuits are half-open, and their trial calls under way",
                    true);
        }
        return new NoEndpointException(
                all.isEmpty() ? "there are no endpoints" : "none of " + all.size() + " endpoints is usable");
    }

    List<Balancer.Candidate> candidates(int maxInFlight, long nowNanos) {
        Set<Node> chosenFrom = Collections.newSetFromMap(new IdentityHashMap<>());
        chosenFrom.addAll(usable);
        return all.stream()
                .map(node -> candidate(node, chosenFrom.contains(node), maxInFlight, nowNanos))
                .toList();
    }

    private Balancer.Candidate candidate(Node node, boolean chosenFrom, int maxInFlight, long nowNanos) {
        int most = node.concurrency().atMost(maxInFlight);
        int inFlight = node.inFlight();
        boolean full = chosenFrom && inFlight >= most;
        String adaptive = node.concurrency().adapts() ? ", " + inFlight + " of " + most + " calls in flight" : "";
        String limit = full ? ", at its limit of " + most + " calls in flight" : adaptive;
        boolean taken = chosenFrom && !full && node.circuit().admits();
        return new Balancer.Candidate(node, taken, reason(node, nowNanos) + limit);
    }

    private String reason(Node node, long nowNanos) {
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
        return state
                + conduct
                + CircuitJudge.reason(node.circuit(), nowNanos)
                + warming
                + (panic ? ", panic: too few others are usable" : all);
    }
}
