package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Strategy} must do. Extend it, make your strategy in {@link #newStrategy}, and run it with JUnit 5.
 * Say by {@link #expectedShares} how it spreads calls, if it means to spread them at all; by {@link #disruption} how few
 * keys move, if it goes by the key of a call; and by {@link #allocates} if a choice makes objects. What it does not
 * promise is not tested.
 *
 * <p>Left to a benchmark is how many nodes a choice looks at, and how long it takes: a list cannot count who reads it.
 *
 * <p>Needed beside this library: {@code junit-jupiter} and {@code assertj-core}.
 */
public abstract class StrategyContract extends StrategyKeys {

    private static final int PICKS = 500;
    private static final int CALLS_PER_THREAD = 5_000;

    /** Enough for the JVM's best compiler, which leaves out objects that nobody keeps. */
    private static final int WARM_UP = 100_000;

    private static final int ROUNDS = 50;
    private static final int PICKS_PER_ROUND = 1_000;

    /** Nothing to set up. */
    protected StrategyContract() {}

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
        try (Balancer balancer = Balancer.builder(source)
                .strategy(watched)
                .random(RandomSource.seeded(1))
                .build()) {
            AtomicInteger callers = new AtomicInteger(THREADS);
            inThreads(
                    () -> {
                        try {
                            callOften(balancer);
                        } finally {
                            callers.decrementAndGet();
                        }
                        return null;
                    },
                    () -> {
                        for (int i = 0; callers.get() > 0; i++) {
                            source.set(List.of(endpoints(1 + i % 5)));
                        }
                    });
            assertThat(watched.violations()).as("violations").isEmpty();
            assertThat(balancer.nodes()).allMatch(node -> node.inFlight() == 0);
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
        assumeThat(allocates()).as("allocates").isFalse();
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
        assertSpread(endpoint("a", 1), endpoint("b", 2), endpoint("c", 5));
        assertSpread(endpoints(7));
    }
}
