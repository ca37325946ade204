package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.Strategy;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What a strategy promises, and what all tests of it need. */
abstract class StrategyFixture {

    static final int THREADS = 4;

    private static final int DISTRIBUTION_PICKS = 20_000;

    /** Five standard deviations: one node in two million is further off by chance. */
    static final double DEVIATIONS = 5;

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

    /**
     * The share of keys that may move without need when one of some equal nodes leaves or joins: of those whose node stays, and
     * that do not go to the one that joins. Override it for a strategy that goes by the call, so that the same {@link
     * #context} has the same node, in all balancers with the same endpoints.
     *
     * @param nodes how many there are with the one that leaves or joins, 2 or more
     * @return 0 to 1: 0 for a strategy that moves only what it must, 1 for one that may place all keys anew; by default empty,
     *     for a strategy that does not go by the call
     */
    protected OptionalDouble disruption(int nodes) {
        return OptionalDouble.empty();
    }

    /**
     * Whether a choice makes objects. Override it for a strategy that says so in its documentation.
     *
     * @return false by default
     */
    protected boolean allocates() {
        return false;
    }

    static Endpoint endpoint(String id, int weight) {
        return Endpoint.builder(id, URI.create("http://" + id + ".invalid"))
                .weight(weight)
                .build();
    }

    static Endpoint[] endpoints(int count) {
        return IntStream.range(0, count).mapToObj(i -> endpoint("n" + i, 1)).toArray(Endpoint[]::new);
    }

    final StrategyProbe probe(Endpoint... endpoints) {
        return StrategyProbe.of(newStrategy()).endpoints(endpoints);
    }

    final List<String> picks(StrategyProbe probe, int count) {
        return IntStream.range(0, count).mapToObj(i -> probe.pick(context(i))).toList();
    }

    static void assertKeptTheRules(StrategyProbe probe) {
        assertThat(probe.watched().violations()).as("violations").isEmpty();
    }

    /**
     * Of n choices that do not depend on each other, a node of the share p has n p with the standard deviation sqrt(n p (1 -
     * p)), and five of them are the bound; whatever spreads more evenly than chance is within it, too. A strategy that hashes
     * has shares of its own, off by {@link #shareTolerance}, among which keys are spread by chance.
     */
    final void assertSpread(StrategyProbe probe, List<Endpoint> usable) {
        List<String> picks = picks(probe, DISTRIBUTION_PICKS);
        expectedShares(usable).forEach((id, share) -> {
            double count = picks.stream().filter(id::equals).count();
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

    final void assertSpread(Endpoint... endpoints) {
        assertSpread(probe(endpoints), Arrays.asList(endpoints));
    }

    /** Runs something in several threads at once and something else in this one, and waits for all. */
    static void inThreads(Callable<?> calls, Runnable meanwhile) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            CyclicBarrier start = new CyclicBarrier(THREADS + 1);
            List<Future<?>> callers = Stream.<Future<?>>generate(() -> threads.submit(() -> {
                        start.await();
                        return calls.call();
                    }))
                    .limit(THREADS)
                    .toList();
            start.await();
            meanwhile.run();
            for (Future<?> caller : callers) {
                caller.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
