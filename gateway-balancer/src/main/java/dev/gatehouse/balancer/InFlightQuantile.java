package dev.gatehouse.balancer;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** How many requests in flight a share of the last answers to probes does not exceed. Safe for use by several threads. */
final class InFlightQuantile {

    /** So many answers are the distribution. */
    private static final int WINDOW = 128;

    /** After so many new ones it is looked at again: a sixteenth of the window moves little. */
    private static final int STEP = 8;

    private final double quantile;
    private final AtomicIntegerArray window = new AtomicIntegerArray(WINDOW);
    private final AtomicInteger seen = new AtomicInteger();
    private volatile int value = Integer.MAX_VALUE;

    /**
     * No answers yet: nothing exceeds it.
     *
     * @param quantile 0 to 1
     */
    InFlightQuantile(double quantile) {
        this.quantile = quantile;
    }

    double quantile() {
        return quantile;
    }

    int get() {
        return value;
    }

    void add(int inFlight) {
        int index = seen.getAndUpdate(count -> count + 1 == 2 * WINDOW ? WINDOW : count + 1);
        window.set(index % WINDOW, inFlight);
        if (index < WINDOW || index % STEP == 0) {
            int[] sorted = new int[Math.min(index + 1, WINDOW)];
            Arrays.setAll(sorted, window::get);
            Arrays.sort(sorted);
            value = sorted[(int) Math.max(0, Math.ceil(quantile * sorted.length) - 1)];
        }
    }
}
