package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LeastRequestFullScanTest {

    @Test
    void theOneIdleNodeOfAHundredIsAlwaysChosen() {
        Setup setup = Picks.setup(1, Keys.endpoints(100));
        setup.nodes().stream().filter(node -> !node.toString().equals("n42")).forEach(Node::begin);
        assertThat(Picks.counts(Strategy.leastRequestFullScan().newPicker(setup), 1_000))
                .isEqualTo(Map.of("n42", 1_000));
    }

    /** Five of ten are tied: binomial with p = 1/5 of 10 000, a deviation of 40; five of them are 200. */
    @Test
    void tiesAreBrokenAtRandomAndEvenly() {
        Setup setup = Picks.setup(1, Keys.endpoints(10));
        List.of(0, 1, 4, 7, 8).forEach(i -> setup.nodes().get(i).begin());
        Map<String, Integer> counts =
                Picks.counts(Strategy.leastRequestFullScan().newPicker(setup), 10_000);
        assertThat(counts).containsOnlyKeys("n2", "n3", "n5", "n6", "n9");
        assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(1_800, 2_200));
    }

    @Test
    void callsThatStayAreSpreadByWeightToTheLastOne() {
        Setup setup = Picks.setup(1, List.of(Endpoints.weighted("a", 1), Endpoints.weighted("b", 3)));
        Picker picker = Strategy.leastRequestFullScan().newPicker(setup);
        IntStream.range(0, 400).forEach(i -> {
            Node node = picker.pick(PickContext.none());
            assertThat(node).isNotNull();
            node.begin();
        });
        // Only a tie, at multiples of four calls, may go to either.
        assertThat(setup.nodes()).extracting(Node::inFlight).containsExactly(100, 300);
    }
}
