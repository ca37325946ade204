package dev.gatehouse.balancer;

import static dev.gatehouse.balancer.Circuits.calls;
import static dev.gatehouse.balancer.Circuits.lease;
import static dev.gatehouse.balancer.Circuits.open;
import static dev.gatehouse.balancer.Circuits.refusal;
import static dev.gatehouse.balancer.Circuits.watched;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When circuits open, and what becomes of calls and nodes meanwhile. */
class CircuitBreakingTest {

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"SERVER_ERROR", "CONNECT_FAILED", "TIMEOUT", "ABORTED"})
    void opensAtHalfOfTwentyCallsAndNotBefore(Outcome failure) {
        try (Watched watched = watched(circuit -> {}, "a", "b")) {
            calls(watched, "a", 10, Outcome.SUCCESS);
            calls(watched, "a", 9, failure);
            assertThat(watched.told()).isEmpty();
            calls(watched, "a", 1, failure);
            assertThat(watched.told()).containsExactly("OPENED a");
            assertThat(watched.events.get(0).reason()).isEqualTo("10 of 20 calls failed within 10000 ms; for 5000 ms");
            assertThat(watched.usable()).containsExactly("b");
            assertThat(watched.reason("a"))
                    .contains("circuit open for 5000 ms more: 10 of 20 calls failed within 10000 ms");
        }
    }

    @Test
    void oneSuccessMoreThanTheRateAllowsKeepsItClosed() {
        try (Watched watched = watched(circuit -> {}, "a")) {
            calls(watched, "a", 11, Outcome.SUCCESS);
            calls(watched, "a", 10, Outcome.TIMEOUT);
            assertThat(watched.told()).isEmpty();
        }
    }

    @Test
    void tooFewCallsSayNothingHoweverManyFail() {
        try (Watched watched = watched(circuit -> {}, "a")) {
            calls(watched, "a", 19, Outcome.ABORTED);
            assertThat(watched.told()).isEmpty();
            // The twentieth call decides, though it goes well: 19 of 20 have failed.
            calls(watched, "a", 1, Outcome.SUCCESS);
            assertThat(watched.told()).containsExactly("OPENED a");
        }
    }

    @Test
    void ignoredCallsCountForNothing() {
        try (Watched watched = watched(circuit -> {}, "a")) {
            calls(watched, "a", 19, Outcome.ABORTED);
            calls(watched, "a", 100, Outcome.IGNORED);
            assertThat(watched.told()).isEmpty();
        }
    }

    @Test
    void theWindowForgetsWhatIsOlder() {
        try (Watched watched = watched(circuit -> {}, "a")) {
            calls(watched, "a", 19, Outcome.TIMEOUT);
            // Ten slots of a second: those of the first second are out from the eleventh on, and not before.
            watched.seconds(10);
            calls(watched, "a", 1, Outcome.TIMEOUT);
            assertThat(watched.told()).isEmpty();
        }
        try (Watched watched = watched(circuit -> {}, "a")) {
            calls(watched, "a", 19, Outcome.TIMEOUT);
            watched.seconds(9.99);
            calls(watched, "a", 1, Outcome.TIMEOUT);
            assertThat(watched.told()).containsExactly("OPENED a");
        }
    }

    @Test
    void aSuccessThatBreaksOffLaterIsAFailure() {
        try (Watched watched = watched(circuit -> {}, "a")) {
            calls(watched, "a", 10, Outcome.SUCCESS);
            calls(watched, "a", 9, Outcome.TIMEOUT);
            try (Lease lease = lease(watched)) {
                lease.report(Outcome.SUCCESS);
                assertThat(watched.told()).isEmpty();
                lease.amend(Outcome.ABORTED);
            }
            assertThat(watched.told()).containsExactly("OPENED a");
        }
    }

    @Test
    void theOnlyNodeIsClosedToo() {
        try (Watched watched = watched(circuit -> {}, "a")) {
            open(watched);
            watched.seconds(1);
            assertThat(watched.balancer.tryAcquire(PickContext.none())).isNull();
            NoEndpointException none = refusal(watched);
            assertThat(none)
                    .hasMessage(
                            "none of 1 endpoints is usable: the circuits of 1 are open, the first for 4000 ms more");
            assertThat(none.retryAfter()).contains(Duration.ofSeconds(4));
            assertThat(none.limited()).isFalse();
        }
    }

    @Test
    void theShortestWaitCounts() {
        try (Watched watched = watched(circuit -> {}, "a", "b")) {
            calls(watched, "a", 20, Outcome.TIMEOUT);
            watched.seconds(3);
            calls(watched, "b", 20, Outcome.TIMEOUT);
            assertThat(refusal(watched).retryAfter()).contains(Duration.ofSeconds(2));
        }
    }

    @Test
    void inPanicAnOpenCircuitStaysOpen() {
        try (Watched watched = watched(
                circuit -> circuit.openFor(Duration.ofSeconds(60), Duration.ofSeconds(60)),
                builder -> builder.healthCheck(
                        endpoint -> CompletableFuture.failedFuture(new IllegalStateException("sick on purpose")),
                        health -> health.jitter(0)),
                "a",
                "b")) {
            open(watched);
            watched.seconds(30);
            assertThat(watched.told()).contains("PANIC");
            assertThat(watched.usable()).containsExactly("b");
        }
    }

    @Test
    void outlierDetectionBesideItHasItsOwnWay() {
        try (Watched watched = watched(
                circuit -> {},
                builder -> builder.outlierDetection(outliers -> outliers.minSuccessRate(0, 1)),
                "a",
                "b")) {
            calls(watched, "a", 5, Outcome.TIMEOUT);
            assertThat(watched.told()).containsExactly("EJECTED a");
            // The last one is never ejected, but its circuit opens; the ejected one is better than none then.
            calls(watched, "b", 20, Outcome.TIMEOUT);
            assertThat(watched.told()).containsExactly("EJECTED a", "OPENED b");
            assertThat(watched.usable()).containsExactly("a");
            calls(watched, "a", 15, Outcome.TIMEOUT);
            assertThat(watched.told()).endsWith("OPENED a");
            assertThat(refusal(watched)).hasMessageContaining("the circuits of 2 are open");
            // On probation and half-open at once: one call at a time, of five.
            watched.seconds(5);
            calls(watched, "b", 3, Outcome.SUCCESS);
            assertThat(watched.told()).endsWith("CLOSED b");
            watched.seconds(25);
            calls(watched, "a", 1, Outcome.SUCCESS);
            assertThat(watched.told()).endsWith("RETURNED a");
            calls(watched, "a", 2, Outcome.SUCCESS);
            assertThat(watched.told()).endsWith("CLOSED a");
            assertThat(watched.usable()).containsExactly("a", "b");
        }
    }

    @Test
    void aCallThatPrefersItGoesElsewhere() {
        try (Watched watched = watched(circuit -> {}, "a", "b")) {
            PickContext sticky = PickContext.none().preferring("a");
            open(watched);
            try (Lease lease = watched.balancer.acquire(sticky)) {
                assertThat(lease.endpoint().id()).isEqualTo("b");
                assertThat(lease.keepsPreferred()).isFalse();
            }
            watched.seconds(5);
            try (Lease lease = watched.balancer.acquire(sticky)) {
                assertThat(lease.endpoint().id()).isEqualTo("a");
                assertThat(lease.keepsPreferred()).isTrue();
            }
        }
    }

    @Test
    void callsThatWaitFailAtOnceWhenAllAreOpen() {
        try (Watched watched = watched(
                circuit -> {}, builder -> builder.maxInFlight(20).maxPending(10, Duration.ofSeconds(30)), "a")) {
            List<Lease> leases = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                leases.add(lease(watched));
            }
            CompletableFuture<Lease> waiting =
                    watched.balancer.acquireAsync(PickContext.none()).toCompletableFuture();
            assertThat(waiting).isNotDone();
            leases.forEach(lease -> lease.report(Outcome.TIMEOUT));
            assertThatThrownBy(waiting::join)
                    .hasCauseInstanceOf(NoEndpointException.class)
                    .hasMessageContaining("the circuits of 1 are open");
            assertThat(watched.balancer.acquireAsync(PickContext.none()).toCompletableFuture())
                    .isCompletedExceptionally();
            leases.forEach(Lease::close);
            assertThat(watched.balancer.inFlight()).isZero();
        }
    }

    @Test
    void aSuccessorGoesOnWhereTheOneBeforeIs() {
        try (Watched watched = watched(circuit -> {}, "a")) {
            calls(watched, "a", 19, Outcome.TIMEOUT);
            List<BalancerEvent> events = new ArrayList<>();
            Balancer second = Balancer.builder(watched.source)
                    .time(watched.clock)
                    .circuitBreaking(circuit -> {})
                    .listener(events::add)
                    .adopting(watched.balancer)
                    .build();
            try (second;
                    Lease lease = second.acquire(PickContext.none())) {
                lease.report(Outcome.TIMEOUT);
                assertThat(events).extracting(BalancerEvent::type).endsWith(BalancerEvent.Type.OPENED);
                assertThat(second.tryAcquire(PickContext.none())).isNull();
                assertThat(watched.usable()).isEmpty();
            }
            // The one before decides again.
            watched.balancer.drain("a", Duration.ZERO);
            watched.balancer.undrain("a");
            assertThat(watched.usable()).isEmpty();
        }
    }

    @Test
    void anOpenCircuitIsAdoptedAndTriesInTime() {
        try (Watched watched = watched(circuit -> {}, "a")) {
            open(watched);
            watched.seconds(2);
            try (Balancer second = Balancer.builder(watched.source)
                    .time(watched.clock)
                    .circuitBreaking(circuit -> circuit.trialCalls(2))
                    .adopting(watched.balancer)
                    .build()) {
                watched.balancer.close();
                assertThat(second.tryAcquire(PickContext.none())).isNull();
                watched.seconds(3);
                try (Lease one = second.acquire(PickContext.none());
                        Lease two = second.acquire(PickContext.none())) {
                    assertThat(second.tryAcquire(PickContext.none())).isNull();
                    one.report(Outcome.SUCCESS);
                    two.report(Outcome.SUCCESS);
                }
                assertThat(second.candidates().get(0).usable()).isTrue();
            }
        }
    }

    @Test
    void aSuccessorWithoutCircuitsClosesThem() {
        try (Watched watched = watched(circuit -> {}, "a")) {
            open(watched);
            List<BalancerEvent> events = new ArrayList<>();
            try (Balancer second = Balancer.builder(watched.source)
                            .time(watched.clock)
                            .listener(events::add)
                            .adopting(watched.balancer)
                            .build();
                    Lease lease = second.acquire(PickContext.none())) {
                assertThat(lease.endpoint().id()).isEqualTo("a");
                assertThat(events).extracting(BalancerEvent::type).contains(BalancerEvent.Type.CLOSED);
            }
        }
    }

    @Test
    void badSettingsAreListedTogether() {
        CircuitBreaking.Builder builder = CircuitBreaking.builder()
                .failureRate(1.1)
                .minCalls(0)
                .window(Duration.ofMillis(999))
                .openFor(Duration.ofSeconds(5), Duration.ofSeconds(4))
                .trialCalls(0);
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("failureRate: 1.1 (expected: more than 0, at most 1); "
                        + "minCalls: 0 (expected: 1 to 50000); "
                        + "window: PT0.999S (expected: PT1S to PT8760H); "
                        + "maxWait: PT4S (expected: >= baseWait and <= PT8760H); "
                        + "trialCalls: 0 (expected: 1 to 1000)");
    }
}
