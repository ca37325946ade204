package dev.gatehouse.balancer;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The time of this machine. The only class that reads a clock. */
final class SystemTime implements TimeSource {

    static final SystemTime INSTANCE = new SystemTime();

    private static final Logger LOG = LoggerFactory.getLogger(TimeSource.class);

    private final ScheduledThreadPoolExecutor timers;

    /** How often those who wait are looked at. */
    private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** The last of those that came since the last round. */
    private final AtomicReference<@Nullable Waiting> newest = new AtomicReference<>();

    private final AtomicBoolean rounds = new AtomicBoolean();

    private SystemTime() {
        timers = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "gatehouse-timer");
            thread.setDaemon(true);
            return thread;
        });
        // A library must not keep a thread, and the class loader behind it, for an application that is gone.
        timers.setKeepAliveTime(10, TimeUnit.SECONDS);
        timers.allowCoreThreadTimeOut(true);
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

    /**
     * Nearly every timer is a time-out of seconds that is cancelled after milliseconds. Such a one waits for the next round
     * in a list, where a cancelled one costs nothing more, and only who is left then goes into the queue of the thread.
     */
    @Override
    public Timer schedule(Runnable task, Duration delay) {
        long nanos = delay.toNanos();
        if (nanos <= 2 * ROUND_NANOS) {
            Future<?> future = queue(task, nanos);
            return () -> future.cancel(false);
        }
        Waiting waiting = new Waiting(task, nanoTime() + nanos);
        do {
            waiting.older = newest.get();
        } while (!newest.compareAndSet(waiting.older, waiting));
        beginRounds();
        return waiting;
    }

    private Future<?> queue(Runnable task, long nanos) {
        return timers.schedule(() -> run(task), nanos, TimeUnit.NANOSECONDS);
    }

    private void beginRounds() {
        if (!rounds.get() && rounds.compareAndSet(false, true)) {
            nextRound();
        }
    }

    private void nextRound() {
        boolean begun = false;
        try {
            Future<?> unused = queue(this::round, ROUND_NANOS);
            begun = true;
        } finally {
            if (!begun) {
                // There is no memory, or no thread: the next timer tries again.
                rounds.set(false);
            }
        }
    }

    private void round() {
        Waiting waiting = newest.getAndSet(null);
        if (waiting == null) {
            rounds.set(false);
            if (newest.get() != null) {
                beginRounds();
            }
            return;
        }
        try {
            while (waiting != null) {
                waiting.queue();
                Waiting older = waiting.older;
                // Who is left must not keep all those that came before.
                waiting.older = null;
                waiting = older;
            }
        } finally {
            nextRound();
        }
    }

    /** Who has waited for less than a round, and then in the queue of the thread. */
    private final class Waiting implements Timer {

        private final long dueNanos;
        private volatile @Nullable Runnable task;
        private volatile @Nullable Future<?> queued;
        private @Nullable Waiting older;

        Waiting(Runnable task, long dueNanos) {
            this.task = task;
            this.dueNanos = dueNanos;
        }

        void queue() {
            if (task != null) {
                queued = SystemTime.this.queue(this::due, dueNanos - nanoTime());
                if (task == null) {
                    cancel();
                }
            }
        }

        private void due() {
            Runnable left = task;
            task = null;
            if (left != null) {
                left.run();
            }
        }

        @Override
        public void cancel() {
            task = null;
            Future<?> future = queued;
            if (future != null) {
                future.cancel(false);
            }
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
