package dev.gatehouse.balancer;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides by the calls of a balancer whose circuits open and close. Decisions run in the control of the {@link NodeSet};
 * what is counted and what was decided is in {@link Circuit}.
 */
final class CircuitJudge {

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final NodeSet nodes;
    private final @Nullable CircuitBreaking settings;
    private final TimeSource time;
    private final Events events;

    /** The control's. */
    private TimeSource.@Nullable Timer timer;

    /** With null settings it opens none, and closes those that another one has opened. */
    CircuitJudge(NodeSet nodes, @Nullable CircuitBreaking settings, TimeSource time, Events events) {
        this.nodes = nodes;
        this.settings = settings;
        this.time = time;
        this.events = events;
    }

    @Nullable
    CircuitBreaking settings() {
        return settings;
    }

    void take(Node node) {
        closedWithout(node, node.circuit().take(this, time.nanoTime()));
    }

    void release(Node node) {
        closedWithout(node, node.circuit().release(this, time.nanoTime()));
    }

    private void closedWithout(Node node, boolean closed) {
        if (closed) {
            events.tell(BalancerEvent.Type.CLOSED, node.endpoint().id(), "circuits are not broken any more");
            node.changed();
        }
    }

    /** The list has changed, for the first time or again. */
    void listed() {
        if (settings != null) {
            schedule();
        }
    }

    void close() {
        if (timer != null) {
            timer.cancel();
        }
    }

    /** A call to a node has gone so; on the thread of the call. */
    void observed(Node node, Circuit.Phase phase, Outcome outcome) {
        if (phase instanceof Circuit.Closed closed && outcome != Outcome.IGNORED) {
            counted(node, closed, closed.window().add(1, outcome.failure() ? 1 : 0, time.nanoTime()));
        } else if (phase instanceof Circuit.HalfOpen half) {
            if (outcome == Outcome.IGNORED) {
                half.giveBack();
                return;
            }
            (outcome.failure() ? half.failures() : half.successes()).incrementAndGet();
            tried(node, half);
        }
    }

    /** A call that had gone well has broken off. */
    void amended(Node node, Circuit.Phase phase) {
        if (phase instanceof Circuit.Closed closed) {
            counted(node, closed, closed.window().add(0, 1, time.nanoTime()));
        } else if (phase instanceof Circuit.HalfOpen half) {
            half.successes().decrementAndGet();
            half.failures().incrementAndGet();
            tried(node, half);
        }
    }

    private void counted(Node node, Circuit.Closed phase, long sum) {
        int calls = CallWindow.calls(sum);
        int failures = CallWindow.failures(sum);
        // Whose call came later than the one that decided need not ask again.
        if (settings != null
                && settings.opens(failures, calls)
                && node.circuit().phase() == phase) {
            String why = failures + " of " + calls + " calls failed within "
                    + settings.window().toMillis() + " ms";
            nodes.run(() -> open(node, phase, why));
        }
    }

    private void tried(Node node, Circuit.HalfOpen phase) {
        if (settings == null) {
            return;
        }
        int failures = phase.failures().get();
        int successes = phase.successes().get();
        int enough = settings.failuresToReopen();
        String of = " of " + settings.trialCalls() + " trial calls ";
        if (failures >= enough) {
            nodes.run(() -> open(node, phase, failures + of + "failed"));
        } else if (successes > settings.trialCalls() - enough) {
            nodes.run(() -> close(node, phase, successes + of + "succeeded"));
        }
    }

    private void open(Node node, Circuit.Phase from, String why) {
        Duration wait = settings == null ? null : node.circuit().tryOpen(this, settings, from, time.nanoTime(), why);
        if (wait != null) {
            events.tell(BalancerEvent.Type.OPENED, node.endpoint().id(), why + "; for " + wait.toMillis() + " ms");
            node.changed();
            schedule();
        }
    }

    private void close(Node node, Circuit.Phase from, String why) {
        if (settings != null && node.circuit().tryClose(this, settings, from, time.nanoTime())) {
            events.tell(BalancerEvent.Type.CLOSED, node.endpoint().id(), why);
            nodes.recovered(node);
            node.changed();
        }
    }

    private void schedule() {
        close();
        long now = time.nanoTime();
        long delay = Long.MAX_VALUE;
        for (Node node : nodes.known()) {
            if (node.circuit().judge() == this) {
                delay = Math.min(delay, node.circuit().remainingNanos(now));
            }
        }
        if (delay != Long.MAX_VALUE) {
            timer = time.schedule(() -> nodes.run(this::wake), Duration.ofNanos(delay));
        }
    }

    private void wake() {
        if (settings == null || nodes.closed()) {
            return;
        }
        long now = time.nanoTime();
        for (Node node : nodes.known()) {
            if (node.circuit().tryHalfOpen(this, settings, now)) {
                events.tell(
                        BalancerEvent.Type.HALF_OPEN,
                        node.endpoint().id(),
                        "the wait is over; " + settings.trialCalls() + " trial calls decide");
                node.changed();
            }
        }
        schedule();
    }

    /** What a circuit adds to a node's reason. */
    static String reason(Circuit circuit, long nowNanos) {
        Circuit.Phase phase = circuit.phase();
        if (phase instanceof Circuit.Open open) {
            long left = Math.max(0, open.untilNanos() - nowNanos) / NANOS_PER_MILLI;
            return ", circuit open for " + left + " ms more: " + open.reason();
        }
        return phase instanceof Circuit.HalfOpen half
                ? ", circuit half-open, trial calls decide, since it was open: " + half.reason()
                : "";
    }
}
