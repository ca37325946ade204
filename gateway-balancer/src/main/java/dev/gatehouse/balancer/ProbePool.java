package dev.gatehouse.balancer;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The answers to probes that a client goes by, one for each of a few nodes (Prequal §4). Threads that meet may see a slot
 * filled or emptied by each other; each step is one compare-and-set, and none waits.
 */
final class ProbePool {

    /** With fewer, a choice would be none. */
    static final int FEWEST = 2;

    private final AtomicReferenceArray<@Nullable ProbedLoad> slots;
    private final long maxAgeNanos;
    private final boolean removes;
    private final InFlightQuantile hotAbove;

    /** Worst and oldest go in turn. */
    private final AtomicInteger removals = new AtomicInteger();

    /**
     * An empty pool.
     *
     * @param removes whether each choice removes an answer beside those that are used up
     */
    ProbePool(int size, long maxAgeNanos, boolean removes, InFlightQuantile hotAbove) {
        this.slots = new AtomicReferenceArray<>(size);
        this.maxAgeNanos = maxAgeNanos;
        this.removes = removes;
        this.hotAbove = hotAbove;
    }

    /** Takes an answer for the last one of its node, or into a free slot, or for the oldest. */
    void put(ProbedLoad load, long now) {
        while (true) {
            int slot = slotFor(load.node, now);
            ProbedLoad before = slots.get(slot);
            if (slots.compareAndSet(slot, before, load)) {
                return;
            }
        }
    }

    /** Takes an answer that nobody asked for: for the last one of its node, or into a free slot. */
    void refresh(ProbedLoad load, long now) {
        int slot = slotFor(load.node, now);
        ProbedLoad before = fresh(slot, now);
        if (before == null) {
            put(load, now);
        } else if (before.node == load.node) {
            slots.compareAndSet(slot, before, load);
        }
    }

    private int slotFor(Node node, long now) {
        int found = 0;
        long oldest = Long.MIN_VALUE;
        for (int i = 0; i < slots.length(); i++) {
            ProbedLoad load = slots.get(i);
            if (load != null && load.node == node) {
                return i;
            }
            long age = load == null ? Long.MAX_VALUE : now - load.atNanos;
            if (age > oldest) {
                oldest = age;
                found = i;
            }
        }
        return found;
    }

    /** The best node, which counts as having one more request; null if there are too few answers to choose. */
    @Nullable
    Node choose(PickContext context, long now) {
        int hot = hotAbove.get();
        int count = 0;
        ProbedLoad best = null;
        ProbedLoad worst = null;
        ProbedLoad oldest = null;
        for (int i = 0; i < slots.length(); i++) {
            ProbedLoad load = fresh(i, now);
            if (load == null) {
                continue;
            }
            count++;
            if (!context.avoids(load.node) && (best == null || load.isBetterThan(best, hot))) {
                best = load;
            }
            worst = worst == null || worst.isBetterThan(load, hot) ? load : worst;
            oldest = oldest == null || load.atNanos - oldest.atNanos < 0 ? load : oldest;
        }
        if (count < FEWEST || best == null) {
            return null;
        }
        if (!best.use()) {
            remove(best);
        }
        if (removes && count > FEWEST) {
            remove((removals.getAndIncrement() & 1) == 0 ? worst : oldest);
        }
        return best.node;
    }

    private void remove(@Nullable ProbedLoad load) {
        for (int i = 0; i < slots.length(); i++) {
            if (slots.get(i) == load) {
                slots.compareAndSet(i, load, null);
            }
        }
    }

    /** Hands the answers of nodes that stay to the pool that follows this one. */
    void copyTo(ProbePool next, Predicate<Node> stays, long now) {
        for (int i = 0; i < slots.length(); i++) {
            ProbedLoad load = fresh(i, now);
            if (load != null && stays.test(load.node)) {
                next.put(load, now);
            }
        }
    }

    private @Nullable ProbedLoad fresh(int slot, long now) {
        ProbedLoad load = slots.get(slot);
        return load != null && now - load.atNanos <= maxAgeNanos ? load : null;
    }
}
