package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Lets the weight of a node that has just come grow with time (the slow start of Envoy, with its aggression of 1). All of
 * it runs in the control of the {@link NodeSet}. Weights grow in steps that all nodes share, so that pickers are not made
 * more often than that.
 */
final class SlowStart {

    /** The least share of a weight, as in Envoy. */
    private static final double LEAST = 0.1;

    /** Of 5 %: a step is less than what chance does to the load of a node. */
    private static final int STEPS = 20;

    /** To make a large hash ring takes a millisecond. */
    private static final Duration SHORTEST_STEP = Duration.ofSeconds(1);

    private static final double PERCENT = 100;

    private final NodeSet nodes;
    private final @Nullable Duration window;
    private final TimeSource time;
    private final Events events;
    private TimeSource.@Nullable Timer timer;

    /** Without a window, all are warm at once. */
    SlowStart(NodeSet nodes, @Nullable Duration window, TimeSource time, Events events) {
        this.nodes = nodes;
        this.window = window;
        this.time = time;
        this.events = events;
    }

    /** A node has joined others, or recovered. */
    void begin(Node node) {
        if (window != null) {
            node.warmUp(new Node.WarmUp(time.nanoTime(), LEAST));
            events.tell(
                    BalancerEvent.Type.SLOW_START,
                    node.endpoint().id(),
                    String.format(Locale.ROOT, "from %.0f %% of its weight to all of it in ", PERCENT * LEAST)
                            + window);
            nodes.reshape();
            schedule(window);
        }
    }

    /** A node comes from another balancer. */
    void goOn(Node node) {
        if (node.warmUp() != null) {
            if (window == null) {
                node.warmUp(null);
                nodes.reshape();
            } else {
                schedule(window);
            }
        }
    }

    void close() {
        if (timer != null) {
            timer.cancel();
        }
    }

    private void schedule(Duration whole) {
        if (timer == null) {
            Duration step = whole.dividedBy(STEPS);
            Duration delay = step.compareTo(SHORTEST_STEP) < 0 ? SHORTEST_STEP : step;
            timer = time.schedule(() -> nodes.run(() -> step(whole)), delay);
        }
    }

    private void step(Duration whole) {
        timer = null;
        if (nodes.closed()) {
            return;
        }
        long now = time.nanoTime();
        boolean more = false;
        for (Node node : nodes.known()) {
            Node.WarmUp warmUp = node.warmUp();
            if (warmUp != null && nodes.decides(node)) {
                more |= grow(node, warmUp, (double) (now - warmUp.sinceNanos()) / whole.toNanos());
                nodes.reshape();
            }
        }
        if (more) {
            schedule(whole);
        }
    }

    /** Whether it will grow further. */
    private boolean grow(Node node, Node.WarmUp warmUp, double passed) {
        if (passed >= 1) {
            node.warmUp(null);
            events.tell(BalancerEvent.Type.WARM, node.endpoint().id(), "it has its whole weight");
            return false;
        }
        node.warmUp(new Node.WarmUp(warmUp.sinceNanos(), Math.max(LEAST, passed)));
        return true;
    }
}
