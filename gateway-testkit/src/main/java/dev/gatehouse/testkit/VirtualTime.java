package dev.gatehouse.testkit;

import dev.gatehouse.balancer.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Time that stands still until a test moves it: the clocks and the timers of one {@link TimeSource}. Give it to whatever
 * takes one, and nothing there waits for real.
 *
 * <pre>{@code
 * var time = new VirtualTime();
 * time.schedule(() -> log.add("later"), Duration.ofSeconds(30));
 * assert time.advance(Duration.ofMinutes(1)) == 1;
 * }</pre>
 *
 * <p>Safe for use by several threads; one at a time advances it.
 */
public final class VirtualTime implements TimeSource {

    private static final Instant START = Instant.parse("2000-01-01T00:00:00Z");

    /** Negative, and zero a minute later: code that takes one or the other for "never" or "unknown" is found out. */
    private static final long START_NANOS = -Duration.ofMinutes(1).toNanos();

    /** So many tasks at one instant are a task that always schedules itself again without delay. */
    private static final int MOST_AT_ONE_INSTANT = 1_000_000;

    private final Instant start;

    /** Held by the one thread that advances. */
    private final Object advancing = new Object();

    /** Guarded by this. */
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::due).thenComparingLong(Task::number));

    private long scheduled;

    /** Guarded by {@code advancing}. */
    private boolean running;

    private volatile long elapsed;

    /** Starts at midnight UTC on 1 January 2000. */
    public VirtualTime() {
        this(START);
    }

    /**
     * Starts at an instant.
     *
     * @param start what {@link #now()} says before the first {@link #advance}
     */
    public VirtualTime(Instant start) {
        this.start = Objects.requireNonNull(start);
    }

    @Override
    public Instant now() {
        return start.plusNanos(elapsed);
    }

    @Override
    public long nanoTime() {
        return START_NANOS + elapsed;
    }

    /** The task runs in {@link #advance}, on the thread that calls it; with no delay in the next call, even by zero. */
    @Override
    public synchronized Timer schedule(Runnable task, Duration delay) {
        Objects.requireNonNull(task);
        long due = elapsed + Math.max(0, delay.toNanos());
        Task waiting = new Task(due, scheduled++, task);
        tasks.add(waiting);
        return () -> cancel(waiting);
    }

    /**
     * Moves time on, and runs what is due on the way: in the order of its time, then in the order in which it was
     * scheduled, each task at its own time, those that tasks schedule included. What a task throws comes out here, and time stays at
     * that task.
     *
     * @param by how far; zero runs what is due already
     * @return how many tasks ran
     * @throws IllegalArgumentException if {@code by} is negative
     * @throws IllegalStateException if a task of this time calls it, or schedules itself again and again without delay
     */
    public int advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("by: " + by + " (expected: >= 0)");
        }
        synchronized (advancing) {
            if (running) {
                throw new IllegalStateException("a task cannot advance the time that runs it");
            }
            running = true;
            try {
                return runUntil(elapsed + by.toNanos());
            } finally {
                running = false;
            }
        }
    }

    /**
     * How many tasks wait for their time.
     *
     * @return 0 or more, without those that were cancelled
     */
    public synchronized int pending() {
        return tasks.size();
    }

    /** The time since the start. */
    @Override
    public String toString() {
        return "start + " + Duration.ofNanos(elapsed);
    }

    private int runUntil(long end) {
        int count = 0;
        int atThisInstant = 0;
        for (Task task = next(end); task != null; task = next(end)) {
            if (task.due() > elapsed) {
                elapsed = task.due();
                atThisInstant = 0;
            }
            if (++atThisInstant > MOST_AT_ONE_INSTANT) {
                throw new IllegalStateException("time cannot move on: a task schedules itself again without delay");
            }
            task.action().run();
            count++;
        }
        elapsed = end;
        return count;
    }

    private synchronized @Nullable Task next(long end) {
        Task first = tasks.peek();
        return first == null || first.due() > end ? null : tasks.poll();
    }

    private synchronized void cancel(Task task) {
        tasks.remove(task);
    }

    private record Task(long due, long number, Runnable action) {}
}
