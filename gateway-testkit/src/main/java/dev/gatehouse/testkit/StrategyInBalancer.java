package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.BalancerEvent;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.Lease;
import dev.gatehouse.balancer.Node;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.Picker;
import dev.gatehouse.balancer.RandomSource;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.balancer.UpdatableEndpoints;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A strategy in a production balancer whose nodes come, go, fail and return. */
abstract class StrategyInBalancer extends StrategyFixture {

    private static final int NODES = 8;
    private static final int ROUNDS = 60;
    private static final int CALLS_PER_ROUND = 40;
    private static final int LIST_CHANGES = 30;

    /** What must have happened, or nothing was tested. */
    private static final Set<BalancerEvent.Type> TROUBLE = EnumSet.of(
            BalancerEvent.Type.REMOVED,
            BalancerEvent.Type.DOWN,
            BalancerEvent.Type.UP,
            BalancerEvent.Type.EJECTED,
            BalancerEvent.Type.RETURNED,
            BalancerEvent.Type.DRAINING,
            BalancerEvent.Type.PANIC,
            BalancerEvent.Type.PANIC_OVER);

    /** The node of each call; what cannot be told from outside, whether the strategy was asked, the violations tell. */
    @Test
    void aNodeThatIsEjectedOrDownOrDrainsIsNotChosenUnlessInPanic() {
        Set<BalancerEvent.Type> events = EnumSet.noneOf(BalancerEvent.Type.class);
        // The seed is fixed, so that all that can happen does.
        Property.check(1, 10, gen -> {
            try (TroubledBalancer troubled = new TroubledBalancer(newStrategy(), gen.bits(), endpoints(NODES))) {
                for (int round = 0; round < ROUNDS; round++) {
                    troubled.disturb(gen);
                    assertCallsGoToUsableNodes(troubled, CALLS_PER_ROUND);
                }
                assertThat(troubled.violations()).as("violations").isEmpty();
                events.addAll(troubled.events());
            }
        });
        assertThat(events).containsAll(TROUBLE);
    }

    /** Calls that go well change nothing but that a node on probation returns, which was usable before. */
    private void assertCallsGoToUsableNodes(TroubledBalancer troubled, int calls) {
        Set<Node> usable = troubled.usable();
        for (int i = 0; i < calls; i++) {
            Node chosen = troubled.call(context(i), Outcome.SUCCESS);
            if (usable.isEmpty()) {
                assertThat(chosen).as("chosen of nothing").isNull();
            } else {
                assertThat(chosen).as("chosen").isIn(usable);
            }
        }
    }

    /**
     * By turns, threads call while everything changes, where only the pickers' own nodes tell what is right; and while nothing
     * changes but calls, where each call must go to a node that is usable.
     */
    @Test
    void amongThreadsNoCallIsLostAndNoneGoesToANodeThatTakesNone() throws Exception {
        Outcome[] outcomes = Outcome.values();
        Gen gen = new Gen(new SplittableRandom(1));
        try (TroubledBalancer troubled = new TroubledBalancer(newStrategy(), 1, endpoints(NODES))) {
            for (int round = 0; round < ROUNDS; round++) {
                inThreads(
                        () -> {
                            for (int i = 0; i < 10 * CALLS_PER_ROUND; i++) {
                                troubled.call(context(i), outcomes[i % outcomes.length]);
                            }
                            return null;
                        },
                        () -> troubled.disturb(gen));
                Set<Node> usable = troubled.usable();
                inThreads(
                        () -> {
                            assertCallsGoTo(usable, troubled);
                            return null;
                        },
                        () -> {});
            }
            assertThat(troubled.violations()).as("violations").isEmpty();
            assertThat(troubled.balancer().inFlight()).as("calls under way").isZero();
            assertThat(troubled.called())
                    .allSatisfy(node -> assertThat(node.inFlight())
                            .as("calls under way at " + node)
                            .isZero());
            assertThat(troubled.called().stream()
                            .mapToLong(node -> node.successes() + node.failures())
                            .sum())
                    .as("calls that were counted")
                    .isEqualTo(troubled.reported());
        }
    }

    private void assertCallsGoTo(Set<Node> usable, TroubledBalancer troubled) {
        for (int i = 0; i < CALLS_PER_ROUND && !usable.isEmpty(); i++) {
            assertThat(troubled.call(context(i), Outcome.SUCCESS)).as("chosen").isIn(usable);
        }
    }

    /** Whoever inherits what it has learnt must not inherit the weights as well. */
    @Test
    void sharesFollowTheWeightsAndTheNodesThatAreLeft() {
        StrategyProbe probe = probe(endpoint("a", 1), endpoint("b", 2), endpoint("c", 5));
        picks(probe, CALLS_PER_ROUND);
        Endpoint[] heavier = {endpoint("a", 5), endpoint("b", 2), endpoint("c", 1)};
        probe.endpoints(heavier);
        assertSpread(probe, List.of(heavier));
        var unused = probe.balancer().drain("a", Duration.ofSeconds(1));
        assertSpread(probe, List.of(endpoint("b", 2), endpoint("c", 1)));
        assertKeptTheRules(probe);
    }

    /**
     * A picker that keeps {@link dev.gatehouse.balancer.Setup#previous()}, or the setup that has it, keeps all before it. The
     * one before, and its nodes, may still be known.
     */
    @Test
    void pickersAndNodesThatWereReplacedAreLetGo() {
        List<WeakReference<Picker>> pickers = new ArrayList<>();
        List<WeakReference<Node>> nodes = new ArrayList<>();
        Strategy strategy = newStrategy();
        Strategy noted = setup -> {
            Picker picker = strategy.newPicker(setup);
            pickers.add(new WeakReference<>(picker));
            return picker;
        };
        VirtualTime time = new VirtualTime();
        UpdatableEndpoints source = new UpdatableEndpoints(List.of(endpoint("stays", 1)));
        try (Balancer balancer = Balancer.builder(source)
                .strategy(noted)
                .time(time)
                .random(RandomSource.seeded(1))
                .build()) {
            for (int i = 0; i < LIST_CHANGES; i++) {
                source.set(List.of(endpoint("stays", 1), endpoint("n" + i, 1)));
                balancer.nodes().forEach(node -> nodes.add(new WeakReference<>(node)));
                callAll(balancer);
                time.advance(Duration.ofSeconds(1));
            }
            assertThat(pickers).hasSizeGreaterThan(LIST_CHANGES);
            assertThat(held(pickers, 2)).as("pickers that are held").hasSizeLessThanOrEqualTo(2);
            assertThat(held(nodes, 3)).as("nodes that are held").hasSizeLessThanOrEqualTo(3);
        }
    }

    private void callAll(Balancer balancer) {
        for (int i = 0; i < CALLS_PER_ROUND; i++) {
            try (Lease lease = balancer.acquire(context(i))) {
                lease.report(Outcome.SUCCESS);
            }
        }
    }

    /** What somebody still has, once the garbage is collected. */
    private static <T> Collection<T> held(List<WeakReference<T>> references, int expected) {
        Set<T> held = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 10; i++) {
            held.clear();
            System.gc();
            for (WeakReference<T> reference : references) {
                T kept = reference.get();
                if (kept != null) {
                    held.add(kept);
                }
            }
            if (held.size() <= expected) {
                break;
            }
        }
        return held;
    }
}
