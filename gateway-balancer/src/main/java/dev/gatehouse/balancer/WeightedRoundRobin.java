package dev.gatehouse.balancer;

/**
 * One after another, each in proportion to its weight, and spread evenly. The only state is counters, so that picks take no
 * lock; a pick looks at less than two nodes on average, whatever the weights.
 */
record WeightedRoundRobin() implements Strategy {

    @Override
    public Picker newPicker(Setup setup) {
        Node[] nodes = setup.nodes().toArray(Node[]::new);
        if (nodes.length == 0) {
            return context -> null;
        }
        double[] weights =
                setup.nodes().stream().mapToDouble(Node::effectiveWeight).toArray();
        WeightedSchedule schedule = new WeightedSchedule(weights, setup.random());
        return context -> nodes[schedule.next()];
    }

    @Override
    public String toString() {
        return "weightedRoundRobin";
    }
}
