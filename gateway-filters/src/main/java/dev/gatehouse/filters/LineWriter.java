package dev.gatehouse.filters;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes work from many threads that must not wait, and does it on one thread that may: what comes while too much is
 * waiting is dropped and counted. The thread is a daemon, and starts with the first piece of work.
 */
final class LineWriter<T> {

    private static final Logger LOG = LoggerFactory.getLogger(AccessLogFilter.class);

    private final String threadName;
    private final int capacity;
    private final Consumer<T> work;
    private final LongAdder dropped = new LongAdder();

    /** Only the thread uses it. */
    private boolean lossReported;

    /** Guarded by this, as everything below. The thread takes it whole, so it is for what comes meanwhile. */
    private Queue<T> waiting = new ArrayDeque<>();

    private boolean closed;
    private @Nullable Thread thread;

    LineWriter(String threadName, int capacity, Consumer<T> work) {
        this.threadName = threadName;
        this.capacity = capacity;
        this.work = work;
    }

    /** Takes a piece of work, or drops it. Does not wait for the thread. */
    void add(T item) {
        synchronized (this) {
            if (!closed && waiting.size() < capacity) {
                waiting.add(item);
                if (thread == null) {
                    thread = start();
                } else if (waiting.size() == 1) {
                    notifyAll();
                }
                return;
            }
        }
        dropped.increment();
    }

    /** How much was dropped so far: because too much was waiting, after closing, or because the work failed. */
    long dropped() {
        return dropped.sum();
    }

    /** Takes nothing more, and waits until what is waiting is done, or the time is over. */
    void close(Duration limit) {
        Thread running;
        synchronized (this) {
            closed = true;
            running = thread;
            notifyAll();
        }
        if (running == null || running == Thread.currentThread()) {
            return;
        }
        try {
            running.join(limit.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Thread start() {
        Thread writer = new Thread(this::run, threadName);
        writer.setDaemon(true);
        writer.start();
        return writer;
    }

    private void run() {
        for (Queue<T> batch = take(); !batch.isEmpty(); batch = take()) {
            batch.forEach(this::perform);
            if (dropped.sum() > 0) {
                reportLoss(null);
            }
        }
    }

    /** All that is waiting, as soon as there is something; nothing once this is closed. */
    private synchronized Queue<T> take() {
        while (waiting.isEmpty() && !closed) {
            try {
                wait();
            } catch (InterruptedException notForUs) {
                // Nobody has a reason to interrupt this thread, and lines that wait must still be written.
                LOG.debug("interrupted, and going on");
            }
        }
        Queue<T> batch = waiting;
        waiting = new ArrayDeque<>();
        return batch;
    }

    private void perform(T item) {
        try {
            work.accept(item);
        } catch (RuntimeException e) {
            dropped.increment();
            reportLoss(e);
        }
    }

    /** Says once that lines are missing, since nobody looks at a counter before knowing. */
    private void reportLoss(@Nullable RuntimeException failure) {
        if (!lossReported) {
            lossReported = true;
            LOG.warn(
                    "{} loses lines: {}; see AccessLogFilter.dropped()",
                    threadName,
                    failure == null ? "writing is too slow" : "writing fails",
                    failure);
        }
    }
}
