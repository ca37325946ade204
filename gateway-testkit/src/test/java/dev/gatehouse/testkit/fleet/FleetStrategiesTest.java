package dev.gatehouse.testkit.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gatehouse.balancer.OutlierDetection;
import dev.gatehouse.balancer.Strategy;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Facts about strategies that are published or can be derived, found again in the simulator. */
class FleetStrategiesTest {

    private static final ServiceTime SERVICE = ServiceTime.exponential(Duration.ofMillis(40));
    private static final double SUPERMARKET_LOAD = 0.9;

    private static FleetResult supermarket(Strategy strategy) {
        return Fleet.of(Scenario.builder("supermarket")
                        .servers("s", 500, ServiceTime.exponential(Duration.ofSeconds(1)), s -> {})
                        .arrivals(500 * SUPERMARKET_LOAD)
                        .timeout(Duration.ofHours(1))
                        .duration(Duration.ofSeconds(1_200))
                        .warmUp(Duration.ofSeconds(200))
                        .build())
                .run(strategy);
    }

    private static int most(FleetResult result) {
        return result.servers().stream()
                .flatMapToInt(server -> Arrays.stream(server.inFlight()))
                .max()
                .orElse(0);
    }

    /**
     * The supermarket model (Mitzenmacher, "The power of two choices in randomized load balancing", 2001): with n queues and
     * load λ each, the share of queues with k calls or more tends to λ^(2^k - 1), and the mean time to the sum of
     * λ^(2^i - 2), with an error of order 1 / n. With 450 000 calls chance adds less than a hundredth (the p of independent
     * groups as in {@link QueueTheoryTest}). Both together: 3 %. One choice has 1 / (1 - λ) = 10.
     */
    @Test
    void twoChoicesHaveTheMeanTimeAndTheLongestQueueOfTheSupermarketModel() {
        FleetResult two = supermarket(Strategy.leastRequest(2));
        FleetResult one = supermarket(Strategy.random());

        double expected = 0;
        for (int i = 1; i < 10; i++) {
            expected += Math.pow(SUPERMARKET_LOAD, Math.pow(2, i) - 2);
        }
        assertThat(two.mean().toNanos() / 1e9).isCloseTo(expected, within(0.03 * expected));
        assertThat(one.mean().toNanos() / 1e9).isGreaterThan(3 * expected);
        // 500 × 0.9^(2^8 - 1) is 1e-9 queues with 8 calls, times 240 looks; 500 × 0.9^20 is 60 queues with 20.
        assertThat(most(two)).isBetween(5, 8);
        assertThat(most(one)).isGreaterThan(20);
    }

    /** With equal servers and one client, turns are nearly as good as a look at two; both are better than chance. */
    @Test
    void turnsAndTwoChoicesAreBetterThanChanceWhereAllServersAreAlike() {
        Scenario scenario = Scenario.builder("alike")
                .servers("s", 10, SERVICE, s -> s.concurrency(8))
                .arrivals(1_800)
                .duration(Duration.ofMinutes(2))
                .build();
        FleetResult random = Fleet.of(scenario).run(Strategy.random());
        FleetResult turns = Fleet.of(scenario).run(Strategy.roundRobin());
        FleetResult two = Fleet.of(scenario).run(Strategy.leastRequest());

        assertThat(turns.percentile(99)).isLessThan(random.percentile(99));
        assertThat(two.percentile(99)).isLessThan(turns.percentile(99));
        assertThat(turns.imbalance()).isCloseTo(1, within(0.001));
    }

