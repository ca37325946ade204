package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that wait for a place. */
class PendingCallsTest {

    private static final int THREADS = 8;
    private static final PickContext NONE = PickContext.none();

    private static Watched one(UnaryOperator<BalancerBuilder> settings) {
        return Watched.of(
                builder -> settings.apply(builder.maxInFlightPerNode(1).maxPending(3, Duration.ofSeconds(2))), "a");
    }

    private static CompletableFuture<Lease> acquire(Watched watched) {
        return watched.balancer.acquireAsync(NONE).toCompletableFuture();
    }

    private static void assertRefused(CompletableFuture<?> future, String message) {
        assertThat(future).isCompletedExceptionally();
        assertThatThrownBy(future::join)
                .cause()
                .isInstanceOf(NoEndpointException.class)
                .hasMessage(message);
    }

    @Test
    void thoseThatWaitAreServedInOrder() {
        try (Watched watched = one(builder -> builder)) {
            Lease held = acquire(watched).join();
            List<CompletableFuture<Lease>> waiting = List.of(acquire(watched), acquire(watched), acquire(watched));
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
            assertThat(watched.balancer.pending()).isEqualTo(3);
            for (int i = 0; i < 3; i++) {
                held.close();
                assertThat(waiting.get(i)).isCompleted();
                assertThat(watched.balancer.pending()).isEqualTo(2 - i);
                held = waiting.get(i).join();
            }
            held.close();
            assertThat(watched.balancer.inFlight()).isZero();
            assertThat(watched.clock.pending()).as("timers that are left").isZero();
        }
    }

    @Test
    void theTimeOfWaitingIsNoLatency() {
        try (Watched watched = one(builder -> builder)) {
            Lease held = acquire(watched).join();
            CompletableFuture<Lease> waiting = acquire(watched);
            watched.seconds(1);
            held.close();
            watched.seconds(0.25);
            waiting.join().report(Outcome.SUCCESS);
            assertThat(watched.node("a").latencyNanos()).isEqualTo(250_000_000);
        }
    }

    @Test
    void aCallWaitsNoLongerThanItMay() {
        try (Watched watched = one(builder -> builder)) {
            Lease held = acquire(watched).join();
            CompletableFuture<Lease> waiting = acquire(watched);
            watched.seconds(1.999);
            assertThat(waiting).isNotDone();
            watched.seconds(0.001);
            assertRefused(
                    waiting,
                    "none of 1 usable endpoints is under its limit of 1 calls in flight; the call has waited for 2000"
                            + " ms");
            assertThat(watched.balancer.pending()).isZero();
            held.close();
            acquire(watched).join().close();
        }
    }

    @Test
    void aFullQueueRefusesAtOnce() {
        UnaryOperator<BalancerBuilder> both = builder -> builder.maxInFlight(1);
        try (Watched watched = one(both)) {
            Lease held = acquire(watched).join();
            List<CompletableFuture<Lease>> waiting = List.of(acquire(watched), acquire(watched), acquire(watched));
            assertRefused(acquire(watched), "the balancer is at its limit of 1 calls in flight; 3 calls wait already");
            waiting.get(1).cancel(false);
            assertThat(watched.balancer.pending()).isEqualTo(2);
            assertThat(acquire(watched)).as("there is room again").isNotDone();
            held.close();
            assertThat(waiting.get(0)).isCompleted();
        }
    }

    @Test
    void aCancelledCallLeavesItsPlaceToTheNext() {
        try (Watched watched = one(builder -> builder)) {
            Lease held = acquire(watched).join();
            CompletableFuture<Lease> gone = acquire(watched);
            CompletableFuture<Lease> next = acquire(watched);
            gone.cancel(false);
            held.close();
            assertThat(next).isCompleted();
            next.join().close();
            assertThat(watched.balancer.inFlight()).isZero();
            assertThat(watched.node("a").inFlight()).isZero();
        }
    }

    @Test
    void nobodyWaitsForHealth() {
        try (Watched watched = one(builder -> builder)) {
            Lease held = acquire(watched).join();
            CompletableFuture<Lease> waiting = acquire(watched);
            watched.balancer.drain("a", Duration.ofSeconds(1));
            assertRefused(waiting, "none of 1 endpoints is usable");
            assertRefused(acquire(watched), "none of 1 endpoints is usable");
            held.close();
            assertThat(watched.balancer.pending()).isZero();
        }
    }

