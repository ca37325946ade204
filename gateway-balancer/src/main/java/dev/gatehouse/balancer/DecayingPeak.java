package dev.gatehouse.balancer;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A latency that follows samples up at once and down slowly, and fades while there are none. The value and the time of its
 * last change are one 64-bit word, so that readers and writers need no lock and make no object.
 */
final class DecayingPeak {

    /** Ticks in a decay time: 0.15 ms of the default 10 s. What comes within one tick counts once, unless it is a peak. */
    private static final int TICKS = 1 << 16;

    /** Ticks have 32 bits; so far back from the end is a reading by a thread that was overtaken, not a long wait. */
    private static final long OVERTAKEN = (1L << Integer.SIZE) - TICKS;

    /** Not a number in its upper half, which no latency is. */
    private static final long NONE = -1;

    private final AtomicLong word = new AtomicLong(NONE);

    /** The length of a tick for a decay time. */
    static long tickNanos(long decayNanos) {
        return Math.max(1, decayNanos / TICKS);
    }

    /** Whether there was a sample yet. */
    boolean known() {
        return word.get() != NONE;
    }

    /** The value now: 0 or more; 0 if there was no sample. */
    double at(int tick) {
        long now = word.get();
        return now == NONE ? 0 : value(now) * share(now, tick);
    }

    /** Takes a sample, a higher one than the value at once. */
    void peak(double sample, int tick) {
        take(sample, tick, true);
    }

    /** Takes a sample, one that is higher as slowly as one that is lower. */
    void average(double sample, int tick) {
        take(sample, tick, false);
    }

    private void take(double sample, int tick, boolean peaks) {
        long before = word.get();
        while (true) {
            double share = before == NONE ? 0 : share(before, tick);
            double old = before == NONE ? 0 : value(before);
            double next = peaks && sample > old * share ? sample : old * share + sample * (1 - share);
            if (share == 1 && next == old) {
                return;
            }
            // A thread that was overtaken must not turn the time back.
            int stamp = share == 1 ? (int) before : tick;
            long after = (long) Float.floatToIntBits((float) next) << Integer.SIZE | Integer.toUnsignedLong(stamp);
            long seen = word.compareAndExchange(before, after);
            if (seen == before) {
                return;
            }
            before = seen;
        }
    }

    private static double value(long word) {
        return Float.intBitsToFloat((int) (word >>> Integer.SIZE));
    }

    /** What is left of a value since it was taken: 1 at once, 1/e after a decay time. */
    private static double share(long word, int tick) {
        long elapsed = Integer.toUnsignedLong(tick - (int) word);
        return elapsed == 0 || elapsed > OVERTAKEN ? 1 : Math.exp(-(double) elapsed / TICKS);
    }
}
