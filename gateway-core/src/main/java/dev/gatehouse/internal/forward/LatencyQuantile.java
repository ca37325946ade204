package dev.gatehouse.internal.forward;

import dev.gatehouse.balancer.TimeSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * A quantile of the latencies of the last 10 to 20 seconds, an eighth too high at most. Safe for use by several threads,
 * without locks: threads that meet at the end of a period may lose some counts.
 */
public final class LatencyQuantile {

    /** Each doubling of the latency has eight steps. */
    private static final int STEP_BITS = 3;

    private static final int STEPS = 1 << STEP_BITS;
    private static final int LEVELS = Long.SIZE * STEPS;
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long UPDATE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** With fewer, a high quantile would be the highest there was. */
    private static final int FEWEST = 100;

    private final TimeSource time;
    private final double quantile;
    private volatile Period period;
    private volatile long updatedNanos;
    private volatile long value;

    /** Counts by level since a moment, and those of the period before. */
    private record Period(long sinceNanos, AtomicIntegerArray counts, AtomicIntegerArray before) {}

    /**
     * Nothing is known yet.
     *
     * @param time the time
     * @param quantile more than 0, less than 1
     */
    public LatencyQuantile(TimeSource time, double quantile) {
        this.time = time;
        this.quantile = quantile;
        long now = time.nanoTime();
        this.period = new Period(now, new AtomicIntegerArray(LEVELS), new AtomicIntegerArray(LEVELS));
        this.updatedNanos = now;
    }

    /**
     * Takes a latency.
     *
     * @param nanos 0 or more
     */
    public void add(long nanos) {
        long now = time.nanoTime();
        Period current = period;
        if (now - current.sinceNanos() >= PERIOD_NANOS) {
            boolean idle = now - current.sinceNanos() >= 2 * PERIOD_NANOS;
            AtomicIntegerArray none = new AtomicIntegerArray(LEVELS);
            current = new Period(now, new AtomicIntegerArray(LEVELS), idle ? none : current.counts());
            period = current;
        }
        current.counts().incrementAndGet(level(nanos));
        if (now - updatedNanos >= UPDATE_NANOS || value == 0) {
            updatedNanos = now;
            value = of(current);
        }
    }

    /**
     * The quantile, as of a second ago or less while latencies come.
     *
     * @return nanoseconds; 0 while fewer than 100 latencies are known
     */
    public long nanos() {
        return value;
    }

    private long of(Period of) {
        long sum = 0;
        for (int i = 0; i < LEVELS; i++) {
            sum += of.counts().get(i) + of.before().get(i);
        }
        if (sum < FEWEST) {
            return 0;
        }
        long wanted = (long) Math.ceil(quantile * sum);
        int level = -1;
        for (long below = 0; below < wanted; ) {
            level++;
            below += of.counts().get(level) + of.before().get(level);
        }
        return upperEnd(level);
    }

    private static int level(long nanos) {
        if (nanos < STEPS) {
            return (int) Math.max(0, nanos);
        }
        int octave = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
        return (octave - STEP_BITS + 1) * STEPS + (int) (nanos >>> (octave - STEP_BITS)) - STEPS;
    }

    /** The first latency above a level. */
    private static long upperEnd(int level) {
        int above = level + 1;
        return above < STEPS ? above : (long) (STEPS + above % STEPS) << (above / STEPS - 1);
    }
}
