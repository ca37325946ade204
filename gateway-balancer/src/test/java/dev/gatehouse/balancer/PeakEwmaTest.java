package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeakEwmaTest {

    private final VirtualClock time = new VirtualClock();

    private Setup setup(Endpoint... endpoints) {
        return Setup.of(List.of(endpoints), time, RandomSource.seeded(1));
    }

    private static void tell(Setup setup, Picker picker, int node, Outcome outcome, int millis) {
        picker.completed(setup.nodes().get(node), PickContext.none(), outcome, millis * 1_000_000L);
    }

    /** With two nodes both are compared, so that the cheaper one is always taken. */
    private static String cheaper(Picker picker) {
        Map<String, Integer> counts = Picks.counts(picker, 50);
        return counts.size() == 1 ? counts.keySet().iterator().next() : counts.toString();
    }

    @Test
    void aSlowNodeIsForgivenAsItsPeakDecays() {
        Setup setup = setup(Endpoints.array("slow", "fast"));
        Picker picker = Strategy.peakEwma().newPicker(setup);
        tell(setup, picker, 0, Outcome.SUCCESS, 80);
        tell(setup, picker, 1, Outcome.SUCCESS, 20);
        assertThat(cheaper(picker)).isEqualTo("fast");
        // 80 ms fade to 20 in ln(4) = 1.386 decay times, 13.86 s, while the other one goes on.
        time.advance(Duration.ofMillis(13_800));
        tell(setup, picker, 1, Outcome.SUCCESS, 20);
        assertThat(cheaper(picker)).isEqualTo("fast");
        time.advance(Duration.ofMillis(120));
        tell(setup, picker, 1, Outcome.SUCCESS, 20);
        assertThat(cheaper(picker)).isEqualTo("slow");
    }

    @Test
    void oneSlowCallCountsAtOnceAndFastOnesWinBackSlowly() {
        Setup setup = setup(Endpoints.array("a", "b"));
        Picker picker = Strategy.peakEwma(Duration.ofSeconds(1)).newPicker(setup);
        tell(setup, picker, 0, Outcome.SUCCESS, 10);
        tell(setup, picker, 1, Outcome.SUCCESS, 20);
        assertThat(cheaper(picker)).isEqualTo("a");
        tell(setup, picker, 0, Outcome.SUCCESS, 100);
        for (int i = 0; i < 50; i++) {
            tell(setup, picker, 0, Outcome.SUCCESS, 10);
        }
        // However many: they count by the time that went.
        assertThat(cheaper(picker)).isEqualTo("b");
        // 10 + 90 exp(-t) is below 20 from t = ln 9 = 2.197 on.
        for (int tenths = 1; tenths <= 22; tenths++) {
            assertThat(cheaper(picker))
                    .as("after %d tenths of the decay time", tenths - 1)
                    .isEqualTo("b");
            time.advance(Duration.ofMillis(100));
            tell(setup, picker, 0, Outcome.SUCCESS, 10);
            tell(setup, picker, 1, Outcome.SUCCESS, 20);
        }
        assertThat(cheaper(picker)).isEqualTo("a");
    }

    @Test
    void latencyIsMultipliedByTheCallsThatWouldBeInFlightAndDividedByWeight() {
        Setup setup = setup(Endpoints.weighted("a", 1), Endpoints.weighted("b", 2));
        Picker picker = Strategy.peakEwma().newPicker(setup);
        tell(setup, picker, 0, Outcome.SUCCESS, 10);
        tell(setup, picker, 1, Outcome.SUCCESS, 30);
        // 10 * 1 / 1 against 30 * 1 / 2.
        assertThat(cheaper(picker)).isEqualTo("a");
        setup.nodes().get(0).begin();
        // 10 * 2 / 1 against 15.
        assertThat(cheaper(picker)).isEqualTo("b");
        setup.nodes().get(1).begin();
        // 20 against 30 * 2 / 2.
        assertThat(cheaper(picker)).isEqualTo("a");
    }

    @Test
    void aNodeOfUnknownLatencyGetsOneCallAtATimeUntilItIsKnown() {
        Setup setup = setup(Endpoints.array("known", "new"));
        Picker picker = Strategy.peakEwma().newPicker(setup);
        Node known = setup.nodes().get(0);
        tell(setup, picker, 0, Outcome.SUCCESS, 10_000);
        assertThat(cheaper(picker)).isEqualTo("new");
        setup.nodes().get(1).begin();
        for (int i = 0; i < 1_000; i++) {
            assertThat(Picks.id(picker, PickContext.none())).isEqualTo("known");
            known.begin();
        }
        // A call that says nothing leaves it unknown; then the next one is let through.
        tell(setup, picker, 1, Outcome.IGNORED, 1);
        assertThat(cheaper(picker)).isEqualTo("known");
        setup.nodes().get(1).end();
        assertThat(cheaper(picker)).isEqualTo("new");
        tell(setup, picker, 1, Outcome.SUCCESS, 10);
        setup.nodes().get(1).begin();
        assertThat(cheaper(picker)).isEqualTo("new");
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER_ERROR", "CONNECT_FAILED", "TIMEOUT", "ABORTED"})
    void aNodeThatFailsFastIsNoSink(Outcome failure) {
        Setup setup = setup(Endpoints.array("works", "fails"));
        Picker picker = Strategy.peakEwma().newPicker(setup);
        tell(setup, picker, 0, Outcome.SUCCESS, 50);
        tell(setup, picker, 1, failure, 1);
        IntStream.range(0, 9).forEach(i -> setup.nodes().get(0).begin());
        // 9 in flight: 50 * 10 against 10 * 50; one fewer is cheaper, one more is not.
        setup.nodes().get(0).end();
        assertThat(cheaper(picker)).isEqualTo("works");
        IntStream.range(0, 2).forEach(i -> setup.nodes().get(0).begin());
        assertThat(cheaper(picker)).isEqualTo("fails");
    }

    @Test
    void aFailureThatTakesLongCountsAsLongAsItTook() {
        Setup setup = setup(Endpoints.array("failsAtOnce", "timesOut"));
        Picker picker = Strategy.peakEwma().newPicker(setup);
        tell(setup, picker, 0, Outcome.SUCCESS, 1);
        tell(setup, picker, 0, Outcome.ABORTED, 1);
        tell(setup, picker, 1, Outcome.TIMEOUT, 30);
        assertThat(cheaper(picker)).isEqualTo("failsAtOnce");
    }

    @Test
    void whatIsLearntIsInheritedByNode() {
        Setup setup = setup(Endpoints.array("a", "b", "c"));
        Strategy strategy = Strategy.peakEwma();
        Picker before = strategy.newPicker(setup);
        tell(setup, before, 0, Outcome.SUCCESS, 30);
        tell(setup, before, 1, Outcome.SUCCESS, 20);
        Picker after =
                strategy.newPicker(setup.withNodes(setup.nodes().subList(0, 2)).withPrevious(before));
        assertThat(cheaper(after)).isEqualTo("b");
        // A call that was under way reports to the picker that chose it.
        tell(setup, before, 1, Outcome.SUCCESS, 40);
        assertThat(cheaper(after)).isEqualTo("a");
        // c has left the new picker and may still report there.
        tell(setup, after, 2, Outcome.SUCCESS, 1);
        Picker other = Strategy.peakEwma(Duration.ofSeconds(1))
                .newPicker(setup.withNodes(setup.nodes().subList(0, 2)).withPrevious(before));
        assertThat(Picks.counts(other, 50)).containsOnlyKeys("a", "b");
    }

    /**
     * Ten servers; one answers long after the time-out of 100 ms, the others within 5 to 15 ms. A call comes each millisecond
     * for 20 s. Round robin loses a tenth. Least request evens out the calls in flight, of which there are about ten: one to
     * three at the slow server at most times, each for 100 ms, are 10 to 30 of 1 000 calls in a second, 1 to 3 %. Peak EWMA takes a node that costs 100 ms rather than another one that has two calls more (15 ms * 4 = 60 ms) once that
     * has faded by ln(100 / 60) = 0.5 decay times, 5 s, and each such call makes the whole wait begin again: 4 calls, and
     * one more while nothing is known; 0.1 % are four times as many.
     */
    @Test
    void aSlowServerFailsFewerCallsTheMoreAStrategyLooksAt() {
        double roundRobin = failedShare(Strategy.roundRobin());
        double leastRequest = failedShare(Strategy.leastRequest());
        double peakEwma = failedShare(Strategy.peakEwma());
        assertThat(roundRobin).isBetween(0.1, 0.101);
        assertThat(leastRequest).isBetween(0.01, 0.03);
        assertThat(peakEwma).isBetween(1.0 / 20_000, 0.001);
    }

    private double failedShare(Strategy strategy) {
        int calls = 20_000;
        int timeOut = 100_000;
        RandomSource random = RandomSource.seeded(7);
        List<Outcome> failed = new ArrayList<>();
        Endpoint[] endpoints =
                IntStream.range(0, 10).mapToObj(i -> Endpoints.named("n" + i)).toArray(Endpoint[]::new);
        try (Balancer balancer = Balancer.builder(EndpointSource.fixed(endpoints))
                .strategy(strategy)
                .time(time)
                .random(RandomSource.seeded(3))
                .build()) {
            for (int i = 0; i < calls; i++) {
                Lease lease = balancer.acquire(PickContext.none());
                boolean slow = lease.endpoint().id().equals("n0");
                long micros = slow ? Long.MAX_VALUE : 5_000 + random.nextInt(10_000);
                time.schedule(
                        () -> {
                            Outcome outcome = micros > timeOut ? Outcome.TIMEOUT : Outcome.SUCCESS;
                            if (outcome.failure()) {
                                failed.add(outcome);
                            }
                            lease.report(outcome);
                            lease.close();
                        },
                        Duration.ofNanos(Math.min(micros, timeOut) * 1_000));
                time.advance(Duration.ofMillis(1));
            }
            time.advance(Duration.ofSeconds(1));
        }
        return failed.size() / (double) calls;
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT-1S", "PT0S", "PT0.000999999S", "P366D"})
    void aDecayTimeOutOfBoundsIsRefused(Duration decay) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Strategy.peakEwma(decay))
                .withMessage("decay: " + decay + " (expected: PT0.001S to PT8760H)");
    }
}
