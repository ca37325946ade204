package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RendezvousTest {

    private static final int KEYS = 20_000;

    /** Binomial: a deviation of sqrt(20 000 * 0.1 * 0.9) = 42; five of them are 212. */
    @Test
    void theSpreadIsThatOfChance() {
        Map<String, Integer> counts = Keys.counts(Keys.placement(Strategy.rendezvous(), Keys.endpoints(10), KEYS));
        assertThat(counts).hasSize(10);
        assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(1_788, 2_212));
    }

    /** Binomial again, with p = 1/8, 2/8 and 5/8: deviations of 47, 61 and 68, five of each. */
    @Test
    void weightsAreKeptExactly() {
        List<Endpoint> endpoints =
                List.of(Endpoints.weighted("a", 1), Endpoints.weighted("b", 2), Endpoints.weighted("c", 5));
        Map<String, Integer> counts = Keys.counts(Keys.placement(Strategy.rendezvous(), endpoints, KEYS));
        assertThat(counts.get("a")).isBetween(2_500 - 234, 2_500 + 234);
        assertThat(counts.get("b")).isBetween(5_000 - 307, 5_000 + 307);
        assertThat(counts.get("c")).isBetween(12_500 - 343, 12_500 + 343);
    }

    @Test
    void onlyTheKeysOfTheNodeThatWentMoveAndTheyAreSpread() {
        List<Endpoint> endpoints = List.of(
                Endpoints.weighted("a", 1),
                Endpoints.weighted("b", 2),
                Endpoints.weighted("c", 5),
                Endpoints.weighted("d", 2));
        Map<String, String> with = Keys.placement(Strategy.rendezvous(), endpoints, KEYS);
        Map<String, String> without = Keys.placement(Strategy.rendezvous(), endpoints.subList(0, 3), KEYS);
        assertThat(Keys.movedInVain(with, without, "d")).isZero();
        assertThat(Keys.movedInVain(without, with, "d")).isZero();
        Map<String, Integer> more = Keys.counts(without);
        Keys.counts(with).forEach((id, count) -> {
            if (!id.equals("d")) {
                assertThat(more.get(id)).isGreaterThan(count);
            }
        });
    }

    /** What a change of weight moves comes from others to the heavier node, and nowhere else. */
    @Test
    void aHeavierNodeOnlyGainsKeys() {
        Map<String, String> before = Keys.placement(
                Strategy.rendezvous(), List.of(Endpoints.weighted("a", 1), Endpoints.weighted("b", 2)), KEYS);
        Map<String, String> after = Keys.placement(
                Strategy.rendezvous(), List.of(Endpoints.weighted("a", 1), Endpoints.weighted("b", 3)), KEYS);
        assertThat(before).isNotEqualTo(after);
        before.forEach((key, id) -> assertThat(after.get(key)).isIn(id, "b"));
    }

    @Test
    void equalWeightsPlaceAlikeWhateverTheyAre() {
        List<Endpoint> heavier = Keys.endpoints(5).stream()
                .map(endpoint -> Endpoints.weighted(endpoint.id(), 7))
                .toList();
        List<Endpoint> endpoints = new ArrayList<>(Keys.endpoints(5));
        Map<String, String> before = Keys.placement(Strategy.rendezvous(), endpoints, 2_000);
        assertThat(Keys.placement(Strategy.rendezvous(), heavier, 2_000)).isEqualTo(before);
        Collections.reverse(endpoints);
        assertThat(Keys.placement(Strategy.rendezvous(), endpoints, 2_000)).isEqualTo(before);
        assertThat(Keys.placement(Strategy.rendezvous(3), endpoints, 2_000)).isNotEqualTo(before);
    }

    @Test
    void theWalkVisitsEachNodeOnceAndBeginsAnew() {
        for (int weight : new int[] {1, 3}) {
            HashPicker picker = new HighestRandomWeight(
                    Picks.setup(
                            1,
                            List.of(
                                    Endpoints.named("a"),
                                    Endpoints.named("b"),
                                    Endpoints.weighted("c", weight),
                                    Endpoints.named("d"))),
                    0);
            for (long hash = 0; hash < 100; hash++) {
                TreeSet<Integer> visited = new TreeSet<>();
                int position = picker.first(hash);
                for (int i = 0; i < 4; i++) {
                    visited.add(position);
                    position = picker.next(hash, position);
                }
                assertThat(visited).containsExactly(0, 1, 2, 3);
                assertThat(position).isEqualTo(picker.first(hash));
            }
        }
    }
}
