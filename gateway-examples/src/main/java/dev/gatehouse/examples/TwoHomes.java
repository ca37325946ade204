package dev.gatehouse.examples;

import dev.gatehouse.balancer.Node;
import dev.gatehouse.balancer.Picker;
import dev.gatehouse.balancer.RandomSource;
import dev.gatehouse.balancer.Setup;
import dev.gatehouse.balancer.Strategy;

/**
 * A strategy of one's own, which docs/prove-your-strategy.md takes through its tests: each key has two homes, and a call goes
 * to the less busy one.
 */
public record TwoHomes() implements Strategy {

    @Override
    public Picker newPicker(Setup setup) {
        Node[] nodes = setup.nodes().toArray(Node[]::new);
        RandomSource random = setup.random();
        return context -> {
            if (nodes.length == 0) {
                return null;
            }
            String key = context.key();
            long call = key == null ? random.nextLong() : key.hashCode();
            Node first = nodes[0];
            Node second = first;
            for (Node node : nodes) {
                if (rank(call, node) > rank(call, first)) {
                    second = first;
                    first = node;
                } else if (node != first && (second == first || rank(call, node) > rank(call, second))) {
                    second = node;
                }
            }
            return first.inFlight() <= second.inFlight() ? first : second;
        };
    }

    /** The same for the same call and node, and else as if drawn. */
    private static long rank(long call, Node node) {
        long bits = (call ^ (long) node.endpoint().id().hashCode() << 32) * 0x9E3779B97F4A7C15L;
        bits = (bits ^ bits >>> 32) * 0xBF58476D1CE4E5B9L;
        return bits ^ bits >>> 29;
    }
}