    @Test
    void anotherNodeServesThoseThatWait() {
        try (Watched watched = one(builder -> builder)) {
            Lease held = acquire(watched).join();
            CompletableFuture<Lease> waiting = acquire(watched);
            watched.source.set(Endpoints.list("a", "b"));
            assertThat(waiting).isCompleted();
            assertThat(waiting.join().endpoint().id()).isEqualTo("b");
            held.close();
        }
    }

    @Test
    void callsOfTheBalancerBeforeFreeAPlaceToo() {
        try (Watched before = one(builder -> builder);
                Watched after = one(builder -> builder.adopting(before.balancer))) {
            Lease held = acquire(before).join();
            CompletableFuture<Lease> waiting = acquire(after);
            assertThat(waiting).isNotDone();
            held.close();
            assertThat(waiting).isCompleted();
        }
    }

    @Test
    void theEndOfTheBalancerEndsTheWaiting() {
        try (Watched watched = one(builder -> builder)) {
            Lease held = acquire(watched).join();
            CompletableFuture<Lease> waiting = acquire(watched);
            watched.balancer.close();
            String limit = "none of 1 usable endpoints is under its limit of 1 calls in flight";
            assertRefused(waiting, limit + "; the balancer is closed");
            assertRefused(acquire(watched), limit + "; the balancer is closed");
            held.close();
            assertThat(watched.clock.pending()).as("timers that are left").isZero();
        }
    }

    @Test
    void callsThatEndAtOnceDoNotNest() {
        int calls = 5_000; // far more than a stack has frames for
        UnaryOperator<BalancerBuilder> many = builder -> builder.maxPending(calls, Duration.ofSeconds(1));
        try (Watched watched = one(many)) {
            Lease held = acquire(watched).join();
            AtomicInteger done = new AtomicInteger();
            for (int i = 0; i < calls; i++) {
                var unused = watched.balancer
                        .callAsync(NONE, endpoint -> CompletableFuture.completedFuture("x"), text -> Outcome.SUCCESS)
                        .thenRun(done::incrementAndGet);
            }
            assertThat(done).hasValue(0);
            held.close();
            assertThat(done).hasValue(calls);
            assertThat(watched.balancer.inFlight()).isZero();
        }
    }

    @Test
    void aCallWhoseResultIsCancelledIsNeverMade() {
        try (Watched watched = one(builder -> builder)) {
            Lease held = acquire(watched).join();
            AtomicInteger made = new AtomicInteger();
            CompletableFuture<String> call = watched.balancer
                    .callAsync(
                            NONE,
                            endpoint -> CompletableFuture.completedFuture("call " + made.incrementAndGet()),
                            text -> Outcome.SUCCESS)
                    .toCompletableFuture();
            call.cancel(false);
            assertThat(watched.balancer.pending()).isZero();
            held.close();
            assertThat(made).hasValue(0);
            assertThat(watched.balancer.inFlight()).isZero();
        }
    }

