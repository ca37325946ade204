package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls that prefer an endpoint, as those of a session do. */
class PreferredTest {

    private static final PickContext TO_B = PickContext.none().preferring("b");

    static List<Strategy> strategies() {
        return StrategyTest.all().toList();
    }

    private static String chosen(Watched watched, PickContext context) {
        try (Lease lease = watched.balancer.acquire(context)) {
            lease.report(Outcome.SUCCESS);
            return lease.endpoint().id();
        }
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void thePreferredNodeIsChosenWhateverTheStrategy(Strategy strategy) {
        try (Watched watched = Watched.of(builder -> builder.strategy(strategy), "a", "b", "c", "d")) {
            for (int i = 0; i < 50; i++) {
                assertThat(chosen(watched, TO_B)).isEqualTo("b");
            }
            watched.source.set(Endpoints.list("z", "y", "d", "c", "b", "a"));
            assertThat(chosen(watched, TO_B)).as("with more nodes").isEqualTo("b");
            assertThat(watched.balancer.inFlight()).isZero();
        }
    }

    @Test
    void oneThatIsUnknownIsNoneAndTheStrategyChooses() {
        try (Watched watched = Watched.of("a", "b");
                Lease lease = watched.balancer.acquire(PickContext.none().preferring("gone"))) {
            assertThat(lease.keepsPreferred()).isFalse();
        }
    }

    @Test
    void aRetryGoesElsewhereAndThePreferredOneIsKept() {
        try (Watched watched = Watched.of("a", "b", "c")) {
            PickContext again = TO_B.avoiding(watched.node("a"));
            boolean[] elsewhere = {false};
            for (int i = 0; i < 3; i++) { // round robin over three: one of the three is c
                try (Lease lease = watched.balancer.acquire(again)) {
                    elsewhere[0] |= lease.endpoint().id().equals("c");
                    assertThat(lease.keepsPreferred()).isTrue();
                }
            }
            assertThat(elsewhere[0]).isTrue();
            assertThat(chosen(watched, TO_B.avoiding(watched.node("b")))).isNotEqualTo("b");
        }
    }

    @Test
    void atItsLimitAnotherOneServesTheCallAndItIsKept() {
        try (Watched watched = Watched.of(builder -> builder.maxInFlightPerNode(1), "a", "b");
                Lease first = watched.balancer.acquire(TO_B);
                Lease second = watched.balancer.acquire(TO_B)) {
            assertThat(first.endpoint().id()).isEqualTo("b");
            assertThat(second.endpoint().id()).isEqualTo("a");
            assertThat(second.keepsPreferred()).isTrue();
            assertThat(watched.balancer.tryAcquire(TO_B)).isNull();
        }
    }

    @Test
    void oneThatIsDownIsNotChosenNorKept() {
        VirtualClock clock = new VirtualClock();
        ScriptedChecker checker = new ScriptedChecker(clock);
        checker.sick.add("b");
        HealthCheckSettings once =
                HealthCheckSettings.builder().unhealthyAfter(1).build();
        try (Watched watched = Watched.of(clock, builder -> builder.healthCheck(checker, once), "a", "b", "c")) {
            watched.seconds(10);
            try (Lease lease = watched.balancer.acquire(TO_B)) {
                assertThat(lease.endpoint().id()).isNotEqualTo("b");
                assertThat(lease.keepsPreferred()).isFalse();
            }
            checker.sick.clear();
            watched.seconds(30);
            assertThat(chosen(watched, TO_B)).isEqualTo("b");
        }
    }

    @Test
    void oneThatIsEjectedIsNotChosenNorKept() {
        try (Watched watched = Watched.of(
                builder -> builder.outlierDetection(outliers -> outliers.consecutiveFailures(1)), "a", "b", "c")) {
            try (Lease lease = watched.balancer.acquire(TO_B)) {
                lease.report(Outcome.SERVER_ERROR);
            }
            try (Lease lease = watched.balancer.acquire(TO_B)) {
                assertThat(lease.endpoint().id()).isNotEqualTo("b");
                assertThat(lease.keepsPreferred()).isFalse();
            }
        }
    }

    @Test
    void aDrainingNodeServesThoseThatPreferItUntilTheDeadline() {
        try (Watched watched = Watched.of(builder -> builder.stickyDrains(true), "a", "b")) {
            CompletableFuture<Void> drained =
                    watched.balancer.drain("b", Duration.ofMinutes(1)).toCompletableFuture();
            assertThat(chosen(watched, PickContext.none())).isEqualTo("a");
            assertThat(chosen(watched, TO_B)).isEqualTo("b");
            assertThat(drained).as("idle, but one more may come").isNotDone();
            watched.seconds(59);
            assertThat(chosen(watched, TO_B)).isEqualTo("b");
            watched.seconds(1);
            assertThat(drained).isCompleted();
            assertThat(chosen(watched, TO_B)).isEqualTo("a");
            watched.balancer.undrain("b");
            assertThat(chosen(watched, TO_B)).isEqualTo("b");
        }
    }

    @Test
    void withoutStickyDrainsADrainingNodeTakesNobody() {
        try (Watched watched = Watched.of("a", "b")) {
            assertThat(watched.balancer.drain("b", Duration.ofMinutes(1)).toCompletableFuture())
                    .isCompleted();
            assertThat(chosen(watched, TO_B)).isEqualTo("a");
        }
    }

    @Test
    void oneWhoseDrainIsOverIsNotKept() {
        try (Watched watched = Watched.of(builder -> builder.stickyDrains(true), "a", "b")) {
            watched.balancer.drain("b", Duration.ofMinutes(1));
            try (Lease lease = watched.balancer.acquire(TO_B)) {
                assertThat(lease.keepsPreferred()).as("draining").isTrue();
            }
            watched.seconds(60);
            try (Lease lease = watched.balancer.acquire(TO_B)) {
                assertThat(lease.keepsPreferred()).as("drained").isFalse();
            }
        }
        try (Watched watched = Watched.of("a", "b")) {
            watched.balancer.drain("b", Duration.ofMinutes(1));
            try (Lease lease = watched.balancer.acquire(TO_B)) {
                assertThat(lease.keepsPreferred()).as("without sticky drains").isFalse();
            }
        }
    }

    @Test
    void aDrainEndsWithTheLastCallThatPreferredTheNode() {
        try (Watched watched = Watched.of(builder -> builder.stickyDrains(true), "a", "b")) {
            CompletableFuture<Void> drained =
                    watched.balancer.drain("b", Duration.ofMinutes(1)).toCompletableFuture();
            watched.seconds(59);
            Lease last = watched.balancer.acquire(TO_B);
            watched.seconds(1);
            // The deadline is how long it waits at most, also for a call that prefers the node.
            assertThat(drained).isCompleted();
            assertThat(watched.events)
                    .anyMatch(event -> event.type() == BalancerEvent.Type.DRAINED
                            && event.reason().equals("1 calls in flight"));
            assertThat(watched.node("b").inFlight()).isEqualTo(1);
            last.close();
            assertThat(watched.balancer.inFlight()).isZero();
        }
    }

    @Test
    void inPanicOneThatIsDownIsChosenAndKeptButNotWhenItDrains() {
        VirtualClock clock = new VirtualClock();
        ScriptedChecker checker = new ScriptedChecker(clock);
        checker.sick.addAll(List.of("b", "c"));
        HealthCheckSettings once =
                HealthCheckSettings.builder().unhealthyAfter(1).build();
        try (Watched watched = Watched.of(clock, builder -> builder.healthCheck(checker, once), "a", "b", "c")) {
            watched.seconds(10);
            assertThat(watched.told()).contains("PANIC");
            try (Lease lease = watched.balancer.acquire(TO_B)) {
                assertThat(lease.endpoint().id()).isEqualTo("b");
                assertThat(lease.keepsPreferred()).isTrue();
            }
            watched.balancer.drain("b", Duration.ofMinutes(1));
            try (Lease lease = watched.balancer.acquire(TO_B)) {
                assertThat(lease.endpoint().id()).isNotEqualTo("b");
                assertThat(lease.keepsPreferred()).isFalse();
            }
        }
    }

    @Test
    void onProbationItTakesOneCallAndKeepsTheOthersUsers() {
        try (Watched watched = Watched.of(
                builder -> builder.outlierDetection(outliers -> outliers.consecutiveFailures(1)), "a", "b", "c")) {
            try (Lease lease = watched.balancer.acquire(TO_B)) {
                lease.report(Outcome.SERVER_ERROR);
            }
            watched.seconds(31); // the first ejection takes 30 s
            try (Lease probe = watched.balancer.acquire(TO_B);
                    Lease other = watched.balancer.acquire(TO_B)) {
                assertThat(probe.endpoint().id()).isEqualTo("b");
                assertThat(other.endpoint().id()).isNotEqualTo("b");
                assertThat(other.keepsPreferred()).isTrue();
                probe.report(Outcome.SUCCESS);
            }
            assertThat(chosen(watched, TO_B)).isEqualTo("b");
            assertThat(watched.balancer.inFlight()).isZero();
        }
    }
}
