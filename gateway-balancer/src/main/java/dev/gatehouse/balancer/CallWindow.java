package dev.gatehouse.balancer;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Calls and failures over a sliding window of slots. All threads count without a lock, and who counts the last call of
 * several sees all of them. Makes no garbage.
 */
final class CallWindow {

    private static final int SLOTS = 10;

    /** A slot is one number: its time in 32 bits, and how many calls and failures in 16 bits each. */
    private static final int BITS = 16;

    private static final int MOST = (1 << BITS) - 1;

    private final AtomicLongArray slots = new AtomicLongArray(SLOTS);
    private final long slotNanos;
    private final long startNanos;

    CallWindow(long windowNanos, long nowNanos) {
        this.slotNanos = windowNanos / SLOTS;
        this.startNanos = nowNanos;
    }

    /**
     * Counts.
     *
     * @param calls 0 or 1
     * @param failures 0 or 1
     * @return what the window holds then: {@link #calls} and {@link #failures}
     */
    long add(int calls, int failures, long nowNanos) {
        int tick = (int) Math.floorDiv(nowNanos - startNanos, slotNanos);
        int index = Math.floorMod(tick, SLOTS);
        long before;
        long after;
        do {
            before = slots.get(index);
            // A thread that was late may find the slot of a later time; it counts there.
            long kept = tick - (int) (before >>> (2 * BITS)) > 0 ? (long) tick << (2 * BITS) : before;
            after = added(kept, calls, failures);
        } while (!slots.compareAndSet(index, before, after));
        return sum(tick);
    }

    /** One that is full stays as it is: its share is that of the first 65 535 calls. */
    private static long added(long slot, int calls, int failures) {
        int count = (int) (slot >>> BITS) & MOST;
        int failed = (int) slot & MOST;
        boolean full = count + calls > MOST || failed + failures > MOST;
        return full ? slot : slot + ((long) calls << BITS) + failures;
    }

    private long sum(int tick) {
        long calls = 0;
        long failures = 0;
        for (int i = 0; i < SLOTS; i++) {
            long slot = slots.get(i);
            if (tick - (int) (slot >>> (2 * BITS)) < SLOTS) {
                calls += (slot >>> BITS) & MOST;
                failures += slot & MOST;
            }
        }
        return calls << Integer.SIZE | failures;
    }

    static int calls(long sum) {
        return (int) (sum >>> Integer.SIZE);
    }

    static int failures(long sum) {
        return (int) sum;
    }
}
