package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The most calls that may be under way: to a node, and by a balancer. */
class LimitsTest {

    private static final int THREADS = 4;
    private static final int CALLS = 20_000;

    static List<Strategy> strategies() {
        return StrategyTest.all().toList();
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void aNodeAtItsLimitIsNotChosen(Strategy strategy) {
        try (Watched watched = Watched.of(builder -> builder.strategy(strategy).maxInFlightPerNode(2), "a", "b", "c")) {
            PickContext client = PickContext.forClient("192.0.2.1");
            List<Lease> leases = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                leases.add(watched.balancer.acquire(client));
            }
            assertThat(watched.balancer.nodes()).allMatch(node -> node.inFlight() == 2);
            assertThat(watched.balancer.tryAcquire(client)).isNull();
            assertThatThrownBy(() -> watched.balancer.acquire(client))
                    .isInstanceOf(NoEndpointException.class)
                    .hasMessage("none of 3 usable endpoints is under its limit of 2 calls in flight");
            assertThat(watched.balancer.inFlight()).isEqualTo(6);
            Lease freed = leases.remove(3);
            freed.close();
            leases.add(watched.balancer.acquire(client));
            assertThat(leases.get(5).node()).isSameAs(freed.node());
            leases.forEach(Lease::close);
            assertThat(watched.balancer.inFlight()).isZero();
        }
    }

    @Test
    void theBalancerRefusesOneCallTooMany() {
        try (Watched watched = Watched.of(builder -> builder.maxInFlight(2), "a", "b", "c")) {
            Lease first = watched.balancer.acquire(PickContext.none());
            Lease second = watched.balancer.acquire(PickContext.none());
            assertThat(watched.balancer.tryAcquire(PickContext.none())).isNull();
            assertThatThrownBy(() -> watched.balancer.acquire(PickContext.none()))
                    .isInstanceOf(NoEndpointException.class)
                    .hasMessage("the balancer is at its limit of 2 calls in flight");
            first.close();
            first.close();
            watched.balancer.acquire(PickContext.none()).close();
            second.close();
            assertThat(watched.balancer.inFlight()).isZero();
        }
    }

    @Test
    void aRefusedCallCountsNowhere() {
        try (Watched watched = Watched.of(builder -> builder.panicThreshold(0).maxInFlight(1))) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> watched.balancer.acquire(PickContext.none()))
                        .hasMessage("there are no endpoints");
            }
            assertThat(watched.balancer.inFlight()).isZero();
        }
    }

    @Test
    void aPickerThatReservesKeepsToTheLimitToo() {
        Strategy reserving = setup -> new Picker() {
            @Override
            public Node pick(PickContext context) {
                Node first = setup.nodes().get(0);
                assertThat(first.tryReserve(Integer.MAX_VALUE)).isTrue();
                return first;
            }

            @Override
            public boolean reserves() {
                return true;
            }
        };
        try (Watched watched = Watched.of(builder -> builder.strategy(reserving).maxInFlightPerNode(1), "a", "b")) {
            Lease a = watched.balancer.acquire(PickContext.none());
            Lease b = watched.balancer.acquire(PickContext.none());
            assertThat(List.of(a.node(), b.node())).extracting(Node::toString).containsExactly("a", "b");
            assertThat(watched.balancer.tryAcquire(PickContext.none())).isNull();
            a.close();
            b.close();
            assertThat(watched.balancer.nodes()).allMatch(node -> node.inFlight() == 0);
        }
    }

    @Test
    void aSettingThatCannotBeIsRefused() {
        assertThatThrownBy(() -> Balancer.builder("http://a").maxInFlight(0))
                .hasMessage("maxInFlight: 0 (expected: >= 1)");
        assertThatThrownBy(() -> Balancer.builder("http://a").maxInFlightPerNode(-1))
                .hasMessage("maxInFlightPerNode: -1 (expected: >= 1)");
    }

    @Test
    void theLimitsHoldAmongThreads() throws Exception {
        most(builder -> builder.maxInFlightPerNode(1).maxInFlight(2), 1, 2);
        most(builder -> builder.maxInFlightPerNode(2), 2, 6);
    }

    /** Calls by several threads; what each sees while it has a place must be within the limits. */
    private static void most(UnaryOperator<BalancerBuilder> settings, int perNode, int total) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (Watched watched = Watched.of(settings, "a", "b", "c")) {
            Map<Node, AtomicInteger> calling = new ConcurrentHashMap<>();
            AtomicInteger all = new AtomicInteger();
            AtomicInteger tooMany = new AtomicInteger();
            CyclicBarrier start = new CyclicBarrier(THREADS);
            List<Future<?>> callers = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                callers.add(threads.submit(() -> {
                    start.await();
                    for (int i = 0; i < CALLS; i++) {
                        Lease lease = watched.balancer.tryAcquire(PickContext.none());
                        if (lease != null) {
                            AtomicInteger here = calling.computeIfAbsent(lease.node(), node -> new AtomicInteger());
                            tooMany.addAndGet(here.incrementAndGet() > perNode ? 1 : 0);
                            tooMany.addAndGet(all.incrementAndGet() > total ? 1 : 0);
                            here.decrementAndGet();
                            all.decrementAndGet();
                            lease.close();
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> caller : callers) {
                caller.get();
            }
            assertThat(tooMany).hasValue(0);
            assertThat(watched.balancer.inFlight()).isZero();
            assertThat(watched.balancer.nodes()).allMatch(node -> node.inFlight() == 0);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aNodeOnProbationHasOneCallAtATimeAmongThreads() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (Watched watched = Watched.of(builder -> builder.outlierDetection(outliers -> {}), "a", "b")) {
            OutlierDetectionTest.calls(watched, "a", 5, Outcome.ABORTED);
            watched.seconds(30);
            AtomicInteger probes = new AtomicInteger();
            AtomicInteger seen = new AtomicInteger();
            AtomicInteger tooMany = new AtomicInteger();
            CyclicBarrier start = new CyclicBarrier(THREADS);
            List<Future<?>> callers = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                callers.add(threads.submit(() -> {
                    start.await();
                    for (int i = 0; i < CALLS; i++) {
                        Lease lease = Objects.requireNonNull(watched.balancer.tryAcquire(PickContext.none()));
                        if (lease.endpoint().id().equals("a")) {
                            seen.incrementAndGet();
                            tooMany.addAndGet(probes.incrementAndGet() > 1 ? 1 : 0);
                            probes.decrementAndGet();
                        }
                        lease.close();
                    }
                    return null;
                }));
            }
            for (Future<?> caller : callers) {
                caller.get();
            }
            assertThat(tooMany).hasValue(0);
            assertThat(seen.get()).isGreaterThan(CALLS / 100);
            assertThat(watched.balancer.inFlight()).isZero();
        } finally {
            threads.shutdownNow();
        }
    }
}
