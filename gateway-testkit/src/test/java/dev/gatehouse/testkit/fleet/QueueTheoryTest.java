package dev.gatehouse.testkit.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gatehouse.balancer.Strategy;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongToDoubleFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The model of a server against the formulas for queues with exponential times: service times have mean 1 s throughout. */
class QueueTheoryTest {

    /** Of the standard normal distribution: once in 150 000 runs it is further out; with fixed seeds never again. */
    private static final double DEVIATIONS = 4.5;

    private static FleetResult run(int servers, int workers, int queue, double perSecond, long seed) {
        return Fleet.of(Scenario.builder("M/M/c")
                        .seed(seed)
                        .servers(
                                "s",
                                servers,
                                ServiceTime.exponential(Duration.ofSeconds(1)),
                                s -> s.concurrency(workers).queue(queue))
                        .arrivals(perSecond)
                        .duration(Duration.ofSeconds(100_000))
                        .timeout(Duration.ofHours(1))
                        .build())
                .run(Strategy.random());
    }

    /**
     * M/M/1: the mean time in the system is 1 / (1 - ρ). Of the mean over n successive waits the variance is
     * ρ (2 + 5ρ - 4ρ² + ρ³) / (1 - ρ)⁴ / n for large n (Daley 1968; Whitt 1989); the service times add less than as much
     * again, with the covariance of a wait and the services before: twice the sum of both bounds it.
     */
    @Test
    void oneWorkerHasTheMeanTimeOfTheTextbook() {
        double load = 0.6;
        FleetResult result = run(1, 1, 100_000, load, 11);

        double ofWaits = load * (2 + 5 * load - 4 * load * load + Math.pow(load, 3)) / Math.pow(1 - load, 4);
        double error = Math.sqrt(2 * (ofWaits + 1) / result.requests());
        assertThat(result.mean().toNanos() / 1e9).isCloseTo(1 / (1 - load), within(DEVIATIONS * error));
        assertThat(result.successRate()).isEqualTo(1);
    }

    /**
     * M/M/1: the time in the system is exponential with rate 1 - ρ, so its 99th percentile is ln 100 / (1 - ρ), and its median
     * ln 2 / (1 - ρ). Between two busy periods all is forgotten. At this load one has 1 / (1 - ρ) = 2 calls in the mean, with a
     * variance of ρ (1 + ρ) / (1 - ρ)³ = 6, so a call is in one of (6 + 2²) / 2 = 5 in the mean. Even if those agreed
     * entirely, the 45 000 calls would be worth 9 000 independent ones. The 99th percentile of as many has, by the density
     * 0.01 (1 - ρ) there, a standard error of √(0.01 × 0.99 / 9 000) / 0.005 = 0.21 s.
     */
    @Test
    void oneWorkerHasTheTailOfTheTextbook() {
        FleetResult result = run(1, 1, 100_000, 0.5, 12);

        assertThat(result.percentile(99).toNanos() / 1e9).isCloseTo(Math.log(100) / 0.5, within(DEVIATIONS * 0.21));
        // By the density 0.5 × 0.5: √(0.5 × 0.5 / 9 000) / 0.25 = 0.021 s.
        assertThat(result.percentile(50).toNanos() / 1e9).isCloseTo(Math.log(2) / 0.5, within(DEVIATIONS * 0.021));
    }

    /** M/M/c: the mean wait is C(c, a) / (c - a), with Erlang's formula for the probability C to wait. */
    @Test
    void severalWorkersHaveTheWaitOfErlang() {
        int workers = 4;
        double offered = 3;
        double blocked = erlangB(workers, offered);
        double waiting = blocked / (1 - offered / workers * (1 - blocked));

        expectMean(
                waiting / (workers - offered),
                0.01,
                seed -> run(1, workers, 100_000, offered, seed).mean().toNanos() / 1e9 - 1);
    }

    /** M/M/c/c: without a queue a call is refused with Erlang's probability B(c, a). */
    @Test
    void aServerWithoutAQueueRefusesAsErlangSays() {
        expectMean(erlangB(5, 4), 0.001, seed -> 1 - run(1, 5, 0, 4, seed).successRate());
    }

    /**
     * The error is that of ten independent runs among themselves: Student's t with 9 degrees of freedom is further out than 6.0
     * once in 5 000 times.
     *
     * @param mostError so that the test is one: the error that it may have at most
     */
    private static void expectMean(double expected, double mostError, LongToDoubleFunction run) {
        double[] values = LongStream.range(100, 110).mapToDouble(run).toArray();
        double mean = Arrays.stream(values).average().orElseThrow();
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        double error = Math.sqrt(squares / (values.length - 1) / values.length);
        assertThat(error).isLessThan(mostError);
        assertThat(mean).isCloseTo(expected, within(6.0 * error));
    }

    /** By chance over m servers a Poisson process becomes m of them: each is an M/M/1 queue by itself. */
    @Test
    void chanceOverManyServersMakesManyQueues() {
        double load = 0.5;
        FleetResult result = run(5, 1, 100_000, 5 * load, 14);

        double ofWaits = load * (2 + 5 * load - 4 * load * load + Math.pow(load, 3)) / Math.pow(1 - load, 4);
        double error = Math.sqrt(2 * (ofWaits + 1) / result.requests());
        assertThat(result.mean().toNanos() / 1e9).isCloseTo(1 / (1 - load), within(DEVIATIONS * error));
    }

    private static double erlangB(int workers, double offered) {
        double blocked = 1;
        for (int i = 1; i <= workers; i++) {
            blocked = offered * blocked / (i + offered * blocked);
        }
        return blocked;
    }
}
