package dev.gatehouse.balancer;

import java.util.concurrent.atomic.AtomicInteger;

/** What a node said of its load, and what this client has sent to it since. Safe for use by several threads. */
final class ProbedLoad {

    final Node node;
    final long atNanos;

    /** Whether most of the node's calls failed of late, so that the rest says nothing. */
    private final boolean failing;

    /** How long a call takes that comes now; longer the more of its calls fail. */
    private final double latencyNanos;

    private final AtomicInteger inFlight;
    private final AtomicInteger usesLeft;

    /**
     * An answer.
     *
     * @param uses how often it may be gone by, 1 or more
     */
    ProbedLoad(Node node, long atNanos, int inFlight, double latencyNanos, boolean failing, int uses) {
        this.node = node;
        this.atNanos = atNanos;
        this.latencyNanos = latencyNanos;
        this.failing = failing;
        this.inFlight = new AtomicInteger(inFlight);
        this.usesLeft = new AtomicInteger(uses);
    }

    /**
     * By the hot-cold lexicographic rule of Prequal: cold nodes before hot ones, cold ones by latency, hot ones by requests
     * in flight.
     *
     * @param hotAbove more requests in flight than this make a node hot
     */
    boolean isBetterThan(ProbedLoad other, int hotAbove) {
        if (failing != other.failing) {
            return other.failing;
        }
        int mine = inFlight.get();
        int others = other.inFlight.get();
        boolean hot = mine > hotAbove;
        if (hot != others > hotAbove) {
            return !hot;
        }
        boolean byInFlight = hot && mine != others;
        return byInFlight ? mine < others : latencyNanos < other.latencyNanos;
    }

    /**
     * Counts a call that goes by this.
     *
     * @return whether it may be gone by again
     */
    boolean use() {
        inFlight.incrementAndGet();
        return usesLeft.decrementAndGet() > 0;
    }
}
