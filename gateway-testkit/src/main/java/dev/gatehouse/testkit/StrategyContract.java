package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.Lease;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.Picker;
import dev.gatehouse.balancer.RandomSource;
import dev.gatehouse.balancer.Setup;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.balancer.UpdatableEndpoints;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Strategy} must do. Extend it, make your strategy in {@link #newStrategy}, and run it with JUnit 5.
 * Say by {@link #expectedShares} how it spreads calls, if it means to spread them at all.
 *
 * <p>Needed beside this library: {@code junit-jupiter} and {@code assertj-core}.
 */
public abstract class StrategyContract {

    private static final int PICKS = 500;
    private static final int THREADS = 4;
    private static final int CALLS_PER_THREAD = 5_000;

    /** Enough for the JVM's best compiler, which leaves out objects that nobody keeps. */
    private static final int WARM_UP = 100_000;

    private static final int ROUNDS = 50;
    private static final int PICKS_PER_ROUND = 1_000;

    /** Five standard deviations: one node in two million is further off by chance. */
    private static final double DEVIATIONS = 5;

    private static final int DISTRIBUTION_PICKS = 20_000;

    /** Nothing to set up. */
    protected StrategyContract() {}

    /**
     * Makes the strategy under test.
     *
     * @return a strategy; what it remembers must be in its pickers
     */
    protected abstract Strategy newStrategy();

    /**
     * What is known of a call. Override it for a strategy that goes by something else.
     *
     * @param number the number of the call, from 0; the same number gives the same context
     * @return a context, by default with a key and a client address
     */
    protected PickContext context(int number) {
        return PickContext.keyed("key-" + number).withClientAddress("198.51.100." + (number & 255));
    }

    /**
     * The share of calls that each node shall get while none is under way. Override it for a strategy that spreads calls.
     *
     * @param endpoints the endpoints, some of different weight
     * @return by the endpoints' ids, summing up to 1; empty if the strategy promises nothing
     */
    protected Map<String, Double> expectedShares(List<Endpoint> endpoints) {
        return Map.of();
    }

    /**
     * How far a share may be off, beside what chance explains. Override it for a strategy that hashes.
     *
     * @return a part of the share, 0 by default
     */
    protected double shareTolerance() {
        return 0;
    }

    private static Endpoint endpoint(String id, int weight) {
        return Endpoint.builder(id, URI.create("http://" + id + ".invalid"))
                .weight(weight)
                .build();
    }

    private static Endpoint[] endpoints(int count) {
        return IntStream.range(0, count).mapToObj(i -> endpoint("n" + i, 1)).toArray(Endpoint[]::new);
    }

    private StrategyProbe probe(Endpoint... endpoints) {
        return StrategyProbe.of(newStrategy()).endpoints(endpoints);
    }

    private List<String> picks(StrategyProbe probe, int count) {
        return IntStream.range(0, count).mapToObj(i -> probe.pick(context(i))).toList();
    }

    private static void assertKeptTheRules(StrategyProbe probe) {
        assertThat(probe.watched().violations()).as("violations").isEmpty();
    }

    @Test
    void withoutNodesNothingIsChosen() {
        StrategyProbe probe = probe();
        assertThat(picks(probe, 10)).containsOnly(StrategyProbe.NONE);
        assertKeptTheRules(probe);
    }

    @Test
    void theOnlyNodeIsChosen() {
        StrategyProbe probe = probe(endpoints(1));
        assertThat(picks(probe, PICKS)).containsOnly("n0");
        assertKeptTheRules(probe);
    }

    @Test
    void thereMayBeManyNodesAndNodesOfVeryDifferentWeights() {
        StrategyProbe probe = probe(endpoints(1_000));
        assertThat(picks(probe, PICKS)).doesNotContain(StrategyProbe.NONE);
        probe.endpoints(endpoint("light", 1), endpoint("heavy", 1_000_000), endpoint("middle", 1_000));
        assertThat(picks(probe, PICKS)).doesNotContain(StrategyProbe.NONE);
        assertKeptTheRules(probe);
    }

    @Test
    void onlyNodesOfTheSetupAreChosenWhateverChanges() {
        List<Endpoint> known = List.of(endpoints(8));
        Property.check(50, gen -> {
            StrategyProbe probe = probe().seed(gen.bits());
            for (int step = 0; step < 20; step++) {
                List<Endpoint> some = gen.someOf(known);
                probe.endpoints(some.toArray(Endpoint[]::new));
                if (!some.isEmpty() && gen.chance(0.5)) {
                    probe.balancer().drain(gen.oneOf(some).id(), Duration.ofSeconds(gen.between(0, 60)));
                }
                probe.time().advance(Duration.ofMillis(gen.between(0, 10_000)));
                picks(probe, 20);
                assertKeptTheRules(probe);
            }
        });
    }

    @Test
    void aPickerThatWasReplacedStillChoosesAmongItsNodes() {
        StrategyProbe probe = probe(endpoints(3));
        picks(probe, 10);
        probe.endpoints(endpoint("other", 1));
        Picker replaced =
                probe.watched().pickers().get(probe.watched().pickers().size() - 2);
        IntStream.range(0, 100).forEach(i -> replaced.pick(context(i)));
        assertKeptTheRules(probe);
    }

    @Test
    void oneStrategyServesSeveralBalancers() {
        Strategy shared = newStrategy();
        StrategyProbe one = StrategyProbe.of(shared).nodes("a", "b", "c", "d");
        StrategyProbe other = StrategyProbe.of(shared).nodes("x", "y");
        for (int i = 0; i < PICKS; i++) {
            assertThat(one.pick(context(i))).isIn("a", "b", "c", "d");
            assertThat(other.pick(context(i))).isIn("x", "y");
        }
        assertKeptTheRules(one);
        assertKeptTheRules(other);
    }

    @Test
    void theSameSeedAndTimeChooseTheSame() {
        StrategyProbe one = probe(endpoints(5)).seed(7);
        List<String> first = new ArrayList<>();
        StrategyProbe other = probe(endpoints(5)).seed(7);
        List<String> second = new ArrayList<>();
        for (int i = 0; i < PICKS; i++) {
            one.report("n" + i % 5, Outcome.SUCCESS, Duration.ofMillis(i % 7));
            first.add(one.pick(context(i)));
        }
        for (int i = 0; i < PICKS; i++) {
            other.report("n" + i % 5, Outcome.SUCCESS, Duration.ofMillis(i % 7));
            second.add(other.pick(context(i)));
        }
        assertThat(second).isEqualTo(first);
    }

    @Test
    void everyReportIsTaken() {
        StrategyProbe probe = probe(endpoints(3));
        for (Outcome outcome : Outcome.values()) {
            for (Duration latency : List.of(Duration.ZERO, Duration.ofNanos(1), Duration.ofDays(400))) {
                probe.report("n0", outcome, latency).report("n2", outcome, latency);
                assertThat(picks(probe, 20)).doesNotContain(StrategyProbe.NONE);
            }
        }
        assertKeptTheRules(probe);
    }

    @Test
    void aReportMayComeAfterItsNodeHasLeft() {
        StrategyProbe probe = probe(endpoints(3));
        Balancer balancer = probe.balancer();
        try (Lease lease = balancer.acquire(context(0))) {
            probe.endpoints(endpoint("other", 1));
            probe.time().advance(Duration.ofSeconds(1));
            lease.report(Outcome.TIMEOUT);
        }
        assertThat(picks(probe, 10)).containsOnly("other");
        assertKeptTheRules(probe);
    }

    @Test
    void manyThreadsChooseWhileNodesComeAndGo() throws Exception {
        WatchedStrategy watched = new WatchedStrategy(newStrategy());
        UpdatableEndpoints source = new UpdatableEndpoints(List.of(endpoints(5)));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (Balancer balancer = Balancer.builder(source)
                .strategy(watched)
                .random(RandomSource.seeded(1))
                .build()) {
            CyclicBarrier start = new CyclicBarrier(THREADS + 1);
            List<Future<?>> callers = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                callers.add(threads.submit(() -> {
                    start.await();
                    callOften(balancer);
                    return null;
                }));
            }
            start.await();
            for (int i = 0; callers.stream().anyMatch(caller -> !caller.isDone()); i++) {
                source.set(List.of(endpoints(1 + i % 5)));
            }
            for (Future<?> caller : callers) {
                caller.get();
            }
            assertThat(watched.violations()).as("violations").isEmpty();
            assertThat(balancer.nodes()).allMatch(node -> node.inFlight() == 0);
        } finally {
            threads.shutdownNow();
        }
    }

    private void callOften(Balancer balancer) {
        Outcome[] outcomes = Outcome.values();
        for (int i = 0; i < CALLS_PER_THREAD; i++) {
            Lease lease = balancer.tryAcquire(context(i));
            if (lease != null) {
                lease.report(outcomes[i % outcomes.length]);
                lease.close();
            }
        }
    }

    @Test
    void aChoiceMakesNoGarbage() {
        ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        PickContext context = context(0);
        Picker picker =
                newStrategy().newPicker(Setup.of(List.of(endpoints(5)), new VirtualTime(), RandomSource.seeded(1)));
        pickOften(picker, context, WARM_UP);
        long thread = Thread.currentThread().getId();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long before = bean.getThreadAllocatedBytes(thread);
            pickOften(picker, context, PICKS_PER_ROUND);
            least = Math.min(least, bean.getThreadAllocatedBytes(thread) - before);
        }
        // The least of all rounds: a compiler at work in between may cost a round something.
        assertThat(least).as("bytes in " + PICKS_PER_ROUND + " choices").isZero();
    }

    private static void pickOften(Picker picker, PickContext context, int times) {
        for (int i = 0; i < times; i++) {
            picker.pick(context);
        }
    }

    @Test
    void callsAreSpreadAsPromised() {
        List<Endpoint> weighted = List.of(endpoint("a", 1), endpoint("b", 2), endpoint("c", 5));
        assertSpread(weighted);
        assertSpread(Arrays.asList(endpoints(7)));
    }

    private void assertSpread(List<Endpoint> endpoints) {
        Map<String, Double> shares = expectedShares(endpoints);
        List<String> picks = picks(probe(endpoints.toArray(Endpoint[]::new)), DISTRIBUTION_PICKS);
        shares.forEach((id, share) -> {
            double count = picks.stream().filter(id::equals).count();
            // Independent choices are binomial; anything that spreads more evenly is within the same bound.
            double deviation = Math.sqrt(DISTRIBUTION_PICKS * share * (1 - share));
            assertThat(count)
                    .as("calls to " + id + " of " + DISTRIBUTION_PICKS)
                    .isBetween(
                            DISTRIBUTION_PICKS * share * (1 - shareTolerance()) - DEVIATIONS * deviation,
                            DISTRIBUTION_PICKS * share * (1 + shareTolerance()) + DEVIATIONS * deviation);
        });
        // Whether it promises anything or not.
        assertThat(picks).hasSize(DISTRIBUTION_PICKS).doesNotContain(StrategyProbe.NONE);
    }
}
