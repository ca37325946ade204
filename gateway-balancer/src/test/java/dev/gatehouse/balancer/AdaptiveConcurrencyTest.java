package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * The limit that moves with latency, over a server that works on 60 calls at once, for 100 ms each. With n calls in flight a call
 * takes n/60 × 100 ms then, if n is 60 or more, so that the limit is in balance where n = n × 1.5 × 60/n + 4: at 94. A window
 * moves it by 0.8 up, and a change shows after the latency and two windows at most: 4 windows, 3.2 calls. So it is within 4 of 94,
 * for as long as service times are all the same.
 */
class AdaptiveConcurrencyTest {

    private static final int BALANCE = 94;
    private static final int RIPPLE = 4;

    private static Watched watched(Consumer<AdaptiveConcurrency.Builder> settings, String... ids) {
        return watched(settings, builder -> builder, ids);
    }

    private static Watched watched(
            Consumer<AdaptiveConcurrency.Builder> settings, UnaryOperator<BalancerBuilder> more, String... ids) {
        return Watched.of(builder -> more.apply(builder.adaptiveConcurrency(settings)), ids);
    }

    private static ModelServer saturated(Watched watched) {
        return new ModelServer(watched.clock, watched.balancer, 1_000).works(60, 100);
    }

    private static int limit(Watched watched, String id) {
        return watched.node(id).concurrency().atMost(Integer.MAX_VALUE);
    }

    private static void assertInBalance(int limit) {
        assertThat(limit).isBetween(BALANCE - RIPPLE, BALANCE + RIPPLE);
    }

    private static Lease lease(Watched watched) {
        return Objects.requireNonNull(watched.balancer.tryAcquire(PickContext.none()));
    }

    /** One call after another, each of which takes some time. */
    private static void calls(Watched watched, int count, double seconds, Outcome outcome) {
        for (int i = 0; i < count; i++) {
            try (Lease lease = lease(watched)) {
                watched.seconds(seconds);
                lease.report(outcome);
            }
        }
    }

    @Test
    void fromBelowItGrowsToWhatTheServerTakes() {
        try (Watched watched = watched(adaptive -> {}, "a")) {
            assertThat(limit(watched, "a")).isEqualTo(20);
            ModelServer server = saturated(watched);
            // 0.8 for each window of 100 ms, one completion later at most: 5 s make 35 to 40, and 20 before.
            server.run(5);
            assertThat(limit(watched, "a")).isBetween(45, 60);
            server.run(15);
            assertInBalance(limit(watched, "a"));
            // The server is as busy as it can be: 600 a second.
            server.served();
            server.run(10);
            assertThat(server.served()).isBetween(5_900, 6_001);
        }
    }

    @Test
    void fromAboveItFallsToWhatTheServerTakes() {
        try (Watched watched = watched(adaptive -> adaptive.initial(200), "a")) {
            // What an idle node takes is measured first.
            assertThat(limit(watched, "a")).isEqualTo(20);
            ModelServer server = saturated(watched);
            server.run(0.55);
            assertThat(limit(watched, "a")).isEqualTo(200);
            server.run(10);
            assertInBalance(limit(watched, "a"));
        }
    }

    @Test
    void underLastingLoadItDoesNotDrift() {
        try (Watched watched = watched(adaptive -> {}, "a")) {
            ModelServer server = saturated(watched);
            server.run(20);
            int measured = 0;
            for (int i = 0; i < 6_000; i++) {
                server.run(0.1);
                int limit = limit(watched, "a");
                if (limit == 20) {
                    measured++;
                } else {
                    assertInBalance(limit);
                }
            }
            // Once in 60 to 69 s: 8 to 10 times in 600 s. Until 20 are left of 98 in flight, 78/60 × 100 ms, then five
            // times 100 ms
            // for 100 calls, so that it is seen 5 to 8 times.
            assertThat(measured).isBetween(8 * 5, 10 * 8);
        }
    }

    @Test
    void withServiceTimesByChanceItStaysNearTheCapacity() {
        try (Watched watched = watched(adaptive -> {}, "a")) {
            ModelServer server = saturated(watched).byChance();
            server.run(30);
            server.served();
            int sum = 0;
            for (int i = 0; i < 600; i++) {
                server.run(1);
                sum += limit(watched, "a");
            }
            // Of the first 100 calls that end, the 20 that still run are the longer ones: the mean is 0.8 of the true
            // one, and off by
            // 10 % (1/√100). That makes 1.5 × 60 × 0.8 + 4 = 76, ± 5 over ten measurements, and less by what noise
            // takes away
            // since a gradient is never above 1. Below 60 the server would idle; a drift would go to 200.
            assertThat(sum / 600).isBetween(60, 81);
            assertThat(server.served()).isGreaterThan(600 * 600 * 9 / 10);
        }
    }

