package dev.gatehouse.balancer;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Time that stands still until a test moves it. The test kit has the public one, but depends on this module. */
final class VirtualClock implements TimeSource {

    private static final Instant START = Instant.parse("2000-01-01T00:00:00Z");

    /** Negative, so that whoever takes a negative reading for "none" is found out. */
    private static final long START_NANOS = -Duration.ofHours(1).toNanos();

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::due).thenComparingLong(Task::number));

    private long scheduled;
    private volatile long elapsed;

    private record Task(long due, long number, Runnable action) {}

    @Override
    public Instant now() {
        return START.plusNanos(elapsed);
    }

    @Override
    public long nanoTime() {
        return START_NANOS + elapsed;
    }

    @Override
    public synchronized Timer schedule(Runnable action, Duration delay) {
        Task task = new Task(elapsed + Math.max(0, delay.toNanos()), scheduled++, action);
        tasks.add(task);
        return () -> cancel(task);
    }

    /** Moves on, and runs what is due on the way, each task at its own time. */
    void advance(Duration by) {
        long end = elapsed + by.toNanos();
        for (Task task = next(end); task != null; task = next(end)) {
            elapsed = Math.max(elapsed, task.due());
            task.action().run();
        }
        elapsed = end;
    }

    /** How many tasks wait, without those that were cancelled. */
    synchronized int pending() {
        return tasks.size();
    }

    private synchronized @Nullable Task next(long end) {
        Task first = tasks.peek();
        return first == null || first.due() > end ? null : tasks.poll();
    }

    private synchronized void cancel(Task task) {
        tasks.remove(task);
    }
}
