package dev.gatehouse.balancer;

/**
 * The least loaded of a few random nodes (Mitzenmacher, "The power of two choices in randomized load balancing", 2001).
 * Nodes are drawn in proportion to their weights, and compared by calls in flight for each unit of weight; among equals
 * the first one drawn wins, so that the weights hold without load too.
 *
 * @param choices how many nodes are compared
 */
record LeastRequest(int choices) implements Strategy {

    static final int FEWEST = 2;
    static final int MOST = 10;

    LeastRequest {
        if (choices < FEWEST || choices > MOST) {
            throw new IllegalArgumentException("choices: " + choices + " (expected: " + FEWEST + " to " + MOST + ")");
        }
    }

    @Override
    public Picker newPicker(Setup setup) {
        Node[] nodes = setup.nodes().toArray(Node[]::new);
        int count = nodes.length;
        if (count <= 1) {
            return context -> count == 0 ? null : nodes[0];
        }
        WeightedChoice choice = new WeightedChoice(nodes, setup.random());
        boolean all = choices >= count;
        int others = Math.min(choices, count) - 1;
        return context -> {
            int index = choice.next();
            Node best = nodes[index];
            double least = load(best);
            for (int i = 0; i < others; i++) {
                // Any but the one before: two choices always differ, and of more few are drawn twice.
                index = all ? (index + 1) % count : choice.nextBut(index);
                double load = load(nodes[index]);
                if (load < least) {
                    least = load;
                    best = nodes[index];
                }
            }
            return best;
        };
    }

    /** Calls in flight for each unit of weight. */
    static double load(Node node) {
        return node.inFlight() / node.effectiveWeight();
    }

    @Override
    public String toString() {
        return "leastRequest(" + choices + ")";
    }
}
