package dev.gatehouse.testkit.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.gatehouse.balancer.BalancerEvent;
import dev.gatehouse.balancer.HealthCheckSettings;
import dev.gatehouse.balancer.OutlierDetection;
import dev.gatehouse.balancer.Strategy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What happens to a fleet: the same again for the same seed, and faults as they are said to be. */
class FleetTest {

    private static final ServiceTime SERVICE = ServiceTime.exponential(Duration.ofMillis(40));

    private static ScenarioBuilder tenServers() {
        return Scenario.builder("test")
                .servers("s", 10, SERVICE, s -> s.concurrency(8))
                .arrivals(1_000)
                .clients(3)
                .networkDelay(Duration.ofMillis(1))
                .duration(Duration.ofSeconds(60));
    }

    private static FleetResult run(ScenarioBuilder scenario) {
        return Fleet.of(scenario.build()).run(Strategy.leastRequest());
    }

    private static long count(FleetResult result, BalancerEvent.Type type) {
        return result.events().stream()
                .filter(event -> event.event().type() == type)
                .count();
    }

    @Test
    void theSameSeedGivesTheSameResult() {
        Scenario scenario = tenServers()
                .servers(
                        "odd",
                        2,
                        SERVICE,
                        s -> s.fault(Fault.antagonist(0.5, Duration.ofSeconds(1), Duration.ofSeconds(3)))
                                .fault(Fault.failing(0.3)))
                .retries(2, 0.2, 1)
                .outlierDetection(OutlierDetection.defaults())
                .build();

        FleetResult first = Fleet.of(scenario).run(Strategy.peakEwma());
        FleetResult second = Fleet.of(scenario).run(Strategy.peakEwma());
        FleetResult other = Fleet.of(scenario.withSeed(2)).run(Strategy.peakEwma());

        assertThat(second).hasToString(first.toString());
        assertThat(second.mean()).isEqualTo(first.mean());
        assertThat(second.events()).isEqualTo(first.events());
        for (int i = 0; i < first.servers().size(); i++) {
            assertThat(second.servers().get(i).inFlight())
                    .isEqualTo(first.servers().get(i).inFlight());
        }
        assertThat(other.mean()).isNotEqualTo(first.mean());
    }

    @Test
    void strategiesAreGivenTheSameRequests() {
        Scenario scenario = tenServers().build();
        FleetResult one = Fleet.of(scenario).run(Strategy.leastRequest());
        FleetResult two = Fleet.of(scenario).run(Strategy.random());
        assertThat(two.requests()).isEqualTo(one.requests());
        // The longest call of all hardly waits, whoever serves it.
        assertThat(two.percentile(100).toMillis()).isCloseTo(one.percentile(100).toMillis(), within(100L));
    }

    /** A Poisson process has as many calls as its rate says, with the square root of it as standard deviation; 4.5 of them. */
    @Test
    void callsComeAtTheRateOfEachStep() {
        FleetResult result = run(tenServers()
                .warmUp(Duration.ZERO)
                .arrivalsFrom(Duration.ofSeconds(20), 100)
                .arrivalsFrom(Duration.ofSeconds(40), 500));
        double expected = 20 * (1_000 + 100 + 500);
        assertThat((double) result.requests()).isCloseTo(expected, within(4.5 * Math.sqrt(expected)));
    }

    /** Without load a call takes its service and the network both ways, to the nanosecond. */
    @Test
    void aCallAloneTakesItsServiceAndTheNetworkBothWays() {
        FleetResult result = run(Scenario.builder("alone")
                .servers(
                        "s",
                        1,
                        ServiceTime.constant(Duration.ofMillis(40)),
                        s -> s.concurrency(1_000).speed(2))
                .arrivals(10)
                .networkDelay(Duration.ofMillis(3)));
        assertThat(result.percentile(1)).isEqualTo(Duration.ofMillis(26));
        assertThat(result.percentile(100)).isEqualTo(Duration.ofMillis(26));
    }

    /**
     * A server that always has work answers as fast as it can. Its neighbour is there for a share of the time whose variance
     * over a time T is 2 p (1 - p) / (T / on + T / off), for times without memory: here a standard deviation of
     * √(0.5 / 6 000) = 0.0091. Of it the speed loses a half, so 0.0046 of 0.75.
     */
    @Test
    void aNeighbourTakesItsShareOfAServerInTheLongRun() {
        FleetResult result = Fleet.of(Scenario.builder("neighbour")
                        .servers(
                                "s",
                                1,
                                ServiceTime.constant(Duration.ofMillis(10)),
                                s -> s.concurrency(1)
                                        .queue(100)
                                        .fault(Fault.antagonist(0.5, Duration.ofSeconds(1), Duration.ofSeconds(1))))
                        .arrivals(200)
                        .timeout(Duration.ofSeconds(5))
                        .duration(Duration.ofSeconds(3_000))
                        .warmUp(Duration.ZERO)
                        .build())
                .run(Strategy.roundRobin());
        double perSecond = result.requests() * result.successRate() / 3_000;
        assertThat(perSecond).isCloseTo(75, within(4.5 * 0.46 + 0.1));
    }

