package dev.gatehouse.balancer;

import java.util.concurrent.atomic.AtomicLong;

/**
 * One after another, each in proportion to its weight, and spread evenly: the static stride scheduler of gRPC (gRFC A58).
 * A round visits every node once; a node is taken in as many rounds as its weight is of the largest one, at even
 * distances. The only state is a counter, so that picks take no lock. A pick visits as many nodes as the largest weight
 * is of the mean, on average; a round at most, since the heaviest node is taken in each.
 */
record WeightedRoundRobin() implements Strategy {

    /** Weights are scaled to 16 bits, as in gRPC. */
    private static final int MOST = 0xFFFF;

    @Override
    public Picker newPicker(Setup setup) {
        Node[] nodes = setup.nodes().toArray(Node[]::new);
        if (nodes.length == 0) {
            return context -> null;
        }
        double heaviest =
                setup.nodes().stream().mapToDouble(Node::effectiveWeight).max().orElse(1);
        long[] weights = setup.nodes().stream()
                .mapToLong(node -> Math.max(1, Math.round(MOST * node.effectiveWeight() / heaviest)))
                .toArray();
        // Anywhere in the cycle: pickers that are replaced soon would else never come to the rounds of the light nodes.
        AtomicLong visits = new AtomicLong(setup.random().nextInt(Integer.MAX_VALUE));
        return context -> {
            while (true) {
                long visit = visits.getAndIncrement();
                int index = (int) Long.remainderUnsigned(visit, nodes.length);
                long round = Long.divideUnsigned(visit, nodes.length);
                // Nodes of one weight would all be taken in the same rounds: each begins half a step later.
                long phase = Long.remainderUnsigned(weights[index] * round + (long) index * (MOST / 2), MOST);
                if (phase >= MOST - weights[index]) {
                    return nodes[index];
                }
            }
        };
    }

    @Override
    public String toString() {
        return "weightedRoundRobin";
    }
}