    /**
     * A server with an eighth of the speed can answer 25 calls a second. In turn it gets 110, so nearly all its calls time
     * out: a tenth of all. Whoever counts calls under way gives it less once it has more of them, but with two
     * choices it must be chosen often enough to keep them; whoever measures latency avoids it.
     */
    @Test
    void aSlowServerCostsTurnsMoreThanTwoChoicesAndThoseMoreThanPeakEwma() {
        Scenario scenario = Scenario.builder("slow")
                .servers("good", 9, SERVICE, s -> s.concurrency(8))
                .servers("slow", 1, SERVICE, s -> s.concurrency(8).fault(Fault.slow(8)))
                .arrivals(1_100)
                .clients(4)
                .timeout(Duration.ofMillis(300))
                .duration(Duration.ofMinutes(2))
                .build();
        FleetResult turns = Fleet.of(scenario).run(Strategy.roundRobin());
        FleetResult two = Fleet.of(scenario).run(Strategy.leastRequest());
        FleetResult ewma = Fleet.of(scenario).run(Strategy.peakEwma());

        // Of the 100 000 calls a share of 0.1 has a standard deviation of 0.001; between the three are hundredths.
        assertThat(1 - turns.successRate()).isCloseTo(0.1, within(0.01));
        assertThat(two.successRate()).isGreaterThan(turns.successRate() + 0.02);
        assertThat(ewma.successRate()).isGreaterThan(two.successRate() + 0.02);
    }

    /** The server that fails at once never has a call under way; so it gets every call that looks at it. */
    @Test
    void aServerThatFailsFastDrawsCallsToItselfUntilItIsEjected() {
        ScenarioBuilder scenario = Scenario.builder("sinkhole")
                .servers("good", 9, SERVICE, s -> s.concurrency(8))
                .servers("broken", 1, SERVICE, s -> s.concurrency(8).fault(Fault.failFast()))
                .arrivals(1_100)
                .duration(Duration.ofMinutes(2));
        FleetResult turns = Fleet.of(scenario.build()).run(Strategy.roundRobin());
        FleetResult two = Fleet.of(scenario.build()).run(Strategy.leastRequest());
        FleetResult mended = Fleet.of(
                        scenario.outlierDetection(OutlierDetection.defaults()).build())
                .run(Strategy.leastRequest());

        assertThat(1 - turns.successRate()).isCloseTo(0.1, within(0.005));
        // Among two of ten it is in a fifth of the pairs, and wins all of those but where the other one is idle too.
        assertThat(1 - two.successRate()).isBetween(0.18, 0.205);
        // Five failures, then a probe each time an ejection of 30 s or more has ended.
        assertThat(mended.requests() * (1 - mended.successRate())).isLessThan(15);
    }

    /** Weights that nobody has set: servers report what they do, and get what they can take. */
    @Test
    void reportedWeightsFindOutWhichServersAreFaster() {
        Scenario scenario = Scenario.builder("two generations")
                .servers("old", 6, SERVICE, s -> s.concurrency(8))
                .servers("new", 4, SERVICE, s -> s.concurrency(8).speed(2))
                .arrivals(1_400)
                .clients(2)
                .duration(Duration.ofMinutes(2))
                .warmUp(Duration.ofSeconds(30))
                .build();
        FleetResult turns = Fleet.of(scenario).run(Strategy.roundRobin());
        FleetResult reported = Fleet.of(scenario).run(Strategy.reportedWeights());

        // Turns give each server a tenth; an old one has 8 / (6 × 8 + 4 × 16) of the capacity, 1.4 times less.
        assertThat(turns.imbalance()).isCloseTo(1.4, within(0.001));
        assertThat(reported.imbalance()).isLessThan(1.1);
    }

    /** A hash sends a hot key to one server; bounded loads pass on what is too much for it. */
    @Test
    void boundedLoadsKeepAHotKeyFromFloodingItsServer() {
        // By Zipf's law over 1000 keys the first has 1 / 7.49 of the calls: 173 a second, of 200 that a server can
        // answer.
        Scenario scenario = Scenario.builder("hot")
                .servers("s", 10, SERVICE, s -> s.concurrency(8))
                .keys(1_000, 1)
                .arrivals(1_300)
                .duration(Duration.ofMinutes(2))
                .build();
        FleetResult hash = Fleet.of(scenario).run(Strategy.maglev());
        FleetResult bounded = Fleet.of(scenario).run(Strategy.boundedLoad(Strategy.maglev(), 1.25));

        assertThat(hash.imbalance()).isGreaterThan(1.5);
        assertThat(bounded.imbalance()).isLessThan(1.3);
        assertThat(bounded.percentile(99)).isLessThan(hash.percentile(99));
    }
}
