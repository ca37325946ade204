package dev.gatehouse.testkit.fleet;

import java.util.Arrays;

/** What became of the measured requests. */
final class Measurements {

    private final long timeoutNanos;
    private long[] latencies = new long[1 << 16];
    private int requests;
    private int successes;
    private long attempts;

    Measurements(long timeoutNanos) {
        this.timeoutNanos = timeoutNanos;
    }

    void ended(boolean success, long nanos, int calls) {
        if (requests == latencies.length) {
            latencies = Arrays.copyOf(latencies, requests * 2);
        }
        latencies[requests++] = success ? nanos : Math.max(nanos, timeoutNanos);
        successes += success ? 1 : 0;
        attempts += calls;
    }

    long[] sortedLatencies() {
        long[] sorted = Arrays.copyOf(latencies, requests);
        Arrays.sort(sorted);
        return sorted;
    }

    int successes() {
        return successes;
    }

    long attempts() {
        return attempts;
    }
}
