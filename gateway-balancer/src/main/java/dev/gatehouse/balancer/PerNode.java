package dev.gatehouse.balancer;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What a picker has learnt of each node, and hands on to the next one. */
final class PerNode {

    private PerNode() {}

    /**
     * What is known of nodes that stay, and something new for the others. What is known is shared, not copied: calls that
     * are under way still report to the picker before.
     */
    static <T> Map<Node, T> inherit(List<Node> nodes, Map<Node, T> known, Supplier<T> unknown) {
        return nodes.stream().distinct().collect(Collectors.toUnmodifiableMap(Function.identity(), node -> {
            T before = known.get(node);
            return before == null ? unknown.get() : before;
        }));
    }
}
