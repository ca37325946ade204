package dev.gatehouse.balancer;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One item after another, each in proportion to its weight and at even distances: the static stride scheduler of gRPC (gRFC
 * A58). A round visits every item once; an item is taken in as many rounds as its weight is of the largest one. The only
 * state is a counter, so that turns take no lock. A turn visits as many items as the largest weight is of the mean, on
 * average.
 */
final class Stride {

    /**
     * Weights are scaled so that the largest is this. Where gRPC has 16 bits, a power of two costs no more and lets
     * products overflow without harm.
     */
    private static final long MOST = 1L << 31;

    private final long[] weights;
    private final long offset;
    private final AtomicLong visits;

    /**
     * A schedule that begins anywhere: those that are replaced soon would else never come to the rounds of light items.
     *
     * @param weights all above 0
     * @param offset how much of a round's step later each item begins than the one before, 0 to 1: items of one weight would
     *     else all be taken in the same rounds
     */
    Stride(double[] weights, double offset, RandomSource random) {
        double heaviest = Arrays.stream(weights).max().orElse(1);
        this.weights = Arrays.stream(weights)
                .mapToLong(weight -> Math.max(1, Math.round(MOST * (weight / heaviest))))
                .toArray();
        this.offset = (long) (MOST * offset);
        // Two bits less than there are: it never overflows.
        this.visits = new AtomicLong(random.nextLong() >>> 2);
    }

    /** The index of the item whose turn it is. */
    int next() {
        while (true) {
            long visit = visits.getAndIncrement();
            int index = (int) (visit % weights.length);
            long phase = (weights[index] * (visit / weights.length) + offset * index) & (MOST - 1);
            if (phase >= MOST - weights[index]) {
                return index;
            }
        }
    }

    /** How many items it has visited, from any number on. */
    long visits() {
        return visits.get();
    }
}
