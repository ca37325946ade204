package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.TimeSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Gives things out in the order in which they came, each after the same delay. One timer for all of them keeps the list of
 * timers as short as the fleet is small, however many calls are under way.
 */
final class DelayLine<T> {

    private final TimeSource time;
    private final long delayNanos;
    private final Consumer<T> to;
    private final Predicate<T> settled;
    private final Deque<Entry<T>> entries = new ArrayDeque<>();
    private boolean waiting;

    /**
     * A line.
     *
     * @param settled what need not be given out any more
     */
    DelayLine(TimeSource time, Duration delay, Consumer<T> to, Predicate<T> settled) {
        this.time = time;
        this.delayNanos = delay.toNanos();
        this.to = to;
        this.settled = settled;
    }

    void add(T thing) {
        if (delayNanos == 0) {
            to.accept(thing);
            return;
        }
        entries.add(new Entry<>(time.nanoTime() + delayNanos, thing));
        waitForFirst();
    }

    private void waitForFirst() {
        while (!entries.isEmpty() && settled.test(entries.getFirst().thing())) {
            entries.removeFirst();
        }
        if (!waiting && !entries.isEmpty()) {
            waiting = true;
            time.schedule(this::due, Duration.ofNanos(entries.getFirst().dueNanos() - time.nanoTime()));
        }
    }

    private void due() {
        waiting = false;
        long now = time.nanoTime();
        while (!entries.isEmpty() && entries.getFirst().dueNanos() - now <= 0) {
            T thing = entries.removeFirst().thing();
            if (!settled.test(thing)) {
                to.accept(thing);
            }
        }
        waitForFirst();
    }

    private record Entry<T>(long dueNanos, T thing) {}
}
