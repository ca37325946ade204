package dev.gatehouse.balancer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A strategy that chooses for every call and is never followed. It has nodes of its own, whose calls in flight are those that
 * it chose them for, so that what it sees is the load that it would have made. How long a call would have taken elsewhere
 * nobody knows: it is in flight as long as the real one, and its latency is the mean of the real node.
 */
final class Shadow {

    private final Strategy strategy;
    private final TimeSource time;
    private final RandomSource random;
    private final Events events;
    private final LongAdder calls = new LongAdder();
    private final LongAdder same = new LongAdder();
    private final LongAdder found = new LongAdder();
    private final LongAdder shadowFound = new LongAdder();

    private volatile State state = new State(Map.of(), Map.of(), context -> null);

    Shadow(Strategy strategy, TimeSource time, RandomSource random, Events events) {
        this.strategy = strategy;
        this.time = time;
        this.random = random;
        this.events = events;
    }

    /** A real node, the node of the shadow, and what both got. */
    private static final class Twin {

        private final Node real;
        private final Node node;
        private final LongAdder calls = new LongAdder();
        private final LongAdder shadowCalls = new LongAdder();
        private final LongAccumulator most = new LongAccumulator(Math::max, 0);
        private final LongAccumulator shadowMost = new LongAccumulator(Math::max, 0);

        Twin(Node real) {
            this.real = real;
            this.node = new Node(real.endpoint());
        }
    }

    /** What choosing reads. */
    private record State(Map<Node, Twin> twins, Map<Node, Twin> byNode, Picker picker) {}

    /** One call, for which both have chosen. Used by the lease's threads. */
    final class Call {

        private final Picker picker;
        private final PickContext context;
        private final Twin actual;
        private final Twin chosen;

        private Call(Picker picker, PickContext context, Twin actual, Twin chosen) {
            this.picker = picker;
            this.context = context;
            this.actual = actual;
            this.chosen = chosen;
        }

        void answered(Outcome outcome, long nanos) {
            boolean followed = actual == chosen;
            long usual = chosen.real.latencyNanos();
            Outcome supposed = followed ? outcome : usual < 0 ? Outcome.IGNORED : Outcome.SUCCESS;
            try {
                picker.completed(chosen.node, context, supposed, followed ? nanos : Math.max(0, usual));
            } catch (RuntimeException | Error e) {
                failed(e);
            }
        }

        /** What the real node said of its load is true of its twin. */
        void loaded(Node.Loaded load) {
            actual.node.loaded(load);
        }

        void ended() {
            chosen.node.end();
        }
    }

    /** Makes a picker for the twins of what the strategy at work chooses from; for the control. */
    void rebuild(List<Node> usable, List<Node> active) {
        State last = state;
        // Nodes that leave are forgotten, or a fleet that comes and goes would never end.
        Map<Node, Twin> twins = new LinkedHashMap<>();
        for (Node real : active) {
            Twin before = last.twins().get(real);
            Twin twin = before == null ? new Twin(real) : before;
            twin.node.endpoint(real.endpoint());
            twin.node.warmUp(real.warmUp());
            twins.put(real, twin);
        }
        List<Node> usableTwins = nodes(usable, twins);
        try {
            Picker picker =
                    strategy.newPicker(new Setup(usableTwins, nodes(active, twins), last.picker(), time, random));
            Map<Node, Twin> byNode = new HashMap<>();
            twins.values().forEach(twin -> byNode.put(twin.node, twin));
            state = new State(twins, byNode, picker);
            last.picker().close();
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    private static List<Node> nodes(List<Node> reals, Map<Node, Twin> twins) {
        List<Node> nodes = new ArrayList<>();
        for (Node real : reals) {
            Twin twin = twins.get(real);
            if (twin != null) {
                nodes.add(twin.node);
            }
        }
        return nodes;
    }

    /** Chooses for a call that has gone to a node; null if the shadow has no choice, or the node is not among its own. */
    @Nullable
    Call begin(Node node, PickContext context) {
        State now = state;
        Twin actual = now.twins().get(node);
        try {
            PickContext own = context.avoidsAny() ? avoiding(now, context) : context;
            Node picked = actual == null ? null : now.picker().pick(own);
            Twin chosen = picked == null ? null : now.byNode().get(picked);
            if (actual == null || picked == null || chosen == null) {
                return null;
            }
            if (!now.picker().reserves()) {
                picked.begin();
            }
            count(actual, chosen);
            return new Call(now.picker(), own, actual, chosen);
        } catch (RuntimeException | Error e) {
            failed(e);
            return null;
        }
    }

    private void count(Twin actual, Twin chosen) {
        calls.increment();
        if (actual == chosen) {
            same.increment();
        }
        int inFlight = actual.real.inFlight();
        int shadowInFlight = chosen.node.inFlight();
        found.add(Math.max(0, inFlight - 1));
        shadowFound.add(Math.max(0, shadowInFlight - 1));
        actual.calls.increment();
        actual.most.accumulate(inFlight);
        chosen.shadowCalls.increment();
        chosen.shadowMost.accumulate(shadowInFlight);
    }

    private static PickContext avoiding(State now, PickContext context) {
        Node real = context.avoided();
        Twin avoided = real == null ? null : now.twins().get(real);
        return avoided == null ? context : context.avoiding(avoided.node);
    }

    private void failed(Throwable e) {
        events.once(strategy, "shadow strategy " + strategy, "failed", e);
    }

    ShadowReport report(Strategy actual) {
        long all = calls.sum();
        return new ShadowReport(
                actual.toString(),
                strategy.toString(),
                all,
                same.sum(),
                all == 0 ? 0 : (double) found.sum() / all,
                all == 0 ? 0 : (double) shadowFound.sum() / all,
                state.twins().values().stream()
                        .map(twin -> new ShadowReport.PerEndpoint(
                                twin.real.endpoint().id(),
                                twin.calls.sum(),
                                twin.shadowCalls.sum(),
                                twin.most.intValue(),
                                twin.shadowMost.intValue()))
                        .toList());
    }
}