    @Test
    void itFallsWhenTheServerCanDoLessAndRecovers() {
        try (Watched watched = watched(adaptive -> {}, "a")) {
            ModelServer server = saturated(watched);
            server.run(20);
            server.works(20, 100);
            server.run(15);
            // 1.5 × 20 + 4; a window has 10 calls or more in any case.
            assertThat(limit(watched, "a")).isBetween(34 - RIPPLE, 34 + RIPPLE);
            server.works(60, 100);
            server.run(15);
            assertInBalance(limit(watched, "a"));
        }
    }

    @Test
    void aServerThatSlowsIsSparedUntilItsNewLatencyIsKnown() {
        try (Watched watched = watched(adaptive -> {}, "a")) {
            ModelServer server = saturated(watched);
            server.run(20);
            server.works(60, 200);
            // A window makes x to 0.95 x + 0.8 once there is no queue, and all calls end at the same time, once in 200
            // ms: 47 windows
            // from 60 to 20, 9.4 s. Before, up to 10 % less with each, 94 to 60 in less than 3 s.
            int least = Integer.MAX_VALUE;
            for (int i = 0; i < 130; i++) {
                server.run(0.1);
                least = Math.min(least, limit(watched, "a"));
            }
            assertThat(least).isEqualTo(20);
            // With 20 in flight there is no queue: all that calls take is the server's own time. It is known after 100
            // calls, 1 s; then
            // 0.8 more each 200 ms are 70 in 18 s, and the last 4 come in a fifth of the way at a time.
            server.run(30);
            assertInBalance(limit(watched, "a"));
            server.works(60, 100);
            // What an idle node took is out of date, until it is measured anew.
            server.run(70 + 15);
            assertInBalance(limit(watched, "a"));
        }
    }

    @Test
    void itDoesNotGrowWhileLessThanHalfIsUsed() {
        try (Watched watched = watched(adaptive -> adaptive.initial(50), "a")) {
            ModelServer server = saturated(watched);
            server.callers(24);
            server.run(30);
            assertThat(limit(watched, "a")).isEqualTo(50);
            server.callers(40);
            server.run(5);
            assertThat(limit(watched, "a")).isGreaterThan(70);
        }
    }

    @Test
    void theLimitHoldsAndIsShown() {
        try (Watched watched = watched(adaptive -> adaptive.limits(3, 10).initial(3), "a")) {
            List<Lease> leases = new ArrayList<>(List.of(lease(watched), lease(watched)));
            assertThat(watched.reason("a")).endsWith(", 2 of 3 calls in flight");
            leases.add(lease(watched));
            assertThat(watched.reason("a")).endsWith(", at its limit of 3 calls in flight");
            assertThat(watched.usable()).isEmpty();
            assertThat(watched.balancer.tryAcquire(PickContext.none())).isNull();
            NoEndpointException none =
                    catchThrowableOfType(NoEndpointException.class, () -> watched.balancer.acquire(PickContext.none()));
            assertThat(none).hasMessage("none of 1 usable endpoints is under its limit of calls in flight");
            assertThat(none.limited()).isTrue();
            leases.forEach(Lease::close);
        }
    }

    @Test
    void itHoldsAmongEightThreads() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (Watched watched = watched(adaptive -> adaptive.limits(3, 10).initial(3), "a")) {
            // Time stands still, so that the limit does.
            List<Future<Integer>> most = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                most.add(threads.submit(() -> {
                    int seen = 0;
                    for (int i = 0; i < 20_000; i++) {
                        Lease lease = watched.balancer.tryAcquire(PickContext.none());
                        if (lease != null) {
                            seen = Math.max(seen, lease.node().inFlight());
                            lease.report(Outcome.SUCCESS);
                            lease.close();
                        }
                    }
                    return seen;
                }));
            }
            for (Future<Integer> seen : most) {
                assertThat(seen.get()).isLessThanOrEqualTo(3);
            }
            assertThat(watched.node("a").inFlight()).isZero();
            assertThat(limit(watched, "a")).isEqualTo(3);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void theSmallerOfBothLimitsCounts() {
        try (Watched watched =
                watched(adaptive -> adaptive.limits(3, 10).initial(3), builder -> builder.maxInFlightPerNode(2), "a")) {
            List<Lease> leases = List.of(lease(watched), lease(watched));
            assertThat(watched.balancer.tryAcquire(PickContext.none())).isNull();
            leases.forEach(Lease::close);
        }
        try (Watched watched =
                watched(adaptive -> adaptive.limits(3, 10).initial(3), builder -> builder.maxInFlightPerNode(5), "a")) {
            List<Lease> leases = List.of(lease(watched), lease(watched), lease(watched));
            assertThat(watched.balancer.tryAcquire(PickContext.none())).isNull();
            leases.forEach(Lease::close);
        }
    }

