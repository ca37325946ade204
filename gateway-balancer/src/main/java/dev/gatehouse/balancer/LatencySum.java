package dev.gatehouse.balancer;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** How many calls there were, and how long they took together: one number, so that nothing is counted by halves. */
final class LatencySum {

    /** For the sum, in microseconds: 12 days. The count has the rest, for 16 million. */
    private static final int SUM_BITS = 40;

    private static final long SUM = (1L << SUM_BITS) - 1;

    /** A single call counts as a minute at most, and as something at least. */
    private static final long MOST_MICROS = TimeUnit.MINUTES.toMicros(1);

    private final AtomicLong counted = new AtomicLong();

    /** Counts. How many calls there are then. */
    int add(long nanos) {
        long micros = Math.max(1, Math.min(MOST_MICROS, TimeUnit.NANOSECONDS.toMicros(nanos)));
        return count(counted.addAndGet((1L << SUM_BITS) + micros));
    }

    int count() {
        return count(counted.get());
    }

    /** The mean, in microseconds, and begins anew. */
    double takeMean() {
        long taken = counted.getAndSet(0);
        return (double) (taken & SUM) / Math.max(1, count(taken));
    }

    private static int count(long counted) {
        return (int) (counted >>> SUM_BITS);
    }
}
