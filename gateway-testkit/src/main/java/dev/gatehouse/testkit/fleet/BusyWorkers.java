package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.TimeSource;

/**
 * The utilization of a server's workers, at most 1, as processors have it: calls that wait are not in it. A server whose
 * neighbour slows it is busier with the same calls.
 */
final class BusyWorkers {

    private final TimeSource time;
    private final int workers;
    private int busy;
    private long sinceNanos;
    private long askedNanos;

    /** Worker-nanoseconds since it was asked. */
    private double area;

    BusyWorkers(TimeSource time, int workers) {
        this.time = time;
        this.workers = workers;
        this.sinceNanos = time.nanoTime();
        this.askedNanos = sinceNanos;
    }

    void set(int count) {
        long now = time.nanoTime();
        area += (double) busy * (now - sinceNanos);
        sinceNanos = now;
        busy = count;
    }

    /** The mean since it was asked before. */
    double utilization() {
        set(busy);
        double nanos = sinceNanos - askedNanos;
        double mean = nanos == 0 ? 0 : area / nanos / workers;
        askedNanos = sinceNanos;
        area = 0;
        return mean;
    }
}
