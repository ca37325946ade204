package dev.gatehouse.balancer;

import java.time.Duration;
import java.time.Instant;

/**
 * The one place that time comes from: the wall clock, the monotonic clock, and timers.
 *
 * <p>Nothing else in Gatehouse reads a clock or sleeps, so that every strategy, health checker and limiter can run
 * under virtual time. Implementations are safe for use by several threads.
 */
public interface TimeSource {

    /**
     * The longest time that a setting may name: 365 days. Beyond any time-out or interval that anybody waits for, and far
     * from the 292 years at which a sum of nanoseconds overflows.
     */
    Duration LONGEST = Duration.ofDays(365);

    /**
     * The time of day, for people and for protocol fields.
     *
     * @return the current instant
     */
    Instant now();

    /**
     * A monotonic clock, for measuring how long something took.
     *
     * @return nanoseconds since an arbitrary origin; may be negative and may wrap, so compare by subtraction only
     */
    long nanoTime();

    /**
     * Runs a task once, after a delay.
     *
     * @param task what to run; it must not block, since all timers may share one thread
     * @param delay how long to wait; zero or less means as soon as possible, but never inside this call
     * @return a handle that prevents the run if it has not begun
     */
    Timer schedule(Runnable task, Duration delay);

    /** A task that waits for its time. */
    interface Timer {

        /** Prevents the run if it has not begun; otherwise does nothing. */
        void cancel();
    }

    /**
     * The time of this machine, with one shared daemon thread for timers.
     *
     * @return the same instance at each call
     */
    static TimeSource system() {
        return SystemTime.INSTANCE;
    }
}
