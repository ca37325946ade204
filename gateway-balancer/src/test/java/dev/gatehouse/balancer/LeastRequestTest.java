package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeastRequestTest {

    @Test
    void ofTwoNodesTheLessLoadedIsAlwaysChosen() {
        Setup setup = Picks.setup(1, Endpoints.list("a", "b"));
        load(setup.nodes().get(0), 1);
        assertThat(Picks.counts(Strategy.leastRequest().newPicker(setup), 100)).isEqualTo(Map.of("b", 100));
    }

    @Test
    void theMostLoadedOfManyIsNeverChosen() {
        Setup setup = Picks.setup(1, Endpoints.list("a", "b", "c", "d"));
        load(setup.nodes().get(2), 1);
        assertThat(Picks.counts(Strategy.leastRequest().newPicker(setup), 1_000))
                .containsOnlyKeys("a", "b", "d");
    }

    @Test
    void twoChoicesAreTwoNodesHoweverHeavyOneIs() {
        Setup setup = Picks.setup(
                1, List.of(Endpoints.weighted("a", 8), Endpoints.weighted("b", 1), Endpoints.weighted("c", 1)));
        load(setup.nodes().get(0), 1);
        assertThat(Picks.counts(Strategy.leastRequest().newPicker(setup), 1_000))
                .containsOnlyKeys("b", "c");
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 5, 10})
    void withAsManyChoicesAsNodesTheLeastLoadedOfAllIsChosen(int choices) {
        Setup setup = Picks.setup(1, Endpoints.list("a", "b", "c"));
        load(setup.nodes().get(0), 1);
        load(setup.nodes().get(1), 1);
        assertThat(Picks.counts(Strategy.leastRequest(choices).newPicker(setup), 1_000))
                .isEqualTo(Map.of("c", 1_000));
    }

    @Test
    void loadIsMeasuredByWeight() {
        Setup setup = Picks.setup(1, List.of(Endpoints.weighted("a", 4), Endpoints.weighted("b", 1)));
        load(setup.nodes().get(0), 7);
        load(setup.nodes().get(1), 2);
        assertThat(Picks.counts(Strategy.leastRequest().newPicker(setup), 100)).isEqualTo(Map.of("a", 100));
        load(setup.nodes().get(0), 2);
        assertThat(Picks.counts(Strategy.leastRequest().newPicker(setup), 100)).isEqualTo(Map.of("b", 100));
    }

    @Test
    void idleNodesAreChosenInProportionToTheirWeights() {
        List<Endpoint> endpoints = List.of(Endpoints.weighted("a", 3), Endpoints.weighted("b", 1));
        Picker picker = Strategy.leastRequest().newPicker(Picks.setup(3, endpoints));
        // Binomial with n = 10 000 and p = 3/4: mean 7 500, deviation 43.3; six of them are 260.
        assertThat(Picks.counts(picker, 10_000).get("a")).isBetween(7_240, 7_760);
    }

    /**
     * With two choices the fullest node is ln ln n / ln 2 + O(1) above the mean, however many calls there are (Berenbrink et
     * al., "Balanced allocations: the heavily loaded case", 2000): about 1 + O(1) for 10 nodes. A single random choice
     * would be about sqrt(2 * 1000 * ln 10) = 68 above it.
     */
    @Test
    void callsThatStayAreSpreadEvenly() {
        Setup setup = Picks.setup(
                9,
                IntStream.range(0, 10).mapToObj(i -> Endpoints.named("n" + i)).toList());
        Picker picker = Strategy.leastRequest().newPicker(setup);
        for (int i = 0; i < 10_000; i++) {
            Node node = picker.pick(PickContext.none());
            assertThat(node).isNotNull();
            node.begin();
        }
        assertThat(setup.nodes()).allSatisfy(node -> assertThat(node.inFlight()).isBetween(990, 1_005));
    }

    private static void load(Node node, int calls) {
        IntStream.range(0, calls).forEach(i -> node.begin());
    }
}
