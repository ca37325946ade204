package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A choice makes no garbage: not a byte, once it is compiled. */
class PickAllocationTest {

    private static final int PICKS = 10_000;
    private static final int WARM_UP = 20;

    /** The compiler may make something for the thread while it replaces code; not each time. */
    private static final int TRIES = 5;

    /** Answers are not used up, so that all choices go by them. */
    private static final PrequalSettings ALL_IN_THE_POOL =
            PrequalSettings.defaults().withPoolSize(20);

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    static Stream<Strategy> strategies() {
        return Stream.of(
                Strategy.roundRobin(),
                Strategy.weightedRoundRobin(),
                Strategy.reportedWeights(),
                Strategy.random(),
                Strategy.leastRequest(),
                Strategy.clientIpHash(),
                Strategy.ringHash(),
                Strategy.ringHash(7),
                Strategy.maglev(),
                Strategy.rendezvous(),
                Strategy.boundedLoad(Strategy.ringHash(), 1.25),
                Strategy.boundedLoad(Strategy.maglev(), 1.25),
                Strategy.boundedLoad(Strategy.rendezvous(), 1.25),
                Strategy.first(),
                Strategy.leastRequestFullScan(),
                Strategy.peakEwma(),
                Strategy.byPriority(Strategy.leastRequest()),
                Strategy.zoneAware("here", Strategy.leastRequest()),
                Strategy.prequal(PickAllocationTest::answer, ALL_IN_THE_POOL));
    }

    private static CompletionStage<LoadReport> answer(Endpoint endpoint) {
        return CompletableFuture.completedFuture(new LoadReport(0, 0, 0, 3, 1_000));
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void aPickMakesNoGarbage(Strategy strategy) {
        List<Endpoint> endpoints = IntStream.range(0, 20)
                .mapToObj(i -> Endpoints.weighted("n" + i, 1 + i % 3))
                .toList();
        Setup setup = Picks.setup(1, endpoints);
        Picker picker = strategy.newPicker(setup);
        setup.nodes().forEach(node -> picker.completed(node, PickContext.none(), Outcome.SUCCESS, 1_000_000));
        PickContext[] contexts = {
            PickContext.none(),
            PickContext.forClient("2001:db8::7"),
            PickContext.keyed("a customer"),
            PickContext.keyed("a customer").avoiding(setup.nodes().get(3))
        };
        assertThat(leastAllocated(() -> pick(picker, contexts))).isZero();
    }

    private static void pick(Picker picker, PickContext[] contexts) {
        for (int i = 0; i < PICKS; i++) {
            picker.pick(contexts[i & 3]);
        }
    }

    /** That the bound can be broken: the smallest object there is, one for each pick. */
    @Test
    void anObjectForEachPickWouldBeSeen() {
        Object[] kept = new Object[1];
        Picker wasteful = context -> {
            kept[0] = new Object();
            return null;
        };
        PickContext[] contexts = {PickContext.none(), PickContext.none(), PickContext.none(), PickContext.none()};
        assertThat(leastAllocated(() -> pick(wasteful, contexts))).isGreaterThanOrEqualTo(8L * PICKS);
    }

    private long leastAllocated(Runnable picks) {
        for (int i = 0; i < WARM_UP; i++) {
            picks.run();
        }
        long least = Long.MAX_VALUE;
        for (int i = 0; i < TRIES && least > 0; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            picks.run();
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }
}
