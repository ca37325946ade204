package dev.gatehouse.balancer;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The one place that chance comes from. Nothing else in Gatehouse draws a number, so that every choice can be repeated.
 * Implementations are safe for use by several threads.
 */
@FunctionalInterface
public interface RandomSource {

    /**
     * 64 random bits.
     *
     * @return any value, all equally likely
     */
    long nextLong();

    /**
     * A number below a bound.
     *
     * @param bound 1 or more
     * @return 0 to {@code bound - 1}; the bias is below {@code bound / 2^32}
     */
    default int nextInt(int bound) {
        // Multiply and shift (Lemire, "Fast random integer generation in an interval", 2019), without the rejection.
        return (int) (((nextLong() >>> 32) * bound) >>> 32);
    }

    /**
     * A number from 0 to 1.
     *
     * @return 0 or more, less than 1
     */
    default double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /**
     * Unpredictable enough for balancing, and without contention; not for secrets.
     *
     * @return a shared source
     */
    static RandomSource system() {
        return () -> ThreadLocalRandom.current().nextLong();
    }

    /**
     * The same numbers for the same seed: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
     * generators", 2014), whose state is one counter, so that threads share it without a lock.
     *
     * @param seed any value
     * @return a new source
     */
    static RandomSource seeded(long seed) {
        AtomicLong state = new AtomicLong(seed);
        return () -> mix(state.addAndGet(0x9E3779B97F4A7C15L));
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
