package dev.gatehouse.balancer;

import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The nodes of the first priority while enough of them are usable, and of the next ones for what they cannot take (the
 * priority levels of Envoy, without its rounding to whole percents).
 *
 * @param within chooses among the nodes of a level
 */
record ByPriority(Strategy within) implements Strategy {

    /** As in Envoy: a level takes all of its load with 71.4 % of its nodes. */
    private static final double OVERPROVISIONING = 1.4;

    ByPriority {
        Objects.requireNonNull(within, "within");
    }

    @Override
    public Picker newPicker(Setup setup) {
        return GroupPicker.of(setup, within, ByPriority::level, shares(setup.nodes(), setup.known()));
    }

    private static Integer level(Node node) {
        return node.endpoint().priority();
    }

    /** The share of its load that each level can take, 0 to 1. */
    private static SortedMap<Integer, Double> capacities(List<Node> usable, List<Node> known) {
        TreeMap<Integer, Long> all = levels(known);
        TreeMap<Integer, Long> left = levels(usable);
        SortedMap<Integer, Double> capacities = new TreeMap<>();
        all.forEach((level, count) ->
                capacities.put(level, Math.min(1, OVERPROVISIONING * left.getOrDefault(level, 0L) / count)));
        return capacities;
    }

    private static TreeMap<Integer, Long> levels(List<Node> nodes) {
        return nodes.stream().collect(Collectors.groupingBy(ByPriority::level, TreeMap::new, Collectors.counting()));
    }

    /** The share of the load that each level gets: what it can take, as far as those before have left something. */
    static SortedMap<Integer, Double> shares(List<Node> usable, List<Node> known) {
        SortedMap<Integer, Double> shares = capacities(usable, known);
        // Where all together cannot take it, each takes more in the same proportion.
        double total = Math.min(1, sum(shares));
        double left = 1;
        for (var level : shares.entrySet()) {
            double share = Math.min(left, level.getValue() / total);
            left -= share;
            level.setValue(share);
        }
        return shares;
    }

    /** Whether there are several levels that can take the whole load together, though one of them may be gone. */
    static boolean suffices(List<Node> usable, List<Node> known) {
        SortedMap<Integer, Double> capacities = capacities(usable, known);
        return capacities.size() > 1 && sum(capacities) >= 1;
    }

    private static double sum(SortedMap<Integer, Double> shares) {
        return shares.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    @Override
    public Strategy through(ProbeClient client) {
        return new ByPriority(within.through(client));
    }

    @Override
    public boolean usesLoadReports() {
        return within.usesLoadReports();
    }

    @Override
    public String toString() {
        return "byPriority(" + within + ")";
    }
}
