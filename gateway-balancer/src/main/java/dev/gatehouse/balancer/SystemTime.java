package dev.gatehouse.balancer;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The time of this machine. The only class that reads a clock. */
final class SystemTime implements TimeSource {

    static final SystemTime INSTANCE = new SystemTime();

    private static final Logger LOG = LoggerFactory.getLogger(TimeSource.class);

    private final ScheduledThreadPoolExecutor timers;

    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final AtomicBoolean pacing = new AtomicBoolean();

    /** Whether timers have come since the last pace. */
    private volatile boolean busy;

    private SystemTime() {
        timers = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "gatehouse-timer");
            thread.setDaemon(true);
            return thread;
        });
        // A library must not keep a thread, and the class loader behind it, for an application that is gone.
        timers.setKeepAliveTime(10, TimeUnit.SECONDS);
        timers.allowCoreThreadTimeOut(true);
        // Nearly every timer is a time-out that is cancelled long before it is due.
        timers.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Timer schedule(Runnable task, Duration delay) {
        if (delay.toNanos() > PACE_NANOS) {
            pace();
        }
        Future<?> future = timers.schedule(() -> run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    /**
     * Keeps a task of its own at the head of the queue while timers come. The thread is woken for each timer that becomes the
     * first, which at a low rate would be nearly each, only for it to be cancelled soon after.
     */
    private void pace() {
        if (!busy) {
            busy = true;
        }
        if (!pacing.get() && pacing.compareAndSet(false, true)) {
            paceAgain();
        }
    }

    private void paceAgain() {
        Future<?> unused = timers.schedule(this::paced, PACE_NANOS, TimeUnit.NANOSECONDS);
    }

    private void paced() {
        if (busy) {
            busy = false;
            paceAgain();
        } else {
            pacing.set(false);
        }
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.warn("a timer's task failed", e);
        }
    }
}
