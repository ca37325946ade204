package dev.gatehouse.filters;

import dev.gatehouse.balancer.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Takes lines from many threads that must not wait, and hands them to a sink on one thread that may: what comes while too
 * many are waiting is dropped and counted. The thread is a daemon, and starts with the first line.
 *
 * <p>Waking a thread costs far more than writing a line. So the thread collects for a while what comes, and takes all of
 * it at once; only a line after silence wakes it, and the one that makes the queue half full. While nothing comes it
 * sleeps without a timer.
 *
 * <p>What waits are bytes, not objects: those would have left the CPU's caches when their time comes, and each would
 * cost the thread more to fetch than it cost to make. The lock is held for no longer than the copy of a line.
 */
final class LineWriter {

    /** Hundreds of lines: a call of the system for each batch costs nothing beside them. */
    private static final int BATCH_BYTES = 64 * 1024;

    private static final int BATCH_BYTES_AT_FIRST = 1024;

    private final String threadName;
    private final int capacity;
    private final int urgent;
    private final long collectNanos;
    private final LineSink sink;
    private final Losses losses;
    private final TimeSource time = TimeSource.system();

    /** Full ones, and behind them the one that lines are added to. Guarded by this, as everything below. */
    private List<Batch> waiting = new ArrayList<>();

    /** The lines in all of them. */
    private int count;

    private boolean asleep;
    private boolean closed;
    private @Nullable Thread thread;

    /** Lines that are written together. */
    private static final class Batch {

        final LineBuffer bytes = new LineBuffer(BATCH_BYTES_AT_FIRST);
        int lines;
    }

    /**
     * A writer.
     *
     * @param capacity how many lines may wait, 1 or more
     * @param collect how long lines are collected before they are written, zero or more
     * @param losses told of lines that are dropped or that the sink fails to write
     */
    LineWriter(String threadName, int capacity, Duration collect, LineSink sink, Losses losses) {
        this.threadName = threadName;
        this.capacity = capacity;
        this.urgent = capacity - capacity / 2;
        this.collectNanos = collect.toNanos();
        this.sink = sink;
        this.losses = losses;
    }

    /** Takes a copy of a line, which has no line feed, or drops it. Does not wait for the thread. */
    void add(LineBuffer line) {
        Thread woken = null;
        synchronized (this) {
            if (closed || count == capacity) {
                losses.noRoom();
                return;
            }
            Thread running = thread;
            if (running == null) {
                running = start();
            }
            Batch batch = batchFor(line);
            batch.bytes.append(line).append('\n');
            batch.lines++;
            count++;
            if (asleep || count == urgent) {
                asleep = false;
                woken = running;
            }
        }
        if (woken != null) {
            LockSupport.unpark(woken);
        }
    }

    /** Takes nothing more, and waits until what is waiting is written, or the time is over. */
    void close(Duration limit) {
        Thread running;
        synchronized (this) {
            closed = true;
            running = thread;
        }
        if (running == null) {
            sink.close();
        } else if (running != Thread.currentThread()) {
            LockSupport.unpark(running);
            try {
                running.join(limit.toMillis());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Thread start() {
        Thread writer = new Thread(this::run, threadName);
        writer.setDaemon(true);
        writer.start();
        thread = writer;
        return writer;
    }

    private Batch batchFor(LineBuffer line) {
        Batch last = waiting.isEmpty() ? null : waiting.get(waiting.size() - 1);
        if (last == null || last.bytes.length() + line.length() >= BATCH_BYTES) {
            last = new Batch();
            waiting.add(last);
        }
        return last;
    }

    private void run() {
        boolean silent = true;
        boolean last;
        do {
            if (silent) {
                sleep();
            }
            collect();
            List<Batch> taken;
            synchronized (this) {
                taken = waiting;
                waiting = new ArrayList<>();
                count = 0;
                last = closed;
            }
            silent = taken.isEmpty();
            taken.forEach(this::write);
            losses.reportIfAny();
        } while (!last);
        sink.close();
    }

    /** Until something comes, or has come already. */
    private void sleep() {
        while (fallsAsleep()) {
            LockSupport.park(this);
            forgetInterrupt();
        }
    }

    private synchronized boolean fallsAsleep() {
        asleep = count == 0 && !closed;
        return asleep;
    }

    /** Lets lines come, for a while, until too many are there, or this is closed. */
    private void collect() {
        long began = time.nanoTime();
        long left = collectNanos;
        while (left > 0 && !isUrgent()) {
            LockSupport.parkNanos(this, left);
            forgetInterrupt();
            left = collectNanos - (time.nanoTime() - began);
        }
    }

    private synchronized boolean isUrgent() {
        return closed || count >= urgent;
    }

    /** Nobody has a reason to interrupt this thread, and parking would not wait any more if somebody did. */
    private static void forgetInterrupt() {
        boolean ignored = Thread.interrupted();
    }

    private void write(Batch batch) {
        try {
            sink.write(batch.bytes);
        } catch (IOException | RuntimeException e) {
            losses.failed(batch.lines, e);
        }
    }
}
