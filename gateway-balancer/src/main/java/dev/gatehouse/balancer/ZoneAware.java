package dev.gatehouse.balancer;

import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The nodes of the client's own zone as far as they can take its share of the load, and those of others for the rest (the
 * arithmetic of Envoy's zone-aware routing, with clients in even parts in all zones). Then each node gets load by its
 * weight, wherever the clients are.
 *
 * @param zone the client's
 * @param within chooses among the nodes of a zone
 */
record ZoneAware(String zone, Strategy within) implements Strategy {

    ZoneAware {
        Objects.requireNonNull(within, "within");
        if (zone.isEmpty()) {
            throw new IllegalArgumentException("zone: empty (expected: the name of a zone)");
        }
    }

    @Override
    public Picker newPicker(Setup setup) {
        return GroupPicker.of(setup, within, ZoneAware::zoneOf, shares(zone, setup.nodes(), setup.known()));
    }

    private static String zoneOf(Node node) {
        return node.endpoint().zone();
    }

    /** The share of this client's calls that each zone gets. */
    static SortedMap<String, Double> shares(String own, List<Node> usable, List<Node> known) {
        TreeMap<String, Double> weights = new TreeMap<>();
        known.forEach(node -> weights.put(zoneOf(node), 0.0));
        weights.put(own, 0.0);
        weights.putAll(usable.stream()
                .collect(Collectors.groupingBy(ZoneAware::zoneOf, Collectors.summingDouble(Node::effectiveWeight))));
        double total =
                weights.values().stream().mapToDouble(Double::doubleValue).sum();
        double even = 1.0 / weights.size();
        // What a zone can take beyond the calls of its own clients is there for those of others.
        double spare = weights.values().stream()
                .mapToDouble(weight -> Math.max(0, weight / total - even))
                .sum();
        double local = Math.min(1, weights.getOrDefault(own, 0.0) / total / even);
        SortedMap<String, Double> shares = new TreeMap<>();
        weights.forEach((name, weight) -> {
            double rest = local < 1 ? (1 - local) * Math.max(0, weight / total - even) / spare : 0;
            shares.put(name, name.equals(own) ? local : rest);
        });
        return shares;
    }

    @Override
    public Strategy through(ProbeClient client) {
        return new ZoneAware(zone, within.through(client));
    }

    @Override
    public boolean usesLoadReports() {
        return within.usesLoadReports();
    }

    @Override
    public String toString() {
        return "zoneAware(" + zone + ", " + within + ")";
    }
}
