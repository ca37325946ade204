package dev.gatehouse.balancer;

import static dev.gatehouse.balancer.Circuits.calls;
import static dev.gatehouse.balancer.Circuits.lease;
import static dev.gatehouse.balancer.Circuits.open;
import static dev.gatehouse.balancer.Circuits.refusal;
import static dev.gatehouse.balancer.Circuits.tryAgain;
import static dev.gatehouse.balancer.Circuits.watched;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What trial calls decide, and who gets one. */
class CircuitTrialsTest {

    @Test
    void threeOfFiveTrialCallsCloseIt() {
        try (Watched watched = watched(circuit -> {}, "a")) {
            open(watched);
            watched.seconds(4.999);
            assertThat(watched.told()).isEmpty();
            tryAgain(watched, 0.001, Outcome.SUCCESS, 2);
            calls(watched, "a", 2, Outcome.TIMEOUT);
            assertThat(watched.told()).containsExactly("HALF_OPEN a");
            assertThat(watched.reason("a")).contains("circuit half-open");
            calls(watched, "a", 1, Outcome.SUCCESS);
            assertThat(watched.told()).containsExactly("HALF_OPEN a", "CLOSED a");
            assertThat(watched.events.get(1).reason()).isEqualTo("3 of 5 trial calls succeeded");
            // What failed before counts no more.
            calls(watched, "a", 19, Outcome.TIMEOUT);
            assertThat(watched.told()).hasSize(2);
        }
    }

    @Test
    void threeOfFiveTrialCallsOpenItForTwiceAsLong() {
        try (Watched watched = watched(circuit -> {}, "a")) {
            open(watched);
            tryAgain(watched, 5, Outcome.TIMEOUT, 3);
            assertThat(watched.told()).containsExactly("HALF_OPEN a", "OPENED a");
            assertThat(watched.events.get(1).reason()).isEqualTo("3 of 5 trial calls failed; for 10000 ms");
        }
    }

    @Test
    void theWaitDoublesUpToItsMostAndBeginsAnewAfterAWindowThatWasClosed() {
        try (Watched watched = watched(circuit -> {}, "a")) {
            open(watched);
            for (int seconds : new int[] {5, 10, 20, 40, 60, 60}) {
                assertThat(refusal(watched).retryAfter()).contains(Duration.ofSeconds(seconds));
                tryAgain(watched, seconds, Outcome.ABORTED, 3);
            }
            tryAgain(watched, 60, Outcome.SUCCESS, 3);
            assertThat(watched.told()).endsWith("CLOSED a");
            watched.seconds(9.999);
            // Not for a whole window yet: it opens for as long as before.
            open(watched);
            assertThat(refusal(watched).retryAfter()).contains(Duration.ofSeconds(60));
            tryAgain(watched, 60, Outcome.SUCCESS, 3);
            watched.seconds(10);
            open(watched);
            assertThat(refusal(watched).retryAfter()).contains(Duration.ofSeconds(5));
        }
    }

