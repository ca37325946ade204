package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What reports make of a node's counts and latency. */
class LeaseTest {

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"SERVER_ERROR", "CONNECT_FAILED", "TIMEOUT", "ABORTED"})
    void aFailureIsTheNodes(Outcome outcome) {
        try (Watched watched = Watched.of("a")) {
            call(watched, outcome, 0);
            assertThat(watched.node("a").failures()).isEqualTo(1);
            assertThat(watched.node("a").successes()).isZero();
        }
    }

    @Test
    void onlyTheFirstReportCounts() {
        try (Watched watched = Watched.of("a");
                Lease lease = watched.balancer.acquire(PickContext.none())) {
            lease.report(Outcome.SUCCESS);
            lease.report(Outcome.TIMEOUT);
            assertThat(watched.node("a").successes()).isEqualTo(1);
            assertThat(watched.node("a").failures()).isZero();
        }
    }

    @Test
    void aCallWithoutAReportSaysNothing() {
        try (Watched watched = Watched.of("a")) {
            watched.balancer.acquire(PickContext.none()).close();
            assertThat(watched.node("a").successes()).isZero();
            assertThat(watched.node("a").failures()).isZero();
            assertThat(watched.node("a").latencyNanos()).isEqualTo(-1);
        }
    }

    @Test
    void aReportAfterTheEndSaysNothing() {
        try (Watched watched = Watched.of("a")) {
            Lease lease = watched.balancer.acquire(PickContext.none());
            lease.close();
            lease.report(Outcome.TIMEOUT);
            lease.amend(Outcome.ABORTED);
            assertThat(watched.node("a").failures()).isZero();
        }
    }

    @Test
    void aSuccessThatBreaksOffBecomesAFailure() {
        try (Watched watched = Watched.of("a");
                Lease lease = watched.balancer.acquire(PickContext.none())) {
            lease.report(Outcome.SUCCESS);
            lease.amend(Outcome.ABORTED);
            lease.amend(Outcome.ABORTED);
            assertThat(watched.node("a").successes()).isZero();
            assertThat(watched.node("a").failures()).isEqualTo(1);
        }
    }

    @Test
    void aFailureStaysOneWhateverItIsAmendedTo() {
        try (Watched watched = Watched.of("a");
                Lease lease = watched.balancer.acquire(PickContext.none())) {
            lease.report(Outcome.SERVER_ERROR);
            lease.amend(Outcome.ABORTED);
            lease.amend(Outcome.SUCCESS);
            assertThat(watched.node("a").failures()).isEqualTo(1);
            assertThat(watched.node("a").successes()).isZero();
        }
    }

    @Test
    void anAmendmentWithoutAReportIsOne() {
        try (Watched watched = Watched.of("a");
                Lease lease = watched.balancer.acquire(PickContext.none())) {
            lease.amend(Outcome.ABORTED);
            assertThat(watched.node("a").failures()).isEqualTo(1);
        }
    }

    @Test
    void theFirstAnswerIsTheLatencyAndLaterOnesMoveItByATenth() {
        try (Watched watched = Watched.of("a")) {
            call(watched, Outcome.SUCCESS, 0.1);
            assertThat(watched.node("a").latencyNanos()).isEqualTo(100_000_000);
            call(watched, Outcome.SERVER_ERROR, 0.2);
            assertThat(watched.node("a").latencyNanos()).isEqualTo(110_000_000);
            call(watched, Outcome.SUCCESS, 0.01);
            assertThat(watched.node("a").latencyNanos()).isEqualTo(100_000_000);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"CONNECT_FAILED", "TIMEOUT", "ABORTED", "IGNORED"})
    void theTimeToSomethingElseThanAnAnswerIsNoLatency(Outcome outcome) {
        try (Watched watched = Watched.of("a")) {
            call(watched, outcome, 0.001);
            assertThat(watched.node("a").latencyNanos()).isEqualTo(-1);
        }
    }

    @Test
    void latencyEndsAtTheReport() {
        try (Watched watched = Watched.of("a")) {
            Lease lease = watched.balancer.acquire(PickContext.none());
            watched.seconds(0.5);
            lease.report(Outcome.SUCCESS);
            watched.seconds(60);
            lease.close();
            assertThat(watched.node("a").latencyNanos()).isEqualTo(500_000_000);
        }
    }

    private static void call(Watched watched, Outcome outcome, double seconds) {
        try (Lease lease = watched.balancer.acquire(PickContext.none())) {
            watched.seconds(seconds);
            lease.report(outcome);
        }
    }
}
