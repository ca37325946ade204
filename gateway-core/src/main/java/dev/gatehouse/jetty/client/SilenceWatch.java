package dev.gatehouse.jetty.client;

import dev.gatehouse.balancer.TimeSource;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Breaks off exchanges that nothing is heard of: one timer for as many of a connection's as come within its time. */
final class SilenceWatch {

    private final TimeSource time;
    private final Supplier<@Nullable LoopExchange> current;
    private volatile long lastNanos;

    /** Guarded by this. */
    private TimeSource.@Nullable Timer timer;

    private long dueNanos;

    /**
     * A watch.
     *
     * @param current the exchange under way, or null
     */
    SilenceWatch(TimeSource time, Supplier<@Nullable LoopExchange> current) {
        this.time = time;
        this.current = current;
    }

    /** Something was read or written. */
    void heard() {
        lastNanos = time.nanoTime();
    }

    /** An exchange begins. */
    void begin(Duration limit) {
        long now = time.nanoTime();
        lastNanos = now;
        if (!limit.isZero()) {
            checkBy(now, limit.toNanos());
        }
    }

    /** Checks no later than that, and not more often than needed. */
    private synchronized void checkBy(long now, long nanos) {
        if (timer != null && dueNanos - now <= nanos) {
            return;
        }
        cancel();
        dueNanos = now + nanos;
        timer = time.schedule(this::check, Duration.ofNanos(nanos));
    }

    synchronized void cancel() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void check() {
        synchronized (this) {
            timer = null;
        }
        LoopExchange exchange = current.get();
        if (exchange == null || exchange.call().idleTimeout().isZero()) {
            return;
        }
        long limit = exchange.call().idleTimeout().toNanos();
        long now = time.nanoTime();
        long silent = now - lastNanos;
        if (silent >= limit) {
            exchange.breakOff(new TimeoutException("silent for " + silent / 1_000_000 + " ms"));
        } else {
            checkBy(now, limit - silent);
        }
    }
}
