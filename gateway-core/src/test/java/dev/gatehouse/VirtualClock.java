package dev.gatehouse;

import dev.gatehouse.balancer.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Time that stands still until it is told to go on; the test kit's cannot be used here, since it depends on the core. */
final class VirtualClock implements TimeSource {

    private final List<Task> tasks = new ArrayList<>();
    private long nanos = 1_000;

    private record Task(long due, Runnable task) {}

    @Override
    public synchronized Instant now() {
        return Instant.EPOCH.plusNanos(nanos);
    }

    @Override
    public synchronized long nanoTime() {
        return nanos;
    }

    @Override
    public synchronized Timer schedule(Runnable task, Duration delay) {
        Task entry = new Task(nanos + Math.max(0, delay.toNanos()), task);
        tasks.add(entry);
        return () -> remove(entry);
    }

    private synchronized void remove(Task entry) {
        tasks.remove(entry);
    }

    synchronized int pending() {
        return tasks.size();
    }

    void advance(Duration time) {
        long end = nanoTime() + time.toNanos();
        Task next = next(end);
        while (next != null) {
            next.task().run();
            next = next(end);
        }
        synchronized (this) {
            nanos = end;
        }
    }

    private synchronized Task next(long end) {
        Task first = tasks.stream()
                .filter(task -> task.due() <= end)
                .min(Comparator.comparingLong(Task::due))
                .orElse(null);
        if (first != null) {
            tasks.remove(first);
            nanos = Math.max(nanos, first.due());
        }
        return first;
    }
}
