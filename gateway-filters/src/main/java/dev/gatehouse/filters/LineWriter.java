package dev.gatehouse.filters;

import dev.gatehouse.balancer.TimeSource;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
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
 * <p>What waits is a stack that the thread turns round: adding is one compare-and-set of its top, which also says how
 * many are waiting, whether the thread is asleep, and whether this is closed.
 */
final class LineWriter<T> {

    /** The count of the node that closes the stack: more than any capacity, so that nothing comes on top of it. */
    private static final int END = Integer.MAX_VALUE;

    private final String threadName;
    private final int capacity;
    private final int urgent;
    private final long collectNanos;
    private final LineSink<T> sink;
    private final Losses losses;
    private final TimeSource time = TimeSource.system();

    /** The tops of a stack without lines: while the thread runs or collects, while it sleeps, and after the end. */
    private final Node<T> awake = new Node<>(null, 0, null);

    private final Node<T> asleep = new Node<>(null, 0, null);
    private final Node<T> ended = new Node<>(null, END, null);

    private final AtomicReference<Node<T>> waiting = new AtomicReference<>(awake);

    /** Set under the lock of this, before anything is waiting. */
    private volatile @Nullable Thread thread;

    /**
     * A line that waits.
     *
     * <p>The fields but the item are the adding thread's until the node is on the stack, and then the writing thread's.
     */
    private static final class Node<T> {

        final @Nullable T item;
        int count;

        @Nullable
        Node<T> below;

        Node(@Nullable T item, int count, @Nullable Node<T> below) {
            this.item = item;
            this.count = count;
            this.below = below;
        }
    }

    /**
     * A writer.
     *
     * @param capacity how many lines may wait, 1 or more
     * @param collect how long lines are collected before they are written, zero or more
     * @param losses told of lines that are dropped or that the sink fails to write
     */
    LineWriter(String threadName, int capacity, Duration collect, LineSink<T> sink, Losses losses) {
        this.threadName = threadName;
        this.capacity = Math.min(capacity, END - 1);
        this.urgent = capacity - capacity / 2;
        this.collectNanos = collect.toNanos();
        this.sink = sink;
        this.losses = losses;
    }

    /** Takes a line, or drops it. Does not wait for the thread. */
    void add(T item) {
        if (thread == null) {
            start();
        }
        Node<T> node = null;
        Node<T> top;
        do {
            top = top();
            if (top.count >= capacity) {
                losses.noRoom();
                return;
            }
            if (node == null) {
                node = new Node<>(item, 0, null);
            }
            node.count = top.count + 1;
            node.below = top;
        } while (!waiting.compareAndSet(top, node));
        if (top == asleep || node.count == urgent) {
            LockSupport.unpark(thread);
        }
    }

    /** Takes nothing more, and waits until what is waiting is written, or the time is over. */
    void close(Duration limit) {
        Thread running;
        synchronized (this) {
            waiting.getAndUpdate(top -> top.count == END ? top : new Node<>(null, END, top));
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

    private Node<T> top() {
        return Objects.requireNonNull(waiting.get());
    }

    private synchronized void start() {
        if (thread == null && top().count != END) {
            Thread writer = new Thread(this::run, threadName);
            writer.setDaemon(true);
            writer.start();
            thread = writer;
        }
    }

    private void run() {
        boolean silent = true;
        Node<T> top;
        do {
            if (silent) {
                sleep();
            }
            collect();
            top = waiting.getAndUpdate(last -> last.count == END ? ended : awake);
            silent = top == awake;
            if (!silent) {
                write(oldestFirst(top));
            }
        } while (top.count != END);
        sink.close();
    }

    /** Until something comes, or has come already. */
    private void sleep() {
        if (waiting.compareAndSet(awake, asleep)) {
            while (top() == asleep) {
                LockSupport.park(this);
                forgetInterrupt();
            }
        }
    }

    /** Lets lines come, for a while, until too many are there, or this is closed. */
    private void collect() {
        long began = time.nanoTime();
        long left = collectNanos;
        while (left > 0 && top().count < urgent) {
            LockSupport.parkNanos(this, left);
            forgetInterrupt();
            left = collectNanos - (time.nanoTime() - began);
        }
    }

    /** Nobody has a reason to interrupt this thread, and parking would not wait any more if somebody did. */
    private static void forgetInterrupt() {
        boolean ignored = Thread.interrupted();
    }

    private static <T> @Nullable Node<T> oldestFirst(Node<T> top) {
        Node<T> first = null;
        Node<T> node = top;
        while (node != null && node.count > 0) {
            Node<T> below = node.below;
            node.below = first;
            first = node;
            node = below;
        }
        return first;
    }

    private void write(@Nullable Node<T> first) {
        for (Node<T> node = first; node != null; node = node.below) {
            if (node.item != null) {
                write(node.item);
            }
        }
        sink.flush();
        losses.reportIfAny();
    }

    private void write(T item) {
        try {
            sink.write(item);
        } catch (RuntimeException e) {
            losses.failed(1, e);
        }
    }
}
