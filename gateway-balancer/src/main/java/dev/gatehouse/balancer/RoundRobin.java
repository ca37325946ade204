package dev.gatehouse.balancer;

import java.util.concurrent.atomic.AtomicInteger;

/** One after another, from a random start, so that many clients do not march in step. */
record RoundRobin() implements Strategy {

    @Override
    public Picker newPicker(Setup setup) {
        Node[] nodes = setup.nodes().toArray(Node[]::new);
        if (nodes.length == 0) {
            return context -> null;
        }
        AtomicInteger next = new AtomicInteger(setup.random().nextInt(nodes.length));
        return context -> nodes[Math.floorMod(next.getAndIncrement(), nodes.length)];
    }

    @Override
    public String toString() {
        return "roundRobin";
    }
}
