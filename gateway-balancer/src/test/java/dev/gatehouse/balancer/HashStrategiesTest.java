package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What all strategies that hash have in common. */
class HashStrategiesTest {

    private static final Map<String, Supplier<Strategy>> ALL = Map.of(
            "clientIpHash", Strategy::clientIpHash,
            "ringHash", Strategy::ringHash,
            "ringHash(seeded)", () -> Strategy.ringHash(7),
            "maglev", Strategy::maglev,
            "maglev(131101, seeded)", () -> Strategy.maglev(131_101, 7),
            "rendezvous", Strategy::rendezvous,
            "rendezvous(seeded)", () -> Strategy.rendezvous(7),
            "boundedLoad(maglev, 1.25)", () -> Strategy.boundedLoad(Strategy.maglev(), 1.25),
            "boundedLoad(rendezvous, 2.0)", () -> Strategy.boundedLoad(Strategy.rendezvous(), 2));

    static Stream<Strategy> all() {
        return ALL.values().stream().map(Supplier::get);
    }

    @Test
    void twoOfAKindAreEqualAndSayTheirName() {
        StrategyTest.assertValues(ALL);
    }

    @ParameterizedTest
    @MethodSource("all")
    void ofNothingNothingIsChosen(Strategy strategy) {
        Picker picker = strategy.newPicker(Picks.setup(1, List.of()));
        assertThat(picker.pick(PickContext.forClient("192.0.2.1"))).isNull();
        assertThat(picker.pick(PickContext.none())).isNull();
    }

    @ParameterizedTest
    @MethodSource("all")
    void theOnlyNodeIsChosenEvenForASecondAttempt(Strategy strategy) {
        Setup setup = Picks.setup(1, Endpoints.list("a"));
        Node only = setup.nodes().get(0);
        Picker picker = strategy.newPicker(setup);
        assertThat(picker.pick(PickContext.forClient("192.0.2.1"))).isSameAs(only);
        assertThat(picker.pick(PickContext.none().avoiding(only))).isSameAs(only);
    }

    @ParameterizedTest
    @MethodSource("all")
    void aSecondAttemptGoesElsewhereAndAlwaysToTheSame(Strategy strategy) {
        Setup setup = Picks.setup(1, Endpoints.list("a", "b", "c", "d"));
        Picker picker = strategy.newPicker(setup);
        for (int i = 0; i < 200; i++) {
            PickContext call = PickContext.forClient("192.0.2." + i);
            Node first = end(picker, picker.pick(call));
            Node second = end(picker, picker.pick(call.avoiding(first)));
            assertThat(second).isNotSameAs(first);
            assertThat(end(picker, picker.pick(call.avoiding(first)))).isSameAs(second);
        }
    }

    /** Ends the call if the picker counts it. */
    private static Node end(Picker picker, Node node) {
        if (picker.reserves()) {
            node.end();
        }
        return node;
    }

    /** Without a key chance decides: that one of five is missed in 500 has a chance below 5 * 0.8^500, even at half its share. */
    @ParameterizedTest
    @MethodSource("all")
    void withoutAKeyAnyNodeIsChosen(Strategy strategy) {
        Picker picker = strategy.newPicker(Picks.setup(1, Endpoints.list("a", "b", "c", "d", "e")));
        assertThat(new TreeSet<>(Picks.ids(picker, 500))).containsExactly("a", "b", "c", "d", "e");
    }
}
