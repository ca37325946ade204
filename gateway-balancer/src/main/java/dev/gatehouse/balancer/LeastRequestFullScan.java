package dev.gatehouse.balancer;

/** The least loaded of all nodes, by calls in flight for each unit of weight; among equals any, all equally likely. */
record LeastRequestFullScan() implements Strategy {

    @Override
    public Picker newPicker(Setup setup) {
        Node[] nodes = setup.nodes().toArray(Node[]::new);
        RandomSource random = setup.random();
        return context -> {
            Node best = null;
            double least = Double.MAX_VALUE;
            int ties = 0;
            for (Node node : nodes) {
                double load = LeastRequest.load(node);
                if (load < least) {
                    least = load;
                    best = node;
                    ties = 1;
                } else if (load == least && random.nextInt(++ties) == 0) {
                    // The n-th of equals replaces the one before with 1/n, so that each stays with the same chance.
                    best = node;
                }
            }
            return best;
        };
    }

    @Override
    public String toString() {
        return "leastRequestFullScan";
    }
}
