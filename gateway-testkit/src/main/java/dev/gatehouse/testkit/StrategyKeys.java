package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.PickContext;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A strategy that sends calls with the same key to the same node. One that promises no such thing is not tested. */
abstract class StrategyKeys extends StrategyInBalancer {

    private static final int NODES = 10;
    /** A prime, so that no turns come out even. */
    private static final int KEYS = 4_999;

    private static final int CHANGES = 5;

    private void assumeItGoesByKeys() {
        assumeThat(disruption(NODES)).as("promised disruption").isPresent();
    }

    /** The same endpoints, but for something that a strategy is told of and keys do not go by. */
    private static Endpoint[] tagged(int tag) {
        return Stream.of(endpoints(NODES))
                .map(each -> Endpoint.builder(each.id(), URI.create("http://" + each.id() + ".invalid"))
                        .tags(Map.of("release", Integer.toString(tag)))
                        .build())
                .toArray(Endpoint[]::new);
    }

    private static void assertSameNodes(List<String> before, List<String> after, String when) {
        assertThat(IntStream.range(0, KEYS).filter(key -> !before.get(key).equals(after.get(key))))
                .as("keys that are at another node " + when)
                .isEmpty();
    }

    @Test
    void aKeyStaysAtItsNodeWhileNothingChanges() {
        assumeItGoesByKeys();
        StrategyProbe probe = probe(tagged(0));
        List<String> first = picks(probe, KEYS);
        assertSameNodes(first, picks(probe, KEYS), "when asked again");
        for (int change = 1; change <= CHANGES; change++) {
            int pickers = probe.watched().pickers().size();
            probe.endpoints(tagged(change)).time().advance(Duration.ofMinutes(1));
            assertThat(probe.watched().pickers()).hasSizeGreaterThan(pickers);
            assertSameNodes(first, picks(probe, KEYS), "with another picker");
        }
        assertKeptTheRules(probe);
    }

    /** Replicas of a gateway were started at different times, with other random numbers, and get lists in any order. */
    @Test
    void balancersWithTheSameNodesAgreeOnTheNodeOfAKey() {
        assumeItGoesByKeys();
        List<String> first = picks(probe(endpoints(NODES)).seed(1), KEYS);
        List<Endpoint> reversed = Arrays.asList(endpoints(NODES));
        Collections.reverse(reversed);
        StrategyProbe other = probe(reversed.toArray(Endpoint[]::new)).seed(2);
        other.time().advance(Duration.ofHours(1));
        // A history of its own: other nodes were there, and other keys were asked for.
        other.endpoints(endpoints(NODES / 2));
        other.pick(PickContext.keyed("of no interest"));
        other.endpoints(reversed.toArray(Endpoint[]::new));
        assertSameNodes(first, picks(other, KEYS), "in another balancer");
    }

    @Test
    void fewKeysMoveWhenANodeLeavesOrJoins() {
        assumeItGoesByKeys();
        Endpoint[] all = endpoints(NODES);
        StrategyProbe probe = probe(all);
        List<String> with = picks(probe, KEYS);
        for (Endpoint gone : all) {
            List<Endpoint> rest = new ArrayList<>(List.of(all));
            rest.remove(gone);
            List<String> without = picks(probe.endpoints(rest.toArray(Endpoint[]::new)), KEYS);
            assertThat(without).as("without " + gone.id()).doesNotContain(gone.id());
            assertFewMoved(with, without, gone.id());
            List<String> again = picks(probe.endpoints(all), KEYS);
            assertFewMoved(without, again, gone.id());
        }
        assertKeptTheRules(probe);
    }

    /**
     * Keys that are independent of each other and move with the chance p are binomial: of n, no more than n p and five standard
     * deviations of sqrt(n p (1 - p)). With p = 0 that is none at all.
     */
    private void assertFewMoved(List<String> before, List<String> after, String changed) {
        double promised = disruption(NODES).orElseThrow();
        int others = 0;
        int moved = 0;
        for (int key = 0; key < KEYS; key++) {
            if (!before.get(key).equals(changed) && !after.get(key).equals(changed)) {
                others++;
                moved += before.get(key).equals(after.get(key)) ? 0 : 1;
            }
        }
        assertThat((double) moved)
                .as("keys that moved without need, of " + others + ", when " + changed + " left or joined")
                .isLessThanOrEqualTo(others * promised + DEVIATIONS * Math.sqrt(others * promised * (1 - promised)));
    }
}
