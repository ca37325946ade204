package dev.gatehouse.balancer;

import org.jspecify.annotations.Nullable;

/**
 * The limit of calls in flight that a node has shown, if a balancer that has it wants one. Two balancers share a node while
 * one takes over from the other; the settings of the last one count. Reading is safe for several threads, without locks.
 */
final class NodeConcurrency {

    /** Guarded by this. */
    private final Takers<NodeSet> takers = new Takers<>();

    private volatile @Nullable AdaptiveLimit limit;

    /** The smaller one of a limit of the balancer and the node's. */
    int atMost(int configured) {
        AdaptiveLimit own = limit;
        return own == null ? configured : Math.min(configured, own.limit());
    }

    /** Whether there is a limit of the node's own. */
    boolean adapts() {
        return limit != null;
    }

    /** A call was answered. Whether the limit has grown by it. */
    boolean measured(Outcome outcome, long latencyNanos, int begunWith, long nowNanos) {
        AdaptiveLimit own = limit;
        return own != null && own.measured(outcome, latencyNanos, begunWith, nowNanos);
    }

    /** A balancer has the node from now on. */
    synchronized void take(NodeSet taking) {
        takers.add(taking);
        settle(taking.settings());
    }

    /** A balancer lets go of the node; the one before counts again. */
    synchronized void release(NodeSet releasing) {
        takers.remove(releasing);
        NodeSet last = takers.last();
        if (last != null) {
            settle(last.settings());
        }
    }

    private void settle(Settings last) {
        AdaptiveConcurrency wanted = last.adaptiveConcurrency();
        AdaptiveLimit before = limit;
        if (wanted == null) {
            limit = null;
        } else if (before == null) {
            limit = new AdaptiveLimit(wanted, last.random(), last.time().nanoTime());
        } else if (!before.settings().equals(wanted)) {
            limit = new AdaptiveLimit(wanted, last.random(), before);
        }
    }
}
