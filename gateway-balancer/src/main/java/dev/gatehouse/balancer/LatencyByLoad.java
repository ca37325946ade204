package dev.gatehouse.balancer;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The latencies of late, apart by how many requests were in flight when each came (Prequal §4): the same server is quick
 * when it is idle. Safe for use by several threads, without locks.
 */
final class LatencyByLoad {

    /** Numbers up to here are apart; above, four steps double. */
    private static final int EXACT = 16;

    private static final int LEVELS = 128;
    private static final int STEPS = 4;
    private static final int STEP_BITS = 2;
    private static final int KEPT = 16;
    private static final long MAX_AGE_MILLIS = 10_000;
    private static final long MOST_MICROS = 0xFFFF_FFFFL;

    private final AtomicReferenceArray<@Nullable Level> levels = new AtomicReferenceArray<>(LEVELS);

    /** The last few: each the millisecond it came in, in the upper half, and its microseconds in the lower. */
    private static final class Level {

        final AtomicInteger next = new AtomicInteger();
        final AtomicLongArray last = new AtomicLongArray(KEPT);

        /** As of the last one of every four, in nanoseconds; sorting for every report would cost more than the rest of it. */
        volatile long median = LoadReport.UNSAID;

        volatile long stamp;
    }

    /**
     * Takes a latency.
     *
     * @param inFlight how many others there were when its request came
     */
    void add(int inFlight, long latencyNanos, long nowNanos) {
        int index = level(inFlight);
        Level level = levels.get(index);
        while (level == null) {
            levels.compareAndSet(index, null, new Level());
            level = levels.get(index);
        }
        long micros = Math.max(1, Math.min(MOST_MICROS, TimeUnit.NANOSECONDS.toMicros(latencyNanos)));
        int count = level.next.getAndIncrement();
        level.last.set(count & (KEPT - 1), stamp(nowNanos) << Integer.SIZE | micros);
        if (level.median < 0 || count % STEPS == 0 || age(level.stamp, nowNanos) > MAX_AGE_MILLIS) {
            level.median = sorted(level, nowNanos);
        }
        level.stamp = stamp(nowNanos);
    }

    /** The median of the nearest number of requests in flight for which there is one; else {@link LoadReport#UNSAID}. */
    long median(int inFlight, long nowNanos) {
        int at = level(inFlight);
        for (int distance = 0; distance < LEVELS; distance++) {
            long below = at < distance ? LoadReport.UNSAID : median(levels.get(at - distance), nowNanos);
            long found = below >= 0 || at + distance >= LEVELS ? below : median(levels.get(at + distance), nowNanos);
            if (found >= 0) {
                return found;
            }
        }
        return LoadReport.UNSAID;
    }

    private static long median(@Nullable Level level, long nowNanos) {
        return level == null || age(level.stamp, nowNanos) > MAX_AGE_MILLIS ? LoadReport.UNSAID : level.median;
    }

    private static long age(long stamp, long nowNanos) {
        long age = stamp(nowNanos) - stamp & MOST_MICROS;
        // Another thread may have looked at the time after this one, and been first to take note.
        return age > MOST_MICROS - MAX_AGE_MILLIS ? 0 : age;
    }

    private static long sorted(Level level, long nowNanos) {
        long[] micros = new long[KEPT];
        int count = 0;
        for (int i = 0; i < KEPT; i++) {
            long word = level.last.get(i);
            if (word != 0 && age(word >>> Integer.SIZE, nowNanos) <= MAX_AGE_MILLIS) {
                micros[count++] = word & MOST_MICROS;
            }
        }
        Arrays.sort(micros, 0, count);
        return count == 0 ? LoadReport.UNSAID : TimeUnit.MICROSECONDS.toNanos(micros[(count - 1) / 2]);
    }

    private static long stamp(long nanos) {
        return Math.floorDiv(nanos, TimeUnit.MILLISECONDS.toNanos(1)) & MOST_MICROS;
    }

    private static int level(int inFlight) {
        if (inFlight < EXACT) {
            return inFlight;
        }
        int octave = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(inFlight);
        int step = (inFlight >>> (octave - STEP_BITS)) & (STEPS - 1);
        return EXACT + (octave - STEPS) * STEPS + step;
    }
}
