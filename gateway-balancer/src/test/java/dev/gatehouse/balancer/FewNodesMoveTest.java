package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Weights and hashing: who gets how much, and who moves when the nodes change. */
class FewNodesMoveTest {

    private static final int CLIENTS = 20_000;

    private static Map<String, String> assignments(List<Endpoint> endpoints) {
        Picker picker = Strategy.clientIpHash().newPicker(Picks.setup(1, endpoints));
        return IntStream.range(0, CLIENTS)
                .mapToObj(i -> "10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255))
                .collect(Collectors.toMap(client -> client, client -> Picks.id(picker, PickContext.forClient(client))));
    }

    private static double share(Map<String, String> assignments, String id) {
        return assignments.values().stream().filter(id::equals).count() / (double) CLIENTS;
    }

    @Test
    void onlyTheClientsOfTheNodeThatLeftMove() {
        List<Endpoint> all = List.of(
                Endpoints.weighted("light", 1), Endpoints.weighted("middle", 20), Endpoints.weighted("heavy", 40));
        Map<String, String> before = assignments(all);
        // Whichever leaves, the lightest too, by which the others might be measured.
        for (Endpoint left : all) {
            Map<String, String> after = assignments(
                    all.stream().filter(other -> !other.equals(left)).toList());
            before.forEach((client, id) -> {
                if (!id.equals(left.id())) {
                    assertThat(after.get(client)).isEqualTo(id);
                }
            });
        }
    }

    @Test
    void eachNodeHasClientsInProportionToItsWeight() {
        Map<String, String> assigned = assignments(
                List.of(Endpoints.weighted("a", 1), Endpoints.weighted("b", 2), Endpoints.weighted("c", 5)));
        // A share of s with p points has a standard deviation below s/sqrt(p); p = 160, 320, 800. Four of them.
        assertThat(share(assigned, "a")).isCloseTo(1 / 8.0, Offset.offset(4 * (1 / 8.0) / Math.sqrt(160)));
        assertThat(share(assigned, "b")).isCloseTo(2 / 8.0, Offset.offset(4 * (2 / 8.0) / Math.sqrt(320)));
        assertThat(share(assigned, "c")).isCloseTo(5 / 8.0, Offset.offset(4 * (5 / 8.0) / Math.sqrt(800)));
    }

    @Test
    void theLargestWeightsStillFitTheRing() {
        Map<String, String> assigned =
                assignments(List.of(Endpoints.weighted("a", 1_000_000), Endpoints.weighted("b", 500_000)));
        assertThat(share(assigned, "a")).isCloseTo(2 / 3.0, Offset.offset(0.02));
    }

    @Test
    void leastRequestKeepsTheWeightsWithoutLoad() {
        List<Endpoint> endpoints = List.of(Endpoints.weighted("a", 1), Endpoints.weighted("b", 3));
        Map<String, Integer> counts =
                Picks.counts(Strategy.leastRequest().newPicker(Picks.setup(1, endpoints)), 10_000);
        // Binomial with p = 1/4 of 10 000: standard deviation 43. Five of them.
        assertThat(counts.get("a")).isCloseTo(2_500, Offset.offset(217));
    }

    @Test
    void leastRequestKeepsTheWeightsUnderLoad() {
        List<Endpoint> endpoints = List.of(Endpoints.weighted("a", 1), Endpoints.weighted("b", 3));
        try (Balancer balancer = Balancer.builder(EndpointSource.fixed(endpoints.toArray(Endpoint[]::new)))
                .random(RandomSource.seeded(1))
                .build()) {
            IntStream.range(0, 400).forEach(i -> balancer.acquire(PickContext.none()));
            // All calls stay: comparing both nodes each time keeps in-flight/weight equal within one call.
            assertThat(balancer.nodes().get(0).inFlight()).isBetween(99, 101);
        }
    }

    @Test
    void weightedPickersThatAreReplacedSoonStillReachTheLightNodes() {
        List<Endpoint> endpoints =
                List.of(Endpoints.weighted("a", 10), Endpoints.weighted("b", 1), Endpoints.weighted("c", 1));
        int light = 0;
        for (int seed = 0; seed < 6_000; seed++) {
            String id = Picks.ids(Strategy.weightedRoundRobin().newPicker(Picks.setup(seed, endpoints)), 1)
                    .get(0);
            light += id.equals("a") ? 0 : 1;
        }
        // A fair first choice is light with 1/6 at least; never is what a start in the same round would give.
        assertThat(light).isGreaterThan(500);
    }
}
