package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What all built-in strategies have in common. */
class StrategyTest {

    private static final Map<String, Supplier<Strategy>> ALL = Map.of(
            "roundRobin", Strategy::roundRobin,
            "weightedRoundRobin", Strategy::weightedRoundRobin,
            "random", Strategy::random,
            "leastRequest(2)", Strategy::leastRequest,
            "leastRequest(3)", () -> Strategy.leastRequest(3),
            "leastRequest(10)", () -> Strategy.leastRequest(10),
            "peakEwma(PT10S)", Strategy::peakEwma,
            "reportedWeights", Strategy::reportedWeights,
            "clientIpHash", Strategy::clientIpHash);

    static Stream<Strategy> all() {
        return ALL.values().stream().map(Supplier::get);
    }

    @Test
    void twoOfAKindAreEqualAndSayTheirName() {
        assertValues(ALL);
    }

    /** Two of a kind are equal and say their name, and no two kinds are the same. */
    static void assertValues(Map<String, Supplier<Strategy>> byName) {
        byName.forEach((name, factory) -> assertThat(factory.get())
                .isEqualTo(factory.get())
                .hasSameHashCodeAs(factory.get())
                .hasToString(name));
        assertThat(Set.copyOf(byName.values().stream().map(Supplier::get).toList()))
                .hasSize(byName.size());
    }

    @ParameterizedTest
    @MethodSource("all")
    void ofNothingNothingIsChosen(Strategy strategy) {
        assertThat(strategy.newPicker(Picks.setup(1, List.of())).pick(PickContext.forClient("192.0.2.1")))
                .isNull();
    }

    @ParameterizedTest
    @MethodSource("all")
    void theOnlyNodeIsChosen(Strategy strategy) {
        Picker picker = strategy.newPicker(Picks.setup(1, Endpoints.list("a")));
        assertThat(Picks.counts(picker, 20)).isEqualTo(Map.of("a", 20));
        assertThat(Picks.id(picker, PickContext.forClient("192.0.2.1"))).isEqualTo("a");
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyNodeIsChosenInTheEnd(Strategy strategy) {
        Picker picker = strategy.newPicker(Picks.setup(1, Endpoints.list("a", "b", "c", "d", "e")));
        assertThat(new TreeSet<>(Picks.ids(picker, 500))).containsExactly("a", "b", "c", "d", "e");
    }

    @ParameterizedTest
    @MethodSource("all")
    void theSameSeedChoosesTheSame(Strategy strategy) {
        List<Endpoint> endpoints = Endpoints.list("a", "b", "c");
        List<String> first = Picks.ids(strategy.newPicker(Picks.setup(7, endpoints)), 100);
        assertThat(Picks.ids(strategy.newPicker(Picks.setup(7, endpoints)), 100))
                .isEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, 0, 1, 11})
    void aChoiceAmongTooFewOrTooManyIsRefused(int choices) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Strategy.leastRequest(choices))
                .withMessage("choices: " + choices + " (expected: 2 to 10)");
    }

    @Test
    void strategiesCompose() {
        Strategy firstOnly = setup ->
                Strategy.random().newPicker(setup.withNodes(setup.nodes().subList(0, 1)));
        Picker picker = firstOnly.newPicker(Picks.setup(1, Endpoints.list("a", "b")));
        assertThat(Picks.counts(picker, 50)).isEqualTo(Map.of("a", 50));
    }
}
