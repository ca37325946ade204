package dev.gatehouse.balancer;

import java.util.Comparator;

/** The first usable node by priority, and in the order of the list among equals; a second attempt takes the second. */
record First() implements Strategy {

    @Override
    public Picker newPicker(Setup setup) {
        Node[] nodes = setup.nodes().stream()
                .sorted(Comparator.comparingInt(node -> node.endpoint().priority()))
                .toArray(Node[]::new);
        return switch (nodes.length) {
            case 0 -> context -> null;
            case 1 -> context -> nodes[0];
            default -> context -> context.avoids(nodes[0]) ? nodes[1] : nodes[0];
        };
    }

    @Override
    public String toString() {
        return "first";
    }
}
