package dev.gatehouse.balancer;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** What a strategy chooses, again and again, while no call is under way. */
final class Picks {

    private Picks() {}

    static Setup setup(long seed, List<Endpoint> endpoints) {
        return Setup.of(endpoints, new VirtualClock(), RandomSource.seeded(seed));
    }

    static List<String> ids(Picker picker, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> id(picker, PickContext.none()))
                .toList();
    }

    static String id(Picker picker, PickContext context) {
        return Objects.requireNonNull(picker.pick(context)).endpoint().id();
    }

    static Map<String, Integer> counts(Picker picker, int count) {
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            counts.merge(id(picker, PickContext.none()), 1, Integer::sum);
        }
        return counts;
    }
}
