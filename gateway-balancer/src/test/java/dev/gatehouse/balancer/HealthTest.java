package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** When nodes are checked, and what becomes of the answers. Without jitter the times are exact. */
class HealthTest {

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedChecker checker = new ScriptedChecker(clock);

    private Watched watched(Consumer<HealthCheckSettings.Builder> settings, String... ids) {
        return Watched.of(
                clock,
                builder -> builder.panicThreshold(0).healthCheck(checker, health -> {
                    health.jitter(0);
                    settings.accept(health);
                }),
                ids);
    }

    private Watched watched(String... ids) {
        return watched(health -> {}, ids);
    }

    @Test
    void aNodeIsUsableBeforeItsFirstCheck() {
        try (Watched watched = watched("a")) {
            assertThat(watched.node("a").health()).isEqualTo(Health.UNKNOWN);
            assertThat(watched.usable()).containsExactly("a");
        }
    }

    @Test
    void theFirstCheckComesAtOnceAndTheNextAfterAnInterval() {
        try (Watched watched = watched("a")) {
            watched.seconds(11);
            assertThat(checker.askedAt("a")).containsExactly(0.0, 5.0, 10.0);
            assertThat(watched.node("a").health()).isEqualTo(Health.UP);
        }
    }

    @Test
    void oneSuccessIsEnoughForANodeThatWasNeverDown() {
        try (Watched watched = watched("a")) {
            watched.seconds(0);
            assertThat(watched.node("a").health()).isEqualTo(Health.UP);
        }
    }

    @Test
    void threeFailuresInARowTakeANodeOut() {
        try (Watched watched = watched("a", "b")) {
            watched.seconds(1);
            checker.sick.add("a");
            watched.seconds(5.5);
            assertThat(watched.node("a").health()).isEqualTo(Health.UP);
            watched.seconds(1);
            assertThat(watched.node("a").health()).isEqualTo(Health.DOWN);
            assertThat(watched.usable()).containsExactly("b");
            assertThat(watched.reason("a"))
                    .contains("DOWN")
                    .contains("3 checks in a row failed")
                    .contains("IllegalStateException: sick on purpose");
        }
    }

    @Test
    void aNodeThatIsSickFromTheStartIsTakenOut() {
        checker.sick.add("a");
        try (Watched watched = watched("a", "b")) {
            watched.seconds(2);
            assertThat(watched.usable()).containsExactly("b");
        }
    }

    @Test
    void twoSuccessesInARowBringANodeBack() {
        checker.sick.add("a");
        try (Watched watched = watched("a", "b")) {
            watched.seconds(3);
            checker.sick.clear();
            watched.seconds(4.5);
            assertThat(watched.usable()).containsExactly("b");
            watched.seconds(1);
            assertThat(watched.node("a").health()).isEqualTo(Health.UP);
            assertThat(watched.usable()).containsExactly("a", "b");
        }
    }

    @Test
    void checksAreFasterWhileAnswersContradictTheState() {
        try (Watched watched = watched("a", "b")) {
            watched.seconds(1);
            checker.sick.add("a");
            watched.seconds(12);
            checker.sick.clear();
            watched.seconds(12);
            assertThat(checker.askedAt("a")).containsExactly(0.0, 5.0, 6.0, 7.0, 12.0, 17.0, 18.0, 23.0);
            assertThat(checker.askedAt("b")).containsExactly(0.0, 5.0, 10.0, 15.0, 20.0, 25.0);
        }
    }

    @Test
    void aSuccessBetweenFailuresStartsTheCountAgain() {
        try (Watched watched = watched("a")) {
            watched.seconds(1);
            for (int i = 0; i < 5; i++) {
                checker.sick.add("a");
                // Two failures: the interval is over, then the shorter one.
                watched.seconds(5);
                checker.sick.clear();
                watched.seconds(1);
            }
            assertThat(watched.told()).doesNotContain("DOWN a");
        }
    }

    @Test
    void thresholdsAreSettings() {
        try (Watched watched = watched(health -> health.unhealthyAfter(1).healthyAfter(1), "a", "b")) {
            watched.seconds(1);
            checker.sick.add("a");
            watched.seconds(4);
            assertThat(watched.node("a").health()).isEqualTo(Health.DOWN);
            checker.sick.clear();
            watched.seconds(5);
            assertThat(watched.node("a").health()).isEqualTo(Health.UP);
        }
    }

