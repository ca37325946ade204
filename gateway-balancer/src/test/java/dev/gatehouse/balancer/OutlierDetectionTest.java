package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When calls eject a node, for how long, and how it comes back. */
class OutlierDetectionTest {

    private static Watched watched(Consumer<OutlierDetection.Builder> settings, String... ids) {
        Watched watched = Watched.of(builder -> builder.outlierDetection(settings), ids);
        watched.forgetEvents();
        return watched;
    }

    private static String[] names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "n" + i).toArray(String[]::new);
    }

    static void calls(Watched watched, String id, int count, Outcome outcome) {
        for (int i = 0; i < count; i++) {
            try (Lease lease = watched.leaseOf(id)) {
                lease.report(outcome);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"SERVER_ERROR", "CONNECT_FAILED", "TIMEOUT", "ABORTED"})
    void theFifthFailureInARowEjects(Outcome failure) {
        try (Watched watched = watched(outliers -> {}, "a", "b", "c")) {
            calls(watched, "a", 4, failure);
            assertThat(watched.told()).isEmpty();
            calls(watched, "a", 1, failure);
            assertThat(watched.told()).containsExactly("EJECTED a");
            assertThat(watched.events.get(0).reason())
                    .isEqualTo("5 failures in a row, the last " + failure + "; for 30000 ms");
            assertThat(watched.usable()).containsExactly("b", "c");
            assertThat(watched.reason("a")).contains("ejected: 5 failures in a row");
        }
    }

    @Test
    void aSuccessEndsTheRowAndAnIgnoredCallDoesNot() {
        try (Watched watched = watched(outliers -> outliers.minSuccessRate(0, 1), "a", "b")) {
            calls(watched, "a", 4, Outcome.TIMEOUT);
            calls(watched, "a", 1, Outcome.SUCCESS);
            calls(watched, "a", 4, Outcome.TIMEOUT);
            calls(watched, "a", 100, Outcome.IGNORED);
            assertThat(watched.told()).isEmpty();
            calls(watched, "a", 1, Outcome.TIMEOUT);
            assertThat(watched.told()).containsExactly("EJECTED a");
        }
    }

    @Test
    void withoutTheSettingNothingIsEjected() {
        try (Watched watched = Watched.of("a", "b")) {
            calls(watched, "a", 1_000, Outcome.SERVER_ERROR);
            watched.seconds(100);
            assertThat(watched.usable()).containsExactly("a", "b");
            assertThat(watched.clock.pending()).isZero();
        }
    }

    @Test
    void anEjectedNodeReturnsThroughOneCallAtATime() {
        try (Watched watched = watched(outliers -> {}, "a", "b", "c")) {
            calls(watched, "a", 5, Outcome.ABORTED);
            watched.seconds(29.9);
            assertThat(watched.usable()).containsExactly("b", "c");
            watched.seconds(0.1);
            assertThat(watched.usable()).containsExactly("a", "b", "c");
            assertThat(watched.reason("a")).contains("one call at a time");
            Lease probe = watched.leaseOf("a");
            for (int i = 0; i < 30; i++) {
                assertThat(id(watched)).isNotEqualTo("a");
            }
            probe.report(Outcome.SUCCESS);
            assertThat(watched.told()).containsExactly("EJECTED a", "RETURNED a");
            // While the probe's content still comes, the next calls are let through.
            Lease next = watched.leaseOf("a");
            watched.leaseOf("a").close();
            next.close();
            probe.close();
            assertThat(watched.node("a").inFlight()).isZero();
            assertThat(watched.reason("a")).doesNotContain("ejected");
        }
    }

    private static String id(Watched watched) {
        try (Lease lease = Objects.requireNonNull(watched.balancer.tryAcquire(PickContext.none()))) {
            return lease.endpoint().id();
        }
    }

    @Test
    void aProbeThatSaysNothingGivesItsPlaceToTheNext() {
        try (Watched watched = watched(outliers -> {}, "a", "b")) {
            calls(watched, "a", 5, Outcome.ABORTED);
            watched.seconds(30);
            calls(watched, "a", 3, Outcome.IGNORED);
            assertThat(watched.told()).containsExactly("EJECTED a");
            calls(watched, "a", 1, Outcome.SUCCESS);
            assertThat(watched.told()).containsExactly("EJECTED a", "RETURNED a");
        }
    }

    @Test
    void eachProbeThatFailsEjectsForLongerUpToTheMost() {
        try (Watched watched = watched(outliers -> {}, "a", "b")) {
            calls(watched, "a", 5, Outcome.ABORTED);
            // 30 s times 1, 2, 3 and so on, up to 300 s.
            for (int number = 1; number <= 12; number++) {
                double seconds = Math.min(300, 30 * number);
                watched.seconds(seconds - 0.001);
                assertThat(watched.usable()).as("ejection %s", number).containsExactly("b");
                watched.seconds(0.001);
                assertThat(watched.usable()).as("ejection %s", number).containsExactly("a", "b");
                calls(watched, "a", 1, Outcome.CONNECT_FAILED);
            }
            assertThat(watched.events).hasSize(13);
            assertThat(watched.events.get(2).reason())
                    .startsWith("the probe failed with CONNECT_FAILED")
                    .endsWith("for 90000 ms");
        }
    }

    @Test
    void goodIntervalsAreForgottenOneByOne() {
        try (Watched watched = watched(outliers -> {}, "a", "b")) {
            calls(watched, "a", 5, Outcome.ABORTED);
            for (int number = 1; number <= 3; number++) {
                watched.seconds(30 * number);
                calls(watched, "a", 1, number < 3 ? Outcome.ABORTED : Outcome.SUCCESS);
            }
            assertThat(watched.node("a").ejection().ejections()).isEqualTo(3);
            // Returned at 180 s, at the end of an interval: the next two are whole, and the third is not yet over.
            watched.seconds(29);
            calls(watched, "a", 5, Outcome.ABORTED);
            assertThat(watched.events.get(watched.events.size() - 1).reason()).endsWith("for 60000 ms");
            watched.seconds(60);
            calls(watched, "a", 1, Outcome.SUCCESS);
            watched.seconds(1_000);
            assertThat(watched.node("a").ejection().ejections()).isZero();
        }
    }

    @Test
    void aTenthOfTheNodesMayBeEjectedButAlwaysOne() {
        try (Watched few = watched(outliers -> {}, names(9));
                Watched many = watched(outliers -> {}, names(29))) {
            for (int i = 0; i < 5; i++) {
                calls(few, "n" + i, 5, Outcome.ABORTED);
                calls(many, "n" + i, 5, Outcome.ABORTED);
            }
            assertThat(few.told()).containsExactly("EJECTED n0");
            assertThat(many.told()).containsExactly("EJECTED n0", "EJECTED n1");
        }
    }

    @Test
    void oneThatMightNotBeEjectedIsWhenThereIsRoom() {
        try (Watched watched = watched(outliers -> {}, names(4))) {
            calls(watched, "n0", 5, Outcome.ABORTED);
            calls(watched, "n1", 5, Outcome.ABORTED);
            watched.seconds(30);
            calls(watched, "n0", 1, Outcome.SUCCESS);
            assertThat(watched.told()).containsExactly("EJECTED n0", "RETURNED n0");
            // Four more make nine; the tenth is the next time that the row is five.
            calls(watched, "n1", 4, Outcome.ABORTED);
            assertThat(watched.told()).hasSize(2);
            calls(watched, "n1", 1, Outcome.ABORTED);
            assertThat(watched.told()).hasSize(3).endsWith("EJECTED n1");
        }
    }

    @Test
    void theLastUsableNodeIsNeverEjected() {
        try (Watched watched = watched(outliers -> outliers.maxEjectedShare(1), "a", "b", "c")) {
            watched.balancer.drain("c", Duration.ZERO);
            watched.forgetEvents();
            calls(watched, "a", 5, Outcome.ABORTED);
            calls(watched, "b", 50, Outcome.ABORTED);
            assertThat(watched.told()).containsExactly("EJECTED a");
            assertThat(watched.usable()).containsExactly("b");
        }
    }

    @Test
    void anEjectedNodeIsUsedWhenNoOtherIsLeft() {
        try (Watched watched =
                Watched.of(builder -> builder.panicThreshold(0).outlierDetection(outliers -> {}), "a", "b")) {
            calls(watched, "a", 5, Outcome.ABORTED);
            watched.balancer.drain("b", Duration.ZERO);
            assertThat(watched.usable()).containsExactly("a");
            assertThat(watched.reason("a")).contains("ejected").contains("no other is usable");
            watched.seconds(30);
            // On probation it gets more than one call at a time: there is nobody else to take them.
            List<Lease> leases = IntStream.range(0, 10)
                    .mapToObj(i -> watched.balancer.acquire(PickContext.none()))
                    .toList();
            leases.forEach(Lease::close);
            watched.balancer.undrain("b");
            calls(watched, "a", 1, Outcome.SUCCESS);
            assertThat(watched.told()).endsWith("RETURNED a");
        }
    }

    @Test
    void inPanicEjectedNodesAreUsedToo() {
        VirtualClock clock = new VirtualClock();
        ScriptedChecker checker = new ScriptedChecker(clock);
        checker.sick.add("b");
        try (Watched watched = Watched.of(
                clock,
                builder -> builder.outlierDetection(outliers -> {}).healthCheck(checker, health -> health.jitter(0)),
                "a",
                "b",
                "c")) {
            calls(watched, "a", 5, Outcome.ABORTED);
            assertThat(watched.usable()).containsExactly("b", "c");
            watched.seconds(3);
            assertThat(watched.told()).contains("DOWN b", "PANIC");
            assertThat(watched.usable()).containsExactly("a", "b", "c");
            assertThat(watched.reason("a")).contains("ejected").contains("panic");
        }
    }

    @Test
    void aSecondAttemptAvoidsANodeWhoseProbeIsOut() {
        try (Watched watched = watched(outliers -> {}, "a", "b", "c")) {
            calls(watched, "a", 5, Outcome.ABORTED);
            watched.seconds(30);
            Lease probe = watched.leaseOf("a");
            PickContext again = PickContext.none().avoiding(watched.node("b"));
            for (int i = 0; i < 20; i++) {
                try (Lease lease = watched.balancer.acquire(again)) {
                    assertThat(lease.endpoint().id()).isEqualTo("c");
                }
            }
            probe.close();
        }
    }

    @Test
    void anotherBalancerGoesOnWithAnEjection() {
        try (Watched old = watched(outliers -> {}, "a", "b")) {
            calls(old, "a", 5, Outcome.ABORTED);
            old.seconds(10);
            try (Watched next = Watched.of(
                    old.clock,
                    builder -> builder.outlierDetection(outliers -> {}).adopting(old.balancer),
                    "a",
                    "b")) {
                old.balancer.close();
                assertThat(next.usable()).containsExactly("b");
                next.seconds(20);
                calls(next, "a", 1, Outcome.SUCCESS);
                assertThat(next.told()).endsWith("RETURNED a");
                assertThat(old.told()).doesNotContain("RETURNED a");
            }
        }
    }

    @Test
    void whatEjectedANodeDoesNotEjectItAgain() {
        try (Watched watched =
                watched(outliers -> outliers.ejection(Duration.ofSeconds(5), Duration.ofSeconds(5)), "a", "b")) {
            for (int round = 0; round < 3; round++) {
                calls(watched, "a", 5, Outcome.ABORTED);
                assertThat(watched.usable()).containsExactly("b");
                watched.seconds(5);
                calls(watched, "a", 1, Outcome.SUCCESS);
                // The next look at the window would find one success of six.
                watched.seconds(30);
                assertThat(watched.usable()).containsExactly("a", "b");
            }
        }
    }

    @Test
    void oneThatEjectsNobodyTakesAllBack() {
        try (Watched old = watched(outliers -> {}, "a", "b")) {
            List<Lease> leases =
                    IntStream.range(0, 7).mapToObj(i -> old.leaseOf("a")).toList();
            leases.forEach(lease -> lease.report(Outcome.ABORTED));
            leases.forEach(Lease::close);
            assertThat(old.usable()).containsExactly("b");
            try (Watched next = Watched.of(old.clock, builder -> builder.adopting(old.balancer), "a", "b")) {
                assertThat(next.usable()).containsExactly("a", "b");
                calls(next, "a", 50, Outcome.ABORTED);
                assertThat(next.usable()).containsExactly("a", "b");
            }
            // The new one went first: the old one judges again, from the beginning.
            calls(old, "a", 4, Outcome.ABORTED);
            assertThat(old.usable()).containsExactly("a", "b");
            calls(old, "a", 1, Outcome.ABORTED);
            assertThat(old.usable()).containsExactly("b");
        }
    }
}
