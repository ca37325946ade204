package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightedRoundRobinTest {

    @Test
    void aHeavyNodesTurnsAreSpreadAmongThoseOfOthers() {
        List<Endpoint> endpoints = List.of(Endpoints.weighted("a", 3), Endpoints.weighted("b", 1));
        List<String> ids = Picks.ids(Strategy.weightedRoundRobin().newPicker(Picks.setup(5, endpoints)), 400);
        for (int i = 0; i + 4 <= ids.size(); i++) {
            assertThat(Collections.frequency(ids.subList(i, i + 4), "b"))
                    .as("from %d", i)
                    .isEqualTo(1);
        }
    }

    @Test
    void lightNodesOfOneWeightDoNotComeTogether() {
        List<Endpoint> endpoints =
                List.of(Endpoints.weighted("a", 10), Endpoints.weighted("b", 1), Endpoints.weighted("c", 1));
        List<String> ids = Picks.ids(Strategy.weightedRoundRobin().newPicker(Picks.setup(5, endpoints)), 1_200);
        for (int i = 0; i + 4 <= ids.size(); i++) {
            assertThat(Collections.frequency(ids.subList(i, i + 4), "a"))
                    .as("from %d", i)
                    .isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void equalWeightsAreARoundRobin() {
        List<Endpoint> endpoints = List.of(Endpoints.weighted("a", 7), Endpoints.weighted("b", 7));
        Picker picker = Strategy.weightedRoundRobin().newPicker(Picks.setup(1, endpoints));
        assertThat(Picks.counts(picker, 1_000)).isEqualTo(Map.of("a", 500, "b", 500));
    }

    /**
     * In R whole rounds and a part of one, a node of the share f of the heaviest weight is taken R * f times, but for 2: one
     * for the whole number, one for the part. With F as the sum of all f, n = R * F but for 2 * k, so that a count
     * differs from n * f / F by at most 2 + 2 * k * f / F. Rounding weights to 16 bits adds less than one at this n.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void countsAreInProportionToAnyWeights(long seed) {
        RandomSource random = RandomSource.seeded(seed);
        List<Endpoint> endpoints = IntStream.range(0, 2 + random.nextInt(8))
                .mapToObj(i -> Endpoints.weighted("n" + i, 1 + random.nextInt(100)))
                .toList();
        int picks = 10_000;
        Map<String, Integer> counts =
                Picks.counts(Strategy.weightedRoundRobin().newPicker(Picks.setup(seed, endpoints)), picks);
        int total = endpoints.stream().mapToInt(Endpoint::weight).sum();
        for (Endpoint endpoint : endpoints) {
            double share = (double) endpoint.weight() / total;
            double bound = 2 + 2 * endpoints.size() * share + 1;
            assertThat((double) counts.getOrDefault(endpoint.id(), 0))
                    .as("%s of %s", endpoint, endpoints)
                    .isCloseTo(picks * share, within(bound));
        }
    }

    @Test
    void aNodeThatWeighsNextToNothingHasItsTurn() {
        List<Endpoint> endpoints = List.of(Endpoints.weighted("a", 1_000_000), Endpoints.weighted("b", 1));
        Picker picker = Strategy.weightedRoundRobin().newPicker(Picks.setup(1, endpoints));
        assertThat(Picks.counts(picker, 3_000_003).get("b")).isEqualTo(3);
    }
}