    @Test
    void aCheckThatTakesTooLongIsCancelledAndCountsAsFailed() {
        checker.silent.add("a");
        try (Watched watched = watched("a", "b")) {
            watched.seconds(1.9);
            assertThat(checker.unanswered).hasSize(1);
            assertThat(checker.unanswered.get(0)).isNotDone();
            watched.seconds(0.2);
            assertThat(checker.unanswered.get(0)).isCancelled();
            // Two more, each after a second, for two seconds.
            watched.seconds(6);
            assertThat(checker.askedAt("a")).containsExactly(0.0, 3.0, 6.0);
            assertThat(watched.node("a").health()).isEqualTo(Health.DOWN);
            assertThat(watched.reason("a")).contains("TimeoutException: no answer within 2000 ms");
        }
    }

    @Test
    void anAnswerAfterTheTimeOutChangesNothing() {
        checker.silent.add("a");
        try (Watched watched = watched(health -> health.unhealthyAfter(1), "a", "b")) {
            watched.seconds(2);
            checker.unanswered.get(0).complete(null);
            assertThat(watched.node("a").health()).isEqualTo(Health.DOWN);
        }
    }

    @Test
    void firstChecksAreSpreadOverTheJitter() {
        String[] ids = IntStream.range(0, 100).mapToObj(i -> "n" + i).toArray(String[]::new);
        try (Watched watched = watched(health -> health.jitter(0.2), ids)) {
            watched.seconds(1);
            Set<Double> times = new TreeSet<>();
            for (String id : ids) {
                assertThat(checker.askedAt(id)).hasSize(1);
                times.addAll(checker.askedAt(id));
            }
            // Among 100 of 10^9 moments two are hardly ever the same.
            assertThat(times).hasSizeGreaterThan(95).allMatch(time -> time >= 0 && time <= 1);
        }
    }

    @Test
    void intervalsDifferByTheJitterToEitherSide() {
        try (Watched watched = watched(health -> health.jitter(0.2), "a")) {
            watched.seconds(1_000);
            List<Double> times = checker.askedAt("a");
            List<Double> intervals = IntStream.range(1, times.size())
                    .mapToObj(i -> times.get(i) - times.get(i - 1))
                    .toList();
            assertThat(intervals).allSatisfy(interval -> assertThat(interval).isBetween(3.999, 6.001));
            // 200 draws: one side or the outer quarter of a side is missed by all with less than (7/8)^190 < 1e-10.
            assertThat(intervals).anyMatch(interval -> interval < 4.25).anyMatch(interval -> interval > 5.75);
        }
    }

    @Test
    void aNodeThatLeftIsNotAskedAgain() {
        try (Watched watched = watched("a", "b")) {
            watched.seconds(1);
            watched.source.set(Endpoints.list("b"));
            watched.seconds(60);
            assertThat(checker.askedAt("a")).containsExactly(0.0);
            assertThat(checker.askedAt("b")).hasSizeGreaterThan(10);
        }
    }

    @Test
    void aCheckOfANodeThatLeftIsCancelled() {
        checker.silent.add("a");
        try (Watched watched = watched("a", "b")) {
            watched.seconds(1);
            watched.source.set(Endpoints.list("b"));
            assertThat(checker.unanswered.get(0)).isCancelled();
            watched.seconds(60);
            assertThat(watched.told()).doesNotContain("DOWN a");
        }
    }

    @Test
    void anUpdateOfTheListNeitherForgetsHealthNorAsksAgain() {
        checker.sick.add("a");
        try (Watched watched = watched("a", "b")) {
            watched.seconds(3);
            watched.source.set(Endpoints.list("a", "b", "c"));
            assertThat(watched.usable()).containsExactly("b", "c");
            assertThat(checker.askedAt("b")).containsExactly(0.0);
        }
    }

    @Test
    void nothingIsAskedAfterTheEnd() {
        Watched watched = watched("a");
        watched.seconds(1);
        watched.close();
        watched.seconds(60);
        assertThat(checker.askedAt("a")).containsExactly(0.0);
        assertThat(clock.pending()).isZero();
    }

    @Test
    void changesOfHealthAreToldWithTheReason() {
        try (Watched watched = watched("a", "b")) {
            watched.seconds(1);
            assertThat(watched.told()).containsExactly("ADDED a", "ADDED b", "UP a", "UP b");
            watched.forgetEvents();
            checker.sick.add("a");
            watched.seconds(10);
            assertThat(watched.told()).containsExactly("DOWN a");
            assertThat(watched.events.get(0).reason())
                    .isEqualTo("3 checks in a row failed, the last with IllegalStateException: sick on purpose");
            assertThat(watched.events.get(0).at()).isEqualTo("2000-01-01T00:00:07Z");
            watched.forgetEvents();
            checker.sick.clear();
            watched.seconds(10);
            assertThat(watched.told()).containsExactly("UP a");
            assertThat(watched.events.get(0).reason()).isEqualTo("2 checks in a row succeeded");
        }
    }
}
