package dev.gatehouse.balancer;

/** Any node, all equally likely. */
record RandomChoice() implements Strategy {

    @Override
    public Picker newPicker(Setup setup) {
        Node[] nodes = setup.nodes().toArray(Node[]::new);
        RandomSource random = setup.random();
        return nodes.length == 0 ? context -> null : context -> nodes[random.nextInt(nodes.length)];
    }

    @Override
    public String toString() {
        return "random";
    }
}
