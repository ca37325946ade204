package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShadowTest {

    private final VirtualClock time = new VirtualClock();
    private final UpdatableEndpoints source = new UpdatableEndpoints(Endpoints.list("a", "b", "c", "d"));
    private Balancer balancer = Balancer.builder(source).build();

    @AfterEach
    void close() {
        balancer.close();
    }

    private void start(Strategy strategy, Strategy shadow) {
        balancer = Balancer.builder(source)
                .strategy(strategy)
                .shadow(shadow)
                .time(time)
                .random(RandomSource.seeded(3))
                .build();
    }

    private ShadowReport report() {
        return Objects.requireNonNull(balancer.shadow());
    }

    private void call(Outcome outcome) {
        try (Lease lease = balancer.acquire(PickContext.none())) {
            time.advance(Duration.ofMillis(1));
            lease.report(outcome);
        }
    }

    @Test
    void withoutOneThereIsNoReport() {
        assertThat(balancer.shadow()).isNull();
    }

    @Test
    void whatItWouldHaveChosenIsCountedAndNotFollowed() {
        start(Strategy.first(), Strategy.roundRobin());
        for (int i = 0; i < 400; i++) {
            call(Outcome.SUCCESS);
        }
        assertThat(report().calls()).isEqualTo(400);
        assertThat(report().same()).isEqualTo(100);
        assertThat(report().endpoints())
                .extracting(ShadowReport.PerEndpoint::endpoint)
                .containsExactly("a", "b", "c", "d");
        assertThat(report().endpoints())
                .extracting(ShadowReport.PerEndpoint::calls)
                .containsExactly(400L, 0L, 0L, 0L);
        assertThat(report().endpoints())
                .extracting(ShadowReport.PerEndpoint::shadowCalls)
                .containsExactly(100L, 100L, 100L, 100L);
        assertThat(balancer.nodes()).extracting(Node::successes).containsExactly(400L, 0L, 0L, 0L);
    }

    /** Twelve calls that all last: by turns each of four nodes has three, by filling up the first has all. */
    @Test
    void itSeesTheLoadThatItWouldHaveMade() {
        start(Strategy.roundRobin(), Strategy.first());
        Deque<Lease> open = new ArrayDeque<>();
        for (int i = 0; i < 12; i++) {
            open.add(balancer.acquire(PickContext.none()));
        }
        // Found by turns: 0, 0, 0, 0, 1, …, 2; by filling up 0 to 11.
        assertThat(report().meanFound()).isCloseTo(1, within(1e-9));
        assertThat(report().shadowMeanFound()).isCloseTo(5.5, within(1e-9));
        assertThat(report().endpoints().get(0).mostInFlight()).isEqualTo(3);
        assertThat(report().endpoints().get(0).shadowMostInFlight()).isEqualTo(12);
        open.forEach(Lease::close);
        balancer.acquire(PickContext.none()).close();
        assertThat(report().shadowMeanFound()).isCloseTo(66.0 / 13, within(1e-9));
        assertThat(report().toString())
                .startsWith("13 calls, ")
                .contains("by first", "a: 4 calls, would have been 13; at most 3 in flight, would have been 12");
    }

    @Test
    void leastRequestWouldNotHaveStackedCalls() {
        start(Strategy.random(), Strategy.leastRequestFullScan());
        Deque<Lease> open = new ArrayDeque<>();
        for (int i = 0; i < 4_000; i++) {
            open.add(balancer.acquire(PickContext.none()));
            if (open.size() > 8) {
                open.remove().close();
            }
        }
        // Eight or nine calls on four nodes: never more than three on one, if each goes to the least loaded.
        assertThat(report().endpoints())
                .allMatch(each -> each.shadowMostInFlight() <= 3)
                .anyMatch(each -> each.mostInFlight() > 4);
        assertThat(report().shadowMeanFound()).isLessThan(report().meanFound());
        open.forEach(Lease::close);
    }

    @Test
    void aStrategyThatLearnsLearnsFromWhatIsKnownOfTheNodes() {
        start(Strategy.roundRobin(), Strategy.peakEwma(Duration.ofSeconds(10)));
        for (int i = 0; i < 2_000; i++) {
            try (Lease lease = balancer.acquire(PickContext.none())) {
                time.advance(Duration.ofMillis(lease.endpoint().id().equals("a") ? 400 : 1));
                lease.report(Outcome.SUCCESS);
            }
        }
        assertThat(report().endpoints().get(0).calls()).isEqualTo(500);
        assertThat(report().endpoints().get(0).shadowCalls()).isLessThan(150);
    }

    @Test
    void strategiesThatReserveAndThoseThatReadReportsWork() {
        start(Strategy.roundRobin(), Strategy.boundedLoad(Strategy.maglev(), 1.25));
        for (int i = 0; i < 100; i++) {
            call(Outcome.SUCCESS);
        }
        assertThat(report().calls()).isEqualTo(100);
        assertThat(report().endpoints()).allMatch(each -> each.shadowMostInFlight() <= 1);
        balancer.close();
        start(Strategy.roundRobin(), Strategy.reportedWeights());
        for (int i = 0; i < 4_000; i++) {
            try (Lease lease = balancer.acquire(PickContext.none())) {
                time.advance(Duration.ofMillis(10));
                double busy = lease.endpoint().id().equals("a") ? 0.9 : 0.1;
                lease.report(new LoadReport(busy, 100, 0));
                lease.report(Outcome.SUCCESS);
            }
        }
        assertThat(report().endpoints().get(0).shadowCalls())
                .isLessThan(report().endpoints().get(1).shadowCalls() / 2);
    }

    @Test
    void aSecondAttemptAvoidsTheSameNode() {
        start(Strategy.roundRobin(), Strategy.first());
        Node a = balancer.nodes().get(0);
        for (int i = 0; i < 20; i++) {
            balancer.acquire(PickContext.none().avoiding(a)).close();
        }
        // First would repeat itself: what it chose is told, and nothing is counted as chosen by both.
        assertThat(report().endpoints().get(0).calls()).isZero();
    }

    @Test
    void oneThatThrowsCostsNoCall() {
        start(Strategy.roundRobin(), setup -> context -> {
            throw new IllegalStateException("broken");
        });
        call(Outcome.SUCCESS);
        assertThat(report().calls()).isZero();
        balancer.close();
        start(Strategy.roundRobin(), setup -> {
            throw new IllegalStateException("broken");
        });
        call(Outcome.SUCCESS);
        assertThat(report().calls()).isZero();
        balancer.close();
        Node foreign = new Node(Endpoint.of("http://foreign:1"));
        start(Strategy.roundRobin(), setup -> context -> foreign);
        call(Outcome.SUCCESS);
        assertThat(report().calls()).isZero();
    }

    @Test
    void countsOutliveAChangeOfTheListForThoseThatStay() {
        start(Strategy.roundRobin(), Strategy.roundRobin());
        for (int i = 0; i < 40; i++) {
            call(Outcome.SUCCESS);
        }
        source.set(Endpoints.list("a", "e"));
        call(Outcome.SUCCESS);
        assertThat(report().endpoints())
                .extracting(ShadowReport.PerEndpoint::endpoint)
                .isEqualTo(List.of("a", "e"));
        assertThat(report().endpoints().get(0).shadowCalls()).isGreaterThanOrEqualTo(10);
        assertThat(report().calls()).isEqualTo(41);
    }

    @Test
    void manyThreadsLeaveNothingInFlight() throws Exception {
        start(Strategy.leastRequest(), Strategy.leastRequestFullScan());
        ExecutorService threads = Executors.newFixedThreadPool(4);
        CountDownLatch done = new CountDownLatch(4);
        for (int thread = 0; thread < 4; thread++) {
            threads.execute(() -> {
                for (int i = 0; i < 5_000; i++) {
                    try (Lease lease = balancer.acquire(PickContext.none())) {
                        lease.report(Outcome.SUCCESS);
                    }
                    if (i % 500 == 0) {
                        source.set(i % 1_000 == 0 ? Endpoints.list("a", "b") : Endpoints.list("a", "b", "c", "d"));
                    }
                }
                done.countDown();
            });
        }
        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        threads.shutdown();
        source.set(Endpoints.list("a"));
        balancer.acquire(PickContext.none()).close();
        // The only call in flight is the one that is counted: whatever was before has ended in the shadow, too.
        Lease last = balancer.acquire(PickContext.none());
        assertThat(balancer.inFlight()).isEqualTo(1);
        double before = report().shadowMeanFound() * report().calls();
        last.close();
        balancer.acquire(PickContext.none()).close();
        assertThat(report().shadowMeanFound() * report().calls()).isCloseTo(before, within(1e-3));
    }
}
