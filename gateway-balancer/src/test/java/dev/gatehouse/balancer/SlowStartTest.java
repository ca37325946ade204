package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** How the weight of a node that has just come grows. */
class SlowStartTest {

    private static final Duration WINDOW = Duration.ofSeconds(100);

    private static Watched watched(UnaryOperator<BalancerBuilder> more, String... ids) {
        return Watched.of(builder -> more.apply(builder.slowStart(WINDOW)), ids);
    }

    private static double weight(Watched watched, String id) {
        return watched.node(id).effectiveWeight();
    }

    private static Map<String, Integer> calls(Watched watched, int count) {
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            try (Lease lease = Objects.requireNonNull(watched.balancer.tryAcquire(PickContext.none()))) {
                counts.merge(lease.endpoint().id(), 1, Integer::sum);
            }
        }
        return counts;
    }

    @Test
    void whoIsThereAtTheStartHasItsWholeWeight() {
        try (Watched watched = watched(builder -> builder, "a", "b")) {
            assertThat(weight(watched, "a")).isEqualTo(1);
            assertThat(watched.clock.pending()).isZero();
        }
    }

    @Test
    void theWeightOfOneThatJoinsGrowsInProportionToTheTime() {
        try (Watched watched = watched(builder -> builder, "a", "b")) {
            watched.forgetEvents();
            watched.source.set(List.of(Endpoints.named("a"), Endpoints.named("b"), Endpoints.weighted("c", 10)));
            assertThat(watched.told()).containsExactly("ADDED c", "SLOW_START c");
            // Envoy: weight * max(0.1, (time / window) ^ (1 / aggression)), with an aggression of 1.
            for (int second = 0; second < 100; second += 5) {
                assertThat(weight(watched, "c")).isCloseTo(10 * Math.max(0.1, second / 100.0), within(1e-9));
                assertThat(watched.reason("c")).contains("slow start: " + Math.max(10, second) + " % of its weight");
                watched.seconds(5);
            }
            assertThat(weight(watched, "c")).isEqualTo(10);
            assertThat(watched.told()).containsExactly("ADDED c", "SLOW_START c", "WARM c");
            assertThat(watched.reason("c")).doesNotContain("slow start");
            assertThat(watched.clock.pending()).isZero();
        }
    }

    @Test
    void strategiesFollow() {
        try (Watched watched = watched(builder -> builder.strategy(Strategy.weightedRoundRobin()), "a", "b")) {
            watched.source.set(Endpoints.list("a", "b", "c"));
            // A tenth beside two whole ones; the cycle is exact but for its ends.
            assertThat(calls(watched, 2_100).get("c")).isCloseTo(100, within(2));
            watched.seconds(50);
            assertThat(calls(watched, 2_500).get("c")).isCloseTo(500, within(2));
            watched.seconds(50);
            assertThat(calls(watched, 3_000).get("c")).isCloseTo(1_000, within(2));
        }
    }

    @Test
    void pickersAreMadeOnceInATwentiethOfTheWindowHoweverManyNodesJoin() {
        List<Integer> made = new ArrayList<>();
        Strategy counting = setup -> {
            made.add(setup.nodes().size());
            return Strategy.roundRobin().newPicker(setup);
        };
        try (Watched watched = watched(builder -> builder.strategy(counting), "a")) {
            watched.source.set(Endpoints.list("a", "b", "c"));
            watched.seconds(2);
            watched.source.set(Endpoints.list("a", "b", "c", "d"));
            made.clear();
            watched.seconds(1_000);
            // Twenty steps until b and c are warm, one more for d, which is 2 s younger.
            assertThat(made).hasSize(21);
            assertThat(watched.told()).endsWith("WARM b", "WARM c", "WARM d");
        }
    }

    @Test
    void oneThatRecoversBeginsAgain() {
        VirtualClock clock = new VirtualClock();
        ScriptedChecker checker = new ScriptedChecker(clock);
        try (Watched watched = Watched.of(
                clock,
                builder -> builder.slowStart(WINDOW).healthCheck(checker, health -> health.jitter(0)),
                "a",
                "b",
                "c")) {
            watched.seconds(6);
            // That it is found well for the first time is no recovery.
            assertThat(watched.told()).contains("UP a").doesNotContain("SLOW_START a");
            checker.sick.add("a");
            watched.seconds(10);
            checker.sick.remove("a");
            watched.seconds(10);
            assertThat(watched.told()).endsWith("DOWN a", "UP a", "SLOW_START a");
            assertThat(weight(watched, "a")).isLessThan(0.2);
        }
    }

    @Test
    void oneThatReturnsFromAnEjectionBeginsAgain() {
        try (Watched watched = watched(builder -> builder.outlierDetection(outliers -> {}), "a", "b")) {
            OutlierDetectionTest.calls(watched, "a", 5, Outcome.ABORTED);
            watched.seconds(30);
            OutlierDetectionTest.calls(watched, "a", 1, Outcome.SUCCESS);
            assertThat(watched.told()).endsWith("EJECTED a", "RETURNED a", "SLOW_START a");
            assertThat(weight(watched, "a")).isEqualTo(0.1);
            watched.seconds(100);
            assertThat(watched.told()).endsWith("WARM a");
        }
    }

    @Test
    void anotherBalancerGoesOnWithIt() {
        try (Watched old = watched(builder -> builder, "a")) {
            old.source.set(Endpoints.list("a", "b"));
            old.seconds(50);
            try (Watched next =
                    Watched.of(old.clock, builder -> builder.slowStart(WINDOW).adopting(old.balancer), "a", "b", "c")) {
                old.balancer.close();
                assertThat(weight(next, "b")).isCloseTo(0.5, within(1e-9));
                assertThat(weight(next, "c")).isEqualTo(0.1);
                next.seconds(50);
                assertThat(next.told()).endsWith("WARM b");
                try (Watched last = Watched.of(old.clock, builder -> builder.adopting(next.balancer), "a", "b", "c")) {
                    assertThat(weight(last, "c")).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void aWindowThatCannotBeIsRefused() {
        assertThatThrownBy(() -> Balancer.builder("http://a").slowStart(Duration.ofMillis(999)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("slowStart: PT0.999S (expected: PT1S to PT8760H)");
    }
}