    @Test
    void slowIsSlowForAsLongAsItIsSaid() {
        FleetResult result = run(Scenario.builder("slow for a third")
                .servers(
                        "s",
                        1,
                        ServiceTime.constant(Duration.ofMillis(10)),
                        s -> s.concurrency(1_000)
                                .fault(Fault.slow(3).during(Duration.ofSeconds(20), Duration.ofSeconds(40))))
                .arrivals(100)
                .warmUp(Duration.ZERO));
        // Two thirds are fast, with a standard deviation of √(2/9 / 6000) = 0.6 %.
        assertThat(result.percentile(63)).isEqualTo(Duration.ofMillis(10));
        // A third of a nanosecond is rounded up.
        assertThat(result.percentile(70)).isCloseTo(Duration.ofMillis(30), Duration.ofNanos(1));
        assertThat(result.percentile(100)).isCloseTo(Duration.ofMillis(30), Duration.ofNanos(1));
    }

    @Test
    void whatFailsCountsAsATimeout() {
        FleetResult result = run(Scenario.builder("failing")
                .servers(
                        "s",
                        1,
                        ServiceTime.constant(Duration.ofMillis(10)),
                        s -> s.concurrency(100).fault(Fault.failing(0.2)))
                .arrivals(100)
                .timeout(Duration.ofMillis(700)));
        // Of 5400 calls 20 % fail, with a standard deviation of 0.54 %.
        assertThat(result.successRate()).isCloseTo(0.8, within(4.5 * 0.0055));
        assertThat(result.percentile(99)).isEqualTo(Duration.ofMillis(700));
    }

    @Test
    void anAnnouncedRestartCostsNoCallAndAnUnannouncedOneDoes() {
        Duration drain = Duration.ofSeconds(2);
        Duration down = Duration.ofSeconds(1);
        FleetResult announced = run(restarting(Fault.rollingRestart(drain, down)));
        FleetResult surprise = run(restarting(Fault.rollingRestart(Duration.ZERO, down)));

        assertThat(announced.successRate()).isEqualTo(1);
        assertThat(count(announced, BalancerEvent.Type.DRAINED)).isEqualTo(3 * 10);
        assertThat(surprise.successRate()).isLessThan(0.99);
        assertThat(count(surprise, BalancerEvent.Type.DRAINING)).isZero();
    }

    private static ScenarioBuilder restarting(Fault restart) {
        return Scenario.builder("restart")
                .servers(
                        "s",
                        10,
                        SERVICE,
                        s -> s.concurrency(16).fault(restart.during(Duration.ofSeconds(5), Duration.ofSeconds(60))))
                .arrivals(1_000)
                .clients(3)
                .timeout(Duration.ofSeconds(2))
                .warmUp(Duration.ZERO);
    }

    /** Down for 20 s of 40: found after 3 failed checks, one each second while it changes, and up again after 2. */
    @Test
    void healthChecksFindAServerThatFlaps() {
        ScenarioBuilder flapping = tenServers()
                .duration(Duration.ofSeconds(200))
                .servers("flapping", 1, SERVICE, s -> s.concurrency(8).fault(Fault.flapping(Duration.ofSeconds(40))));
        FleetResult blind = run(flapping);
        FleetResult checked = run(flapping.healthChecks(HealthCheckSettings.defaults()));

        // Down 4 times in each of 3 clients, the fourth one from 140 s on; the fifth begins at 180 s.
        assertThat(count(checked, BalancerEvent.Type.DOWN)).isBetween(12L, 15L);
        // Each takes the checks at most 5 s + 2 × 1 s, with jitter less than 8.4 s, of 20: else all calls of these
        // would fail.
        assertThat(1 - checked.successRate()).isLessThan((1 - blind.successRate()) * 0.5);
    }

    @Test
    void aRetryGoesToAnotherServer() {
        FleetResult result = run(Scenario.builder("one of two")
                .servers("good", 1, SERVICE, s -> s.concurrency(100))
                .servers("bad", 1, SERVICE, s -> s.concurrency(100).fault(Fault.failing(1)))
                .arrivals(100)
                .timeout(Duration.ofSeconds(5))
                .retries(2, 1, 10));
        assertThat(result.successRate()).isEqualTo(1);
        assertThat(result.attemptsPerRequest()).isBetween(1.3, 1.7);
    }