    @Test
    void aThreadWaitsUntilItIsInterrupted() throws Exception {
        try (Watched watched = one(builder -> builder)) {
            Lease held = watched.balancer.acquire(NONE);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> watched.balancer.acquire(NONE))
                    .isInstanceOf(NoEndpointException.class)
                    .hasMessageEndingWith("; the call was interrupted while it waited");
            assertThat(Thread.interrupted()).isTrue();
            assertThat(watched.balancer.pending()).isZero();
            CountDownLatch served = new CountDownLatch(1);
            Thread waiter = new Thread(() -> {
                watched.balancer.acquire(NONE).close();
                served.countDown();
            });
            waiter.start();
            while (watched.balancer.pending() == 0) {
                Thread.onSpinWait();
            }
            held.close();
            assertThat(served.await(10, TimeUnit.SECONDS)).isTrue();
            waiter.join();
        }
    }

    @Test
    void aNodeAtItsLimitIsNotShownAsUsable() {
        try (Watched watched = one(builder -> builder)) {
            assertThat(watched.usable()).containsExactly("a");
            Lease held = acquire(watched).join();
            assertThat(watched.usable()).isEmpty();
            assertThat(watched.reason("a")).endsWith(", at its limit of 1 calls in flight");
            held.close();
            assertThat(watched.usable()).containsExactly("a");
        }
    }

    @Test
    void aSettingThatCannotBeIsRefused() {
        BalancerBuilder builder = Balancer.builder("http://a").maxInFlight(1);
        assertThatThrownBy(() -> builder.maxPending(0, Duration.ofSeconds(1)))
                .hasMessage("maxPending: 0 (expected: >= 1)");
        assertThatThrownBy(() -> builder.maxPending(1, Duration.ZERO))
                .hasMessage("maxPending: PT0S (expected: > 0 and <= PT8760H)");
        BalancerBuilder unlimited = Balancer.builder("http://a").maxPending(5, Duration.ofSeconds(1));
        assertThatThrownBy(unlimited::build).hasMessageStartingWith("maxPending: 5 (expected: with maxInFlight");
    }

    /** The only call ends just as another one begins to wait: nothing else happens that could wake it. */
    @Test
    void aPlaceThatBecomesFreeWhileACallBeginsToWaitIsNotMissed() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        UnaryOperator<BalancerBuilder> patient = builder -> builder.maxPending(3, Duration.ofDays(1));
        try (Watched watched = one(patient)) {
            for (int round = 0; round < 10_000; round++) {
                Lease held = acquire(watched).join();
                AtomicInteger ready = new AtomicInteger();
                int delay = round % 50;
                Future<?> ending = other.submit(() -> {
                    meet(ready);
                    for (int i = 0; i < delay; i++) {
                        Thread.onSpinWait();
                    }
                    held.close();
                });
                meet(ready);
                CompletableFuture<Lease> waiting = acquire(watched);
                ending.get();
                waiting.get(10, TimeUnit.SECONDS).close();
            }
        } finally {
            other.shutdownNow();
        }
    }

    private static void meet(AtomicInteger ready) {
        ready.incrementAndGet();
        while (ready.get() < 2) {
            Thread.onSpinWait();
        }
    }

    /**
     * Threads that acquire, and hold, cancel or end at random, with no time-out that could rescue a call that is not woken: a
     * lost wake-up shows as calls that never end, a lost place as a count that is left.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void placesAreConservedAmongThreads(long seed) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        UnaryOperator<BalancerBuilder> limits = builder -> builder.maxInFlightPerNode(1)
                .maxInFlight(2)
                .strategy(seed % 2 == 0 ? Strategy.leastRequest() : Strategy.boundedLoad(Strategy.maglev(), 1.25))
                .maxPending(THREADS * 4, Duration.ofDays(1));
        try (Watched watched = Watched.of(limits, "a", "b", "c")) {
            AtomicInteger served = new AtomicInteger();
            AtomicInteger calling = new AtomicInteger();
            AtomicInteger tooMany = new AtomicInteger();
            CyclicBarrier start = new CyclicBarrier(THREADS);
            List<Future<?>> callers = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                Random random = new Random(seed * THREADS + thread);
                callers.add(threads.submit(() -> {
                    start.await();
                    for (int i = 0; i < 5_000; i++) {
                        CompletableFuture<Lease> place = acquire(watched);
                        if (random.nextInt(4) == 0 && place.cancel(false)) {
                            continue;
                        }
                        if (random.nextInt(8) == 0) {
                            Lease barging = watched.balancer.tryAcquire(NONE);
                            if (barging != null) {
                                barging.close();
                            }
                        }
                        Lease lease = place.get(20, TimeUnit.SECONDS);
                        tooMany.addAndGet(calling.incrementAndGet() > 2 ? 1 : 0);
                        calling.decrementAndGet();
                        served.incrementAndGet();
                        lease.close();
                    }
                    return null;
                }));
            }
            for (Future<?> caller : callers) {
                caller.get();
            }
            assertThat(tooMany).hasValue(0);
            assertThat(served.get()).isGreaterThan(THREADS * 5_000 / 2);
            assertThat(watched.balancer.pending()).isZero();
            assertThat(watched.balancer.inFlight()).isZero();
            assertThat(watched.balancer.nodes()).allMatch(node -> node.inFlight() == 0);
        } finally {
            threads.shutdownNow();
        }
    }

    /** The node of the only call has left, and tells nobody of this balancer any more; the place is the balancer's. */
    @Test
    void aCallToANodeThatHasLeftFreesThePlaceOfTheBalancer() {
        try (Watched watched =
                Watched.of(builder -> builder.maxInFlight(1).maxPending(3, Duration.ofSeconds(2)), "a")) {
            Lease held = acquire(watched).join();
            CompletableFuture<Lease> waiting = acquire(watched);
            watched.source.set(Endpoints.list("b"));
            assertThat(waiting).isNotDone();
            held.close();
            assertThat(waiting).isCompleted();
            assertThat(waiting.join().endpoint().id()).isEqualTo("b");
        }
    }
}
