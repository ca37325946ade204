package dev.gatehouse.testkit;

import dev.gatehouse.balancer.Node;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.Picker;
import dev.gatehouse.balancer.Setup;
import dev.gatehouse.balancer.Strategy;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A strategy inside a balancer, under watch: what it does against the rules is noted, since a balancer would make up for
 * it; and one choice can be taken out of its hands.
 */
final class WatchedStrategy implements Strategy {

    private final Strategy strategy;
    private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<WatchedPicker> pickers = new ConcurrentLinkedQueue<>();

    private volatile @Nullable Node forced;

    WatchedStrategy(Strategy strategy) {
        this.strategy = strategy;
    }

    /** What was against the rules so far, a few of them. */
    List<String> violations() {
        return List.copyOf(violations);
    }

    /** All pickers so far, the current one last. */
    List<WatchedPicker> pickers() {
        return List.copyOf(pickers);
    }

    /** The next choices are this node, until null. For one thread. */
    void force(@Nullable Node node) {
        forced = node;
    }

    @Override
    public Picker newPicker(Setup setup) {
        Picker previous = setup.previous() instanceof WatchedPicker watched ? watched.picker : setup.previous();
        Picker made;
        try {
            made = Objects.requireNonNull(strategy.newPicker(setup.withPrevious(previous)), "newPicker returned null");
        } catch (RuntimeException | Error e) {
            violation("newPicker threw " + e);
            throw e;
        }
        WatchedPicker watched = new WatchedPicker(setup.nodes(), made);
        pickers.add(watched);
        return watched;
    }

    @Override
    public String toString() {
        return strategy.toString();
    }

    private void violation(String what) {
        // A broken strategy fails at every call: the first ones say it all.
        if (violations.size() < 10) {
            violations.add(what);
        }
    }

    final class WatchedPicker implements Picker {

        private final List<Node> nodes;
        private final Set<Node> known = Collections.newSetFromMap(new IdentityHashMap<>());
        private final Picker picker;

        WatchedPicker(List<Node> nodes, Picker picker) {
            this.nodes = nodes;
            this.known.addAll(nodes);
            this.picker = picker;
        }

        @Override
        public @Nullable Node pick(PickContext context) {
            Node wanted = forced;
            if (wanted != null) {
                if (picker.reserves() && !wanted.tryReserve(Integer.MAX_VALUE)) {
                    throw new IllegalStateException("no place at " + wanted);
                }
                return wanted;
            }
            Node node;
            try {
                node = picker.pick(context);
            } catch (RuntimeException | Error e) {
                violation("pick threw " + e);
                throw e;
            }
            if (node == null) {
                if (!nodes.isEmpty() && !picker.reserves()) {
                    violation("pick returned null while " + nodes + " are usable");
                }
            } else if (!known.contains(node)) {
                violation("pick returned " + node + ", which is none of the setup's nodes " + nodes);
            }
            return node;
        }

        @Override
        public void completed(Node node, PickContext context, Outcome outcome, long latencyNanos) {
            try {
                picker.completed(node, context, outcome, latencyNanos);
            } catch (RuntimeException | Error e) {
                violation("completed threw " + e);
                throw e;
            }
        }

        @Override
        public boolean reserves() {
            return picker.reserves();
        }

        @Override
        public void close() {
            try {
                picker.close();
            } catch (RuntimeException | Error e) {
                violation("close threw " + e);
                throw e;
            }
        }
    }
}
