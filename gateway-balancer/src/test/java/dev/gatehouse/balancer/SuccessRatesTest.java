package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who is an outlier by what was counted over a window. */
class SuccessRatesTest {

    private static OutlierDetection settings(Consumer<OutlierDetection.Builder> change) {
        OutlierDetection.Builder builder = OutlierDetection.builder();
        change.accept(builder);
        return builder.build();
    }

    /** Nodes with some successes of so many calls each. */
    private static List<SuccessRates.Tally> tallies(int calls, int... successes) {
        return IntStream.range(0, successes.length)
                .mapToObj(i -> new SuccessRates.Tally(new Node(Endpoints.named("n" + i)), successes[i], calls))
                .toList();
    }

    private static List<String> outliers(List<SuccessRates.Tally> tallies, Consumer<OutlierDetection.Builder> change) {
        return SuccessRates.outliers(tallies, " calls", settings(change)).stream()
                .map(outlier -> outlier.node().toString())
                .toList();
    }

    @Test
    void theThresholdIsTheMeanLessDeviations() {
        // Mean 0.9, squares 4 * 0.0025 + 0.04 over 5: deviation 0.1; 0.9 - 1.9 * 0.1.
        double least = SuccessRates.leastRate(tallies(100, 95, 95, 95, 95, 70), settings(outliers -> {}));
        assertThat(least).isCloseTo(0.71, within(1e-9));
        assertThat(outliers(tallies(100, 95, 95, 95, 95, 70), outliers -> outliers.minSuccessRate(0, 1)))
                .containsExactly("n4");
    }

    @Test
    void theOnlyBadOneOfFiveIsTwoDeviationsAwayAndOfFourIsLessThanTheFactor() {
        // √(n − 1) deviations, however bad it is: 2 > 1.9 > 1.73.
        assertThat(outliers(tallies(1_000, 1_000, 1_000, 1_000, 1_000, 990), outliers -> {}))
                .containsExactly("n4");
        assertThat(outliers(
                        tallies(1_000, 1_000, 1_000, 1_000, 0),
                        outliers -> outliers.minHosts(4).minSuccessRate(0, 1)))
                .isEmpty();
    }

    @Test
    void deviationsNeedHostsAndVolume() {
        assertThat(outliers(tallies(99, 99, 99, 99, 99, 90), outliers -> {})).isEmpty();
        assertThat(outliers(tallies(100, 100, 100, 100, 90), outliers -> {})).isEmpty();
        assertThat(outliers(tallies(100, 100, 100, 100, 100, 90), outliers -> {}))
                .containsExactly("n4");
        assertThat(outliers(tallies(100, 100, 100, 100, 100, 90), outliers -> outliers.deviations(0)))
                .isEmpty();
    }

    @Test
    void aRateNeedsItsCalls() {
        assertThat(outliers(tallies(4, 0, 4), outliers -> {})).isEmpty();
        assertThat(outliers(tallies(5, 3, 4), outliers -> {})).containsExactly("n0");
        assertThat(outliers(tallies(0, 0, 0), outliers -> {})).isEmpty();
    }

    @Test
    void aPercentageOfFailuresNeedsHostsAndVolume() {
        Consumer<OutlierDetection.Builder> percentage =
                outliers -> outliers.minSuccessRate(0, 1).deviations(0).failurePercentage(85);
        assertThat(outliers(tallies(100, 100, 100, 100, 15, 14), percentage)).containsExactly("n4");
        assertThat(outliers(tallies(100, 100, 100, 100, 14), percentage)).isEmpty();
        assertThat(outliers(tallies(99, 99, 99, 99, 99, 0), percentage)).isEmpty();
    }

    @Test
    void aRateIsThatOfTheLastThirtySeconds() {
        try (Watched watched = Watched.of(
                builder -> builder.outlierDetection(
                        outliers -> outliers.consecutiveFailures(0).deviations(0)),
                "a",
                "b")) {
            OutlierDetectionTest.calls(watched, "a", 100, Outcome.SUCCESS);
            watched.seconds(10);
            OutlierDetectionTest.calls(watched, "a", 25, Outcome.SERVER_ERROR);
            watched.seconds(10);
            // 100 of 125 are 80 %, which is enough, as long as the first hundred are within 30 s.
            assertThat(watched.usable()).containsExactly("a", "b");
            watched.seconds(10);
            assertThat(watched.usable()).containsExactly("a", "b");
            watched.seconds(10);
            assertThat(watched.usable()).containsExactly("b");
            assertThat(watched.reason("a"))
                    .contains("0.0 % of 25 calls succeeded")
                    .contains("at least 80.0 %");
            // It returns with a clean record: what ejected it must not eject it again.
            watched.seconds(30);
            OutlierDetectionTest.calls(watched, "a", 1, Outcome.SUCCESS);
            watched.seconds(10);
            assertThat(watched.usable()).containsExactly("a", "b");
        }
    }