    @Test
    void whileTrialCallsAreUnderWayNoOtherBegins() {
        try (Watched watched = watched(circuit -> {}, "a")) {
            open(watched);
            watched.seconds(5);
            List<Lease> trials = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                trials.add(lease(watched));
            }
            assertThat(watched.balancer.tryAcquire(PickContext.none())).isNull();
            assertThat(refusal(watched).limited()).isTrue();
            assertThat(refusal(watched)).hasMessageContaining("half-open");
            assertThat(watched.usable()).isEmpty();
            // One that says nothing leaves its place to another one.
            trials.get(0).close();
            lease(watched).close();
            trials.forEach(Lease::close);
            assertThat(watched.told()).containsExactly("HALF_OPEN a");
        }
    }

    @Test
    void eightThreadsGetNoMoreTrialCallsThanThereAre() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (Watched watched = watched(circuit -> circuit.trialCalls(7), "a")) {
            for (int round = 0; round < 20; round++) {
                Lease failing = watched.balancer.tryAcquire(PickContext.none());
                while (failing != null) {
                    failing.report(Outcome.TIMEOUT);
                    failing.close();
                    failing = watched.balancer.tryAcquire(PickContext.none());
                }
                watched.seconds(60);
                CountDownLatch start = new CountDownLatch(8);
                List<Future<List<Lease>>> taken = new ArrayList<>();
                for (int thread = 0; thread < 8; thread++) {
                    taken.add(threads.submit(() -> {
                        start.countDown();
                        start.await();
                        List<Lease> leases = new ArrayList<>();
                        for (int i = 0; i < 100; i++) {
                            Lease lease = watched.balancer.tryAcquire(PickContext.none());
                            if (lease != null) {
                                leases.add(lease);
                            }
                        }
                        return leases;
                    }));
                }
                List<Lease> all = new ArrayList<>();
                for (Future<List<Lease>> leases : taken) {
                    all.addAll(leases.get());
                }
                assertThat(all).hasSize(7);
                assertThat(watched.node("a").inFlight()).isEqualTo(7);
                all.forEach(Lease::close);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void resultsOfCallsFromBeforeComeTooLate() {
        try (Watched watched = watched(circuit -> {}, "a")) {
            List<Lease> early = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                early.add(lease(watched));
            }
            open(watched);
            watched.seconds(5);
            // Neither to open it again while it tries,
            early.subList(0, 10).forEach(lease -> lease.report(Outcome.TIMEOUT));
            // nor to close it,
            early.subList(10, 20).forEach(lease -> lease.report(Outcome.SUCCESS));
            assertThat(watched.told()).containsExactly("HALF_OPEN a");
            List<Lease> trials = List.of(lease(watched), lease(watched), lease(watched), lease(watched));
            trials.subList(0, 3).forEach(lease -> lease.report(Outcome.SUCCESS));
            assertThat(watched.told()).containsExactly("HALF_OPEN a", "CLOSED a");
            // nor once it is closed, those of the trial included.
            early.subList(20, 40).forEach(lease -> lease.report(Outcome.TIMEOUT));
            trials.get(3).report(Outcome.TIMEOUT);
            calls(watched, "a", 19, Outcome.TIMEOUT);
            assertThat(watched.told()).hasSize(2);
            calls(watched, "a", 1, Outcome.TIMEOUT);
            assertThat(watched.told()).hasSize(3).endsWith("OPENED a");
        }
    }

    @Test
    void aTrialPlaceThatIsTakenLeavesTheProbeOfOutlierDetectionFree() {
        try (Watched watched = watched(
                circuit -> circuit.trialCalls(1),
                builder -> builder.outlierDetection(outliers -> outliers.minSuccessRate(0, 1)),
                "a",
                "b")) {
            List<Lease> early = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                early.add(watched.leaseOf("a"));
            }
            for (int i = 0; i < 4; i++) {
                calls(watched, "a", 4, Outcome.TIMEOUT);
                calls(watched, "a", 1, Outcome.SUCCESS);
            }
            assertThat(watched.told()).containsExactly("OPENED a");
            watched.seconds(5);
            Lease trial = watched.leaseOf("a");
            early.forEach(lease -> lease.report(Outcome.TIMEOUT));
            assertThat(watched.told()).containsExactly("OPENED a", "HALF_OPEN a", "EJECTED a");
            watched.seconds(30);
            // Each that comes by takes the probe, finds no trial place, and leaves the probe again.
            for (int i = 0; i < 100; i++) {
                lease(watched).close();
            }
            trial.close();
            watched.leaseOf("a").close();
            early.forEach(Lease::close);
        }
    }

    @Test
    void trialCallsThatFailLaterDoNotMakeTheWaitLonger() {
        try (Watched watched = watched(circuit -> {}, "a")) {
            open(watched);
            watched.seconds(5);
            List<Lease> trials = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                trials.add(lease(watched));
            }
            trials.subList(0, 3).forEach(lease -> lease.report(Outcome.TIMEOUT));
            watched.seconds(1);
            trials.subList(3, 5).forEach(lease -> lease.report(Outcome.TIMEOUT));
            assertThat(watched.told()).containsExactly("HALF_OPEN a", "OPENED a");
            assertThat(refusal(watched).retryAfter()).contains(Duration.ofSeconds(9));
            trials.forEach(Lease::close);
        }
    }

    @Test
    void noTrialPlaceIsGivenTwice() throws Exception {
        Circuit.HalfOpen half = new Circuit.HalfOpen(1, "on purpose");
        AtomicInteger inside = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Integer>> most = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                most.add(threads.submit(() -> {
                    int seen = 0;
                    for (int i = 0; i < 500_000; i++) {
                        if (half.tryEnter()) {
                            seen = Math.max(seen, inside.incrementAndGet());
                            inside.decrementAndGet();
                            half.giveBack();
                        }
                    }
                    return seen;
                }));
            }
            for (Future<Integer> seen : most) {
                assertThat(seen.get()).isLessThanOrEqualTo(1);
            }
            assertThat(half.tryEnter()).isTrue();
            assertThat(half.tryEnter()).isFalse();
        } finally {
            threads.shutdownNow();
        }
    }
}
