package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls, updates of the list and draining, all at once. */
class ConcurrencyTest {

    private static final int CALLERS = 3;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    static List<Strategy> strategies() {
        return StrategyTest.all().toList();
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void whileNodesComeAndGoEveryCallFindsOneAndNoneIsLost(Strategy strategy) {
        UpdatableEndpoints source = new UpdatableEndpoints(Endpoints.list("a", "b", "c"));
        try (Balancer balancer = Balancer.builder(source).strategy(strategy).build()) {
            List<Node> seen = new ArrayList<>(balancer.nodes());
            AtomicBoolean over = new AtomicBoolean();
            List<CompletableFuture<Integer>> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                callers.add(CompletableFuture.supplyAsync(() -> callUntil(balancer, over), threads));
            }
            for (int i = 0; i < 300; i++) {
                source.set(Endpoints.list(i % 2 == 0 ? new String[] {"a", "b"} : new String[] {"b", "c", "d"}));
                seen.addAll(balancer.nodes());
                // The node "b" always stays, so that one is usable at every moment.
                balancer.drain(i % 2 == 0 ? "a" : "c", Duration.ofMinutes(1));
            }
            over.set(true);
            assertThat(callers).allSatisfy(calls -> assertThat(calls.join()).isPositive());
            assertThat(seen).allSatisfy(node -> assertThat(node.inFlight()).isZero());
            assertThat(balancer.inFlight()).isZero();
        }
    }

    private static int callUntil(Balancer balancer, AtomicBoolean over) {
        int calls = 0;
        PickContext context = PickContext.forClient("192.0.2.1");
        while (!over.get() || calls == 0) {
            try (Lease lease = balancer.acquire(context)) {
                lease.report(Outcome.SUCCESS);
                context = context.avoiding(lease.node());
            }
            calls++;
        }
        return calls;
    }

    @Test
    void onceANodeHasDrainedNobodyCallsIt() {
        Endpoint[] endpoints = Endpoints.array("a", "b");
        try (Balancer balancer = Balancer.builder(EndpointSource.fixed(endpoints))
                .strategy(Strategy.roundRobin())
                .build()) {
            AtomicBoolean over = new AtomicBoolean();
            AtomicBoolean drained = new AtomicBoolean();
            AtomicInteger calling = new AtomicInteger();
            AtomicInteger late = new AtomicInteger();
            List<CompletableFuture<Void>> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                callers.add(CompletableFuture.runAsync(
                        () -> {
                            while (!over.get()) {
                                boolean after = drained.get();
                                Lease lease = balancer.acquire(PickContext.none());
                                boolean other = lease.endpoint().id().equals("b");
                                late.addAndGet(after && !other && drained.get() ? 1 : 0);
                                calling.addAndGet(other ? 0 : 1);
                                calling.addAndGet(other ? 0 : -1);
                                lease.close();
                            }
                        },
                        threads));
            }
            for (int i = 0; i < 500; i++) {
                balancer.drain("a", Duration.ofMinutes(1)).toCompletableFuture().join();
                assertThat(calling).hasValue(0);
                drained.set(true);
                Thread.onSpinWait();
                assertThat(calling).hasValue(0);
                drained.set(false);
                balancer.undrain("a");
            }
            over.set(true);
            callers.forEach(CompletableFuture::join);
            assertThat(late).hasValue(0);
            assertThat(balancer.inFlight()).isZero();
        }
    }

    @Test
    void aFailureIsCountedOnceHoweverItRacesWithTheReport() {
        try (Watched watched = Watched.of("a")) {
            for (int i = 0; i < 500; i++) {
                Lease lease = watched.balancer.acquire(PickContext.none());
                List<CompletableFuture<Void>> racers = List.of(
                        CompletableFuture.runAsync(() -> lease.report(Outcome.SUCCESS), threads),
                        CompletableFuture.runAsync(() -> lease.amend(Outcome.ABORTED), threads),
                        CompletableFuture.runAsync(() -> lease.amend(Outcome.ABORTED), threads));
                racers.forEach(CompletableFuture::join);
                racers = List.of(
                        CompletableFuture.runAsync(lease::close, threads),
                        CompletableFuture.runAsync(lease::close, threads));
                racers.forEach(CompletableFuture::join);
            }
            Node node = watched.node("a");
            assertThat(node.failures()).isEqualTo(500);
            assertThat(node.successes()).isZero();
            assertThat(node.inFlight()).isZero();
            assertThat(watched.balancer.inFlight()).isZero();
        }
    }
}