    @Test
    void aSuccessThatBreaksOffIsAFailure() {
        try (Watched watched = Watched.of(
                builder -> builder.outlierDetection(outliers -> outliers.consecutiveFailures(0)), "a", "b")) {
            for (int i = 0; i < 5; i++) {
                try (Lease lease = watched.leaseOf("a")) {
                    lease.report(Outcome.SUCCESS);
                    lease.amend(Outcome.ABORTED);
                }
            }
            watched.seconds(10);
            assertThat(watched.usable()).containsExactly("b");
            assertThat(watched.reason("a")).contains("0.0 % of 5 calls succeeded");
        }
    }

    @Test
    void theWorstIsEjectedFirst() {
        try (Watched watched = Watched.of(
                builder -> builder.outlierDetection(outliers -> outliers.consecutiveFailures(0)), "a", "b", "c")) {
            OutlierDetectionTest.calls(watched, "a", 5, Outcome.SUCCESS);
            OutlierDetectionTest.calls(watched, "a", 5, Outcome.TIMEOUT);
            OutlierDetectionTest.calls(watched, "b", 10, Outcome.TIMEOUT);
            watched.seconds(10);
            assertThat(watched.usable()).containsExactly("a", "c");
        }
    }

    @Test
    void whatIsLocalMayBeCountedApart() {
        try (Watched watched = Watched.of(
                builder -> builder.outlierDetection(
                        outliers -> outliers.localOriginApart(true).minSuccessRate(0, 1)),
                "a",
                "b")) {
            for (int i = 0; i < 4; i++) {
                OutlierDetectionTest.calls(watched, "a", 1, Outcome.SERVER_ERROR);
                OutlierDetectionTest.calls(watched, "a", 4, Outcome.TIMEOUT);
            }
            // 4 server errors in a row, with time-outs between that do not end their row; 4 time-outs, as an answer
            // does.
            assertThat(watched.usable()).containsExactly("a", "b");
            OutlierDetectionTest.calls(watched, "a", 1, Outcome.TIMEOUT);
            assertThat(watched.usable()).containsExactly("b");
        }
    }

    @Test
    void apartEachHasItsOwnRate() {
        try (Watched watched = Watched.of(
                builder -> builder.outlierDetection(
                        outliers -> outliers.localOriginApart(true).consecutiveFailures(0)),
                "a",
                "b")) {
            // Of 100 calls 85 are answered, of these 70 well: 85 % and 82 %, both enough; together it would be 70 %.
            OutlierDetectionTest.calls(watched, "a", 70, Outcome.SUCCESS);
            OutlierDetectionTest.calls(watched, "a", 15, Outcome.SERVER_ERROR);
            OutlierDetectionTest.calls(watched, "a", 15, Outcome.CONNECT_FAILED);
            watched.seconds(10);
            assertThat(watched.usable()).containsExactly("a", "b");
            OutlierDetectionTest.calls(watched, "a", 10, Outcome.CONNECT_FAILED);
            watched.seconds(10);
            assertThat(watched.reason("a")).contains("77.3 % of 110 calls were answered");
        }
    }

    @Test
    void settingsThatCannotBeAreNamedTogether() {
        assertThatThrownBy(() -> settings(outliers -> outliers.consecutiveFailures(-1)
                        .minSuccessRate(1.5, 0)
                        .window(Duration.ofSeconds(5))
                        .ejection(Duration.ofSeconds(2), Duration.ofSeconds(1))
                        .maxEjectedShare(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("consecutiveFailures: -1 (expected: >= 0")
                .hasMessageContaining("minSuccessRate: 1.5 (expected: 0 to 1")
                .hasMessageContaining("minRequests: 0 (expected: >= 1)")
                .hasMessageContaining("window: PT5S (expected: >= interval")
                .hasMessageContaining("maxEjection: PT1S (expected: >= baseEjection")
                .hasMessageContaining("maxEjectedShare: 0.0 (expected: more than 0");
    }

    @Test
    void settingsWithoutAnEffectAreRefused() {
        assertThatThrownBy(() -> settings(outliers -> outliers.failurePercentage(85)))
                .hasMessageContaining("failurePercentage: 85 (expected: less than minSuccessRate 0.8 leaves");
        assertThatThrownBy(() -> settings(outliers ->
                        outliers.consecutiveFailures(0).minSuccessRate(0, 1).deviations(0)))
                .hasMessageContaining("nothing ejects");
    }
}
