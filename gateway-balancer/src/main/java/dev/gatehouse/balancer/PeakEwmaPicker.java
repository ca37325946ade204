package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Latencies by node, and what they make a call cost. */
final class PeakEwmaPicker implements Picker {

    /**
     * A failure counts as a call that takes so many times as long as those that succeed, or as long as it took. So a node
     * that fails fast is taken only when others have as many calls in flight, and is tried again after ln 10 = 2.3 decay
     * times.
     */
    private static final double FAILURE = 10;

    /** A node of unknown latency that has a call costs more than any that is known; 2^64 ns are 585 years. */
    private static final double UNKNOWN = 0x1p64;

    private final long tickNanos;
    private final TimeSource time;
    private final Node[] nodes;
    private final DecayingPeak[] latencies;
    private final Map<Node, DecayingPeak> byNode;

    /** Of all calls that succeed, to whichever node. */
    private final DecayingPeak typical;

    private final WeightedChoice choice;

    /** Inherits what a picker of the same decay time has learnt: ticks of another length would be misread. */
    PeakEwmaPicker(Duration decay, Setup setup, @Nullable PeakEwmaPicker previous) {
        this.tickNanos = DecayingPeak.tickNanos(decay.toNanos());
        PeakEwmaPicker before = previous != null && previous.tickNanos == tickNanos ? previous : null;
        this.time = setup.time();
        this.nodes = setup.nodes().toArray(Node[]::new);
        this.byNode = PerNode.inherit(setup.nodes(), before == null ? Map.of() : before.byNode, DecayingPeak::new);
        this.latencies = setup.nodes().stream().map(byNode::get).toArray(DecayingPeak[]::new);
        this.typical = before == null ? new DecayingPeak() : before.typical;
        this.choice = new WeightedChoice(nodes, setup.random());
    }

    @Override
    public @Nullable Node pick(PickContext context) {
        if (nodes.length <= 1) {
            return nodes.length == 0 ? null : nodes[0];
        }
        int tick = tick();
        int one = choice.next();
        int other = choice.nextBut(one);
        return cost(other, tick) < cost(one, tick) ? nodes[other] : nodes[one];
    }

    private double cost(int index, int tick) {
        Node node = nodes[index];
        DecayingPeak latency = latencies[index];
        int inFlight = node.inFlight();
        double each = latency.known() ? latency.at(tick) : inFlight == 0 ? 0 : UNKNOWN;
        return each * (inFlight + 1) / node.effectiveWeight();
    }

    @Override
    public void completed(Node node, PickContext context, Outcome outcome, long latencyNanos) {
        DecayingPeak latency = byNode.get(node);
        if (latency == null || outcome == Outcome.IGNORED) {
            return;
        }
        int tick = tick();
        double cost = latencyNanos;
        if (outcome.failure()) {
            cost = Math.max(cost, FAILURE * typical.at(tick));
        } else {
            typical.average(cost, tick);
        }
        latency.peak(cost, tick);
    }

    private int tick() {
        return (int) Math.floorDiv(time.nanoTime(), tickNanos);
    }
}