    @Test
    void aFullNodeIsPassedOver() {
        try (Watched watched = watched(adaptive -> adaptive.limits(1, 10).initial(1), "a", "b", "c")) {
            List<Lease> leases = List.of(lease(watched), lease(watched), lease(watched));
            assertThat(leases).extracting(lease -> lease.endpoint().id()).containsExactlyInAnyOrder("a", "b", "c");
            leases.forEach(Lease::close);
        }
    }

    @Test
    void callsWaitForItAndAreServedWhenItGrows() {
        try (Watched watched = watched(
                adaptive -> adaptive.smoothing(1), builder -> builder.maxPending(10, Duration.ofSeconds(60)), "a")) {
            calls(watched, 100, 0.1, Outcome.SUCCESS);
            assertThat(limit(watched, "a")).isEqualTo(20);
            List<Lease> held = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                held.add(lease(watched));
            }
            CompletableFuture<Lease> waiting =
                    watched.balancer.acquireAsync(PickContext.none()).toCompletableFuture();
            assertThat(waiting).isNotDone();
            watched.seconds(0.1);
            // The tenth at the latest ends a window in which none was slower. Nobody has gone yet.
            held.subList(0, 10).forEach(lease -> lease.report(Outcome.SUCCESS));
            assertThat(limit(watched, "a")).isEqualTo(24);
            assertThat(watched.node("a").inFlight()).isEqualTo(21);
            waiting.join().close();
            held.forEach(Lease::close);
        }
    }

    @Test
    void aServerThatIsMuchFasterIsMeasuredAnewAtOnce() {
        try (Watched watched = watched(adaptive -> {}, "a")) {
            ModelServer server = saturated(watched);
            server.run(20);
            server.works(60, 20);
            // Compared with what an idle node took before, the limit would grow by 8 in each second.
            server.run(10);
            assertInBalance(limit(watched, "a"));
        }
    }

    @Test
    void errorsThatComeFastDoNotOpenIt() {
        try (Watched watched = watched(adaptive -> adaptive.limits(1, 100).initial(1), "a")) {
            calls(watched, 50, 0.01, Outcome.SUCCESS);
            int before = limit(watched, "a");
            calls(watched, 1_000, 0.001, Outcome.SERVER_ERROR);
            calls(watched, 1_000, 0.001, Outcome.CONNECT_FAILED);
            calls(watched, 1_000, 0.001, Outcome.ABORTED);
            calls(watched, 1_000, 0.001, Outcome.IGNORED);
            assertThat(limit(watched, "a")).isEqualTo(before);
        }
    }

    @Test
    void timeOutsCloseIt() {
        try (Watched watched = watched(adaptive -> adaptive.limits(1, 100).initial(50), "a")) {
            calls(watched, 50, 0.01, Outcome.SUCCESS);
            assertThat(limit(watched, "a")).isEqualTo(50);
            // 10 make a window, that takes away a tenth: 50 × 0.9 + 0.8 at first.
            calls(watched, 10, 1, Outcome.TIMEOUT);
            assertThat(limit(watched, "a")).isEqualTo(45);
        }
    }

    @Test
    void aSuccessorGoesOnWithTheLimitAndOneWithoutHasNone() {
        try (Watched watched = watched(adaptive -> {}, "a")) {
            saturated(watched).run(20);
            int before = limit(watched, "a");
            UnaryOperator<BalancerBuilder> next =
                    builder -> builder.time(watched.clock).adopting(watched.balancer);
            try (Balancer same = next.apply(Balancer.builder(watched.source))
                    .adaptiveConcurrency(adaptive -> {})
                    .build()) {
                assertThat(same.nodes().get(0).concurrency().atMost(1_000)).isEqualTo(before);
            }
            try (Balancer lower = next.apply(Balancer.builder(watched.source))
                    .adaptiveConcurrency(adaptive -> adaptive.limits(20, 50))
                    .build()) {
                assertThat(lower.nodes().get(0).concurrency().atMost(1_000)).isEqualTo(50);
            }
            try (Balancer without = next.apply(Balancer.builder(watched.source)).build()) {
                assertThat(without.nodes().get(0).concurrency().atMost(1_000)).isEqualTo(1_000);
            }
            // The one before wants a limit again, and begins anew.
            assertThat(limit(watched, "a")).isEqualTo(20);
        }
    }

    @Test
    void badSettingsAreListedTogether() {
        AdaptiveConcurrency.Builder builder = AdaptiveConcurrency.builder()
                .initial(5)
                .limits(0, -1)
                .tolerance(0.9)
                .smoothing(0)
                .remeasureAfter(Duration.ZERO);
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("min: 0 (expected: 1 to 1000000); max: -1 (expected: min to 1000000); "
                        + "initial: 5 (expected: min to max); tolerance: 0.9 (expected: 1 to 10); "
                        + "smoothing: 0.0 (expected: more than 0, at most 1); "
                        + "remeasureAfter: PT0S (expected: PT1S to PT8760H)");
    }
}
