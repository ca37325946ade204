package dev.gatehouse.balancer;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Where many keys go. */
final class Keys {

    private Keys() {}

    /** Some endpoints of weight 1. */
    static List<Endpoint> endpoints(int count) {
        return IntStream.range(0, count).mapToObj(i -> Endpoints.named("n" + i)).toList();
    }

    /** The node of each key. */
    static Map<String, String> placement(Strategy strategy, Collection<Endpoint> endpoints, int keys) {
        Picker picker = strategy.newPicker(Picks.setup(1, List.copyOf(endpoints)));
        Map<String, String> placement = new TreeMap<>();
        for (int i = 0; i < keys; i++) {
            placement.put("key-" + i, Picks.id(picker, PickContext.keyed("key-" + i)));
        }
        return placement;
    }

    /** How many keys each node has. */
    static Map<String, Integer> counts(Map<String, String> placement) {
        Map<String, Integer> counts = new TreeMap<>();
        placement.values().forEach(id -> counts.merge(id, 1, Integer::sum));
        return counts;
    }

    /** How many keys are elsewhere although their node is still there, and did not go to a new one. */
    static long movedInVain(Map<String, String> before, Map<String, String> after, String changed) {
        return before.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(changed))
                .filter(entry -> !entry.getValue().equals(after.get(entry.getKey())))
                .filter(entry -> !changed.equals(after.get(entry.getKey())))
                .count();
    }
}
