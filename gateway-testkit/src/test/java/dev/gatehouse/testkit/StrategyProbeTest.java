package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.Node;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.Picker;
import dev.gatehouse.balancer.Strategy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StrategyProbeTest {

    @Test
    void picksAreCountedForEveryNode() {
        StrategyProbe probe = StrategyProbe.of(Strategy.roundRobin()).nodes("a", "b", "c");
        assertThat(probe.picks(30)).containsExactly(Map.entry("a", 10), Map.entry("b", 10), Map.entry("c", 10));
    }

    @Test
    void aNodeThatIsNeverChosenCountsNothing() {
        StrategyProbe probe =
                StrategyProbe.of(setup -> context -> setup.nodes().get(0)).nodes("a", "b");
        assertThat(probe.picks(5)).containsExactly(Map.entry("a", 5), Map.entry("b", 0));
    }

    @Test
    void withoutNodesNoneIsCounted() {
        StrategyProbe probe = StrategyProbe.of(Strategy.random());
        assertThat(probe.picks(3)).containsExactly(Map.entry(StrategyProbe.NONE, 3));
    }

    @Test
    void aReportReachesTheStrategyAndTakesItsTime() {
        List<String> told = new ArrayList<>();
        StrategyProbe probe = StrategyProbe.of(setup -> new Picker() {
                    @Override
                    public @Nullable Node pick(PickContext context) {
                        return setup.nodes().get(0);
                    }

                    @Override
                    public void completed(Node node, PickContext context, Outcome outcome, long latencyNanos) {
                        told.add(node + " " + outcome + " " + latencyNanos);
                    }
                })
                .nodes("a", "b");
        long before = probe.time().nanoTime();
        probe.report("b", Outcome.TIMEOUT, Duration.ofMillis(20));
        assertThat(told).containsExactly("b TIMEOUT 20000000");
        assertThat(probe.time().nanoTime() - before).isEqualTo(20_000_000);
        assertThat(probe.node("b").failures()).isEqualTo(1);
        assertThat(probe.node("b").inFlight()).isZero();
    }

    @Test
    void busyNodesAreLoaded() {
        StrategyProbe probe = StrategyProbe.of(Strategy.leastRequest()).nodes("a", "b");
        probe.busy("a", 3).busy("b", 1);
        assertThat(probe.node("a").inFlight()).isEqualTo(3);
        assertThat(probe.picks(100)).containsExactly(Map.entry("a", 0), Map.entry("b", 100));
        probe.busy("a", 0);
        assertThat(probe.node("a").inFlight()).isZero();
        assertThat(probe.picks(100)).containsExactly(Map.entry("a", 100), Map.entry("b", 0));
    }

    @Test
    void aReservingStrategyHasItsReservationsGivenBack() {
        Strategy oneAtATime = setup -> new Picker() {
            @Override
            public @Nullable Node pick(PickContext context) {
                return setup.nodes().stream()
                        .filter(node -> node.tryReserve(1))
                        .findFirst()
                        .orElse(null);
            }

            @Override
            public boolean reserves() {
                return true;
            }
        };
        StrategyProbe probe = StrategyProbe.of(oneAtATime).nodes("a", "b");
        assertThat(probe.picks(10).get("a")).isEqualTo(10);
        probe.busy("a", 1);
        assertThat(probe.picks(10).get("b")).isEqualTo(10);
        probe.busy("b", 1);
        assertThat(probe.picks(10).get(StrategyProbe.NONE)).isEqualTo(10);
        assertThat(probe.watched().violations()).isEmpty();
    }

    @Test
    void theSameSeedGivesTheSamePicks() {
        assertThat(StrategyProbe.of(Strategy.random()).nodes("a", "b").seed(5).picks(100))
                .isEqualTo(StrategyProbe.of(Strategy.random())
                        .nodes("a", "b")
                        .seed(5)
                        .picks(100));
    }

    @Test
    void nodesThatStayKeepWhatIsKnownOfThem() {
        StrategyProbe probe = StrategyProbe.of(Strategy.random()).nodes("a", "b");
        probe.report("b", Outcome.SUCCESS, Duration.ofMillis(7));
        probe.nodes("b", "c");
        assertThat(probe.node("b").latencyNanos()).isEqualTo(7_000_000);
        assertThat(probe.picks(10)).containsOnlyKeys("b", "c");
    }

    @Test
    void endpointsMayDiffer() {
        StrategyProbe probe = StrategyProbe.of(Strategy.weightedRoundRobin())
                .endpoints(
                        Endpoint.builder("a", URI.create("http://a")).weight(3).build(), Endpoint.of("http://b"));
        assertThat(probe.picks(400)).containsExactly(Map.entry("a", 300), Map.entry("b:80", 100));
    }

    @Test
    void mistakesAreNamed() {
        StrategyProbe probe = StrategyProbe.of(Strategy.random()).nodes("a", "b");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> probe.busy("c", 1))
                .withMessage("node: c (known: [a, b])");
        assertThatIllegalStateException().isThrownBy(() -> probe.seed(2));
        probe.balancer().drain("a", Duration.ZERO);
        assertThatIllegalStateException().isThrownBy(() -> probe.busy("a", 1)).withMessage("a is draining");
    }
}