    /** At twice the load nearly all calls time out. Each client may retry a fifth of its requests, and 1 a second. */
    @Test
    void theBudgetBoundsAStormOfRetries() {
        ScenarioBuilder storm = Scenario.builder("storm")
                .servers("s", 10, SERVICE, s -> s.concurrency(8))
                .arrivals(4_000)
                .clients(4)
                .timeout(Duration.ofMillis(200));
        FleetResult result = run(storm.retries(4, 0.2, 1));

        assertThat(result.successRate()).isLessThan(0.6);
        // The window of ten seconds has 10 000 ± 100 requests of each client. What is measured begins in the middle of
        // it.
        assertThat(result.attemptsPerRequest()).isBetween(1.15, 1 + (0.2 + 4.0 / 4_000) * 1.05);
        // Three retries for each, if nothing bounds them but the number of attempts.
        assertThat(run(storm.retries(4, 1, 100_000)).attemptsPerRequest()).isGreaterThan(2);
    }

    @Test
    void zonesAreKeptWhereTheBalancersAreToldTo() {
        Scenario scenario = Scenario.builder("zones")
                .servers("a", 5, SERVICE, s -> s.concurrency(8).zone("a"))
                .servers("b", 5, SERVICE, s -> s.concurrency(8).zone("b"))
                .clients(4, "a", "b")
                .arrivals(800)
                .zoneDelay(Duration.ofMillis(20))
                .build();
        FleetResult anywhere = Fleet.of(scenario).run(Strategy.random());
        FleetResult local = Fleet.of(scenario)
                .balancers((client, builder) -> builder.strategy(Strategy.zoneAware(client.zone(), Strategy.random())))
                .run(Strategy.random());
        // Half of the 43 000 calls cross, 40 ms more for those: a standard deviation of 20 / √43 000 = 0.1 ms, and as
        // much for
        // what they wait in other places.
        assertThat(anywhere.mean().minus(local.mean()).toNanos() / 1e6).isCloseTo(20, within(1.0));
        assertThat(local.strategy()).contains("zoneAware");
    }

    @Test
    void serversAreNamedByTheirGroup() {
        FleetResult result = run(tenServers());
        assertThat(result.servers()).extracting(FleetResult.Server::id).startsWith("s-1", "s-2");
        assertThat(result.server("s-3").inFlight()).hasSize(240);
        // Little's law: 1000 calls a second of 40 ms on ten servers, which hardly wait.
        assertThat(result.server("s-3").meanInFlight()).isCloseTo(4, within(1.0));
        assertThat(List.of(result.imbalance())).allMatch(value -> value >= 1 && value < 1.1);
    }

    /**
     * One call in a hundred takes fifty times as long. Both attempts of a call are such with 1 in 10 000; any other hedged call
     * is answered 10 ms and the way there and back after the quantile, which is a step of an eighth above 12 ms at most.
     */
    @Test
    void hedgesAnswerWhatIsSlowForNoReasonAndCostWhatIsSlow() {
        ScenarioBuilder stragglers = Scenario.builder("stragglers")
                .servers(
                        "s",
                        10,
                        ServiceTime.bimodal(Duration.ofMillis(10), Duration.ofMillis(500), 0.01),
                        s -> s.concurrency(40))
                .arrivals(1_000)
                .networkDelay(Duration.ofMillis(1))
                .duration(Duration.ofSeconds(60))
                .retries(2, 0.1, 0);
        FleetResult plain = run(stragglers);
        FleetResult hedged = run(stragglers.hedge(0.95));

        assertThat(plain.percentile(99.5)).isGreaterThan(Duration.ofMillis(500));
        assertThat(hedged.percentile(99.5)).isLessThan(Duration.ofMillis(27));
        // 54 000 requests are measured; 1 % is slow, with a standard deviation of 0.043 %.
        assertThat(hedged.attemptsPerRequest()).isBetween(1.0075, 1.0125);
        assertThat(plain.attemptsPerRequest()).isEqualTo(1);
    }

    @Test
    void hedgesNeedTheBudgetOfRetries() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tenServers().hedge(0.9).build())
                .withMessageContaining("hedge: 0.9 (expected: with retries, whose budget hedges come out of)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tenServers().hedge(95))
                .withMessageContaining("hedge: 95.0 (expected: 0.5 to 0.999)");
    }
}
