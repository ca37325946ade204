package dev.gatehouse.testkit;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.Health;
import dev.gatehouse.balancer.Node;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.Picker;
import dev.gatehouse.balancer.Setup;
import dev.gatehouse.balancer.Strategy;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the contract says of nodes in trouble and of keys: each strategy that is broken in one way fails one test. */
class StrategyContractCatchesTest {

    private static final String TROUBLE = "aNodeThatIsEjectedOrDownOrDrainsIsNotChosenUnlessInPanic";
    private static final String THREADS = "amongThreadsNoCallIsLostAndNoneGoesToANodeThatTakesNone";
    private static final String SHARES = "sharesFollowTheWeightsAndTheNodesThatAreLeft";
    private static final String MEMORY = "pickersAndNodesThatWereReplacedAreLetGo";
    private static final String STAYS = "aKeyStaysAtItsNodeWhileNothingChanges";
    private static final String AGREE = "balancersWithTheSameNodesAgreeOnTheNodeOfAKey";
    private static final String MOVES = "fewKeysMoveWhenANodeLeavesOrJoins";

    static Stream<Arguments> inTrouble() {
        return Stream.of(
                defect("calls nodes that are down or ejected", TROUBLE, () -> setup -> byKey(setup.known(), 0)),
                defect("keeps to a node that left, failed or drains", TROUBLE, () -> Faithful::new),
                defect("rests in a panic", TROUBLE, () -> setup -> {
                    boolean panic = setup.nodes().stream().anyMatch(node -> node.health() == Health.DOWN);
                    return panic ? context -> null : byKey(setup.nodes(), 0);
                }),
                defect("calls nodes that are down or ejected", THREADS, () -> setup -> byKey(setup.known(), 0)),
                defect("takes places that it does not use", THREADS, () -> Greedy::new),
                defect("counts without care for other threads", THREADS, () -> Careless::new),
                defect("keeps the first weights that it saw", SHARES, FirstWeights::new),
                defect("leaves the share of a node that drains to one other", SHARES, OneHeir::new),
                defect(
                        "keeps its setup",
                        MEMORY,
                        () -> setup ->
                                context -> setup.nodes().stream().findFirst().orElse(null)),
                defect("keeps all nodes that it knew", MEMORY, () -> Remembers::new));
    }

    static Stream<Arguments> byKeys() {
        return Stream.of(
                defect("goes by turns", STAYS, Strategy::roundRobin),
                defect(
                        "draws a hash for each picker",
                        STAYS,
                        () -> setup -> byKey(sorted(setup), setup.random().nextInt(1_000))),
                defect("draws a hash for each balancer", AGREE, () -> Seeded::new),
                defect("goes by the order of the list", AGREE, () -> setup -> byKey(setup.nodes(), 0)),
                defect("divides by the number of nodes", MOVES, () -> setup -> byKey(sorted(setup), 0)),
                defect("moves more than it promises", MOVES, Strategy::maglev));
    }

    private static Arguments defect(String name, String test, Supplier<Strategy> broken) {
        return Arguments.of(name, test, broken);
    }

    private static List<Node> sorted(Setup setup) {
        return setup.nodes().stream()
                .sorted(Comparator.comparing(node -> node.endpoint().id()))
                .toList();
    }

    /** The node at the key's hash modulo the number of nodes: well but for the nodes. */
    private static Picker byKey(List<Node> nodes, int seed) {
        return context -> nodes.isEmpty()
                ? null
                : nodes.get(Math.floorMod(31 * Objects.hashCode(context.key()) + seed, nodes.size()));
    }

    /** As long as one node is there, it gets all calls; and after. */
    private static final class Faithful implements Picker {

        private final @Nullable Node only;

        Faithful(Setup setup) {
            this.only = setup.previous() instanceof Faithful before && before.only != null
                    ? before.only
                    : setup.nodes().stream().findFirst().orElse(null);
        }

        @Override
        public @Nullable Node pick(PickContext context) {
            return only;
        }
    }

    /** Takes a place at two nodes, and tells of one. */
    private static final class Greedy implements Picker {

        private final List<Node> nodes;

        Greedy(Setup setup) {
            this.nodes = setup.nodes();
        }

        @Override
        public @Nullable Node pick(PickContext context) {
            for (Node node : nodes) {
                node.tryReserve(Integer.MAX_VALUE);
            }
            return nodes.isEmpty() ? null : nodes.get(0);
        }

        @Override
        public boolean reserves() {
            return true;
        }
    }

    /** A cursor that each thread sets back for itself: another one moves it beyond the end in between. */
    private static final class Careless implements Picker {

        private final List<Node> nodes;
        private int next;

        Careless(Setup setup) {
            this.nodes = setup.nodes();
        }

        @Override
        public @Nullable Node pick(PickContext context) {
            if (nodes.isEmpty()) {
                return null;
            }
            if (next >= nodes.size()) {
                next = 0;
            }
            for (int i = 0; i < 200; i++) {
                Thread.onSpinWait();
            }
            return nodes.get(next++);
        }
    }

    private static final class FirstWeights implements Strategy {

        private final Map<String, Integer> weights = new HashMap<>();

        @Override
        public Picker newPicker(Setup setup) {
            List<Node> turns = setup.nodes().stream()
                    .flatMap(node -> Stream.generate(() -> node)
                            .limit(weights.computeIfAbsent(
                                    node.endpoint().id(), id -> node.endpoint().weight())))
                    .toList();
            AtomicInteger next = new AtomicInteger();
            return context -> turns.isEmpty() ? null : turns.get(next.getAndIncrement() % turns.size());
        }
    }

    /** The turns of nodes that are gone are the first one's. */
    private static final class OneHeir implements Strategy {

        private final Map<String, Integer> weights = new HashMap<>();

        @Override
        public Picker newPicker(Setup setup) {
            Map<String, Node> nodes = setup.nodes().stream()
                    .collect(Collectors.toMap(node -> node.endpoint().id(), node -> node));
            nodes.forEach((id, node) -> weights.put(id, node.endpoint().weight()));
            List<Node> turns = weights.entrySet().stream()
                    .flatMap(each -> Stream.generate(() -> nodes.getOrDefault(
                                    each.getKey(), setup.nodes().get(0)))
                            .limit(each.getValue()))
                    .toList();
            AtomicInteger next = new AtomicInteger();
            return context -> turns.get(next.getAndIncrement() % turns.size());
        }
    }

    /** What it has learnt of nodes is never forgotten. */
    private static final class Remembers implements Picker {

        private final List<Node> nodes;
        private final Set<Node> known = new HashSet<>();

        Remembers(Setup setup) {
            this.nodes = setup.nodes();
            if (setup.previous() instanceof Remembers before) {
                known.addAll(before.known);
            }
            known.addAll(nodes);
        }

        @Override
        public @Nullable Node pick(PickContext context) {
            return nodes.isEmpty() ? null : nodes.get(0);
        }
    }

    /** Inherits what its first picker has drawn. */
    private static final class Seeded implements Picker {

        private final int seed;
        private final Picker picker;

        Seeded(Setup setup) {
            this.seed = setup.previous() instanceof Seeded before
                    ? before.seed
                    : setup.random().nextInt(1_000_000);
            this.picker = byKey(sorted(setup), seed);
        }

        @Override
        public @Nullable Node pick(PickContext context) {
            return picker.pick(context);
        }
    }

    /** The contract on whatever strategy the test has put here, which promises to keep weights. */
    static final class OnBroken extends StrategyContract {

        static Supplier<Strategy> broken = Strategy::weightedRoundRobin;

        @Override
        protected Strategy newStrategy() {
            return broken.get();
        }

        @Override
        protected Map<String, Double> expectedShares(List<Endpoint> endpoints) {
            double sum = endpoints.stream().mapToInt(Endpoint::weight).sum();
            return endpoints.stream().collect(Collectors.toMap(Endpoint::id, endpoint -> endpoint.weight() / sum));
        }
    }

    /** The same for one that promises to move no key without need. */
    static final class OnBrokenKeys extends StrategyContract {

        static Supplier<Strategy> broken = Strategy::rendezvous;

        @Override
        protected Strategy newStrategy() {
            return broken.get();
        }

        @Override
        protected OptionalDouble disruption(int nodes) {
            return OptionalDouble.of(0);
        }
    }

    @ParameterizedTest(name = "{1}: {0}")
    @MethodSource("inTrouble")
    void aStrategyThatIsBrokenInTroubleFails(String defect, String test, Supplier<Strategy> broken) {
        OnBroken.broken = broken;
        ContractRun.assertRefused(OnBroken.class, test);
    }

    @ParameterizedTest(name = "{1}: {0}")
    @MethodSource("byKeys")
    void aStrategyThatBreaksWhatItPromisesOfKeysFails(String defect, String test, Supplier<Strategy> broken) {
        OnBrokenKeys.broken = broken;
        ContractRun.assertRefused(OnBrokenKeys.class, test);
    }

    @Test
    void everyTestOfTheContractRefusesSomething() {
        ContractRun.assertAllRefuse(StrategyInBalancer.class, inTrouble());
        ContractRun.assertAllRefuse(StrategyKeys.class, byKeys());
    }

    @Test
    void strategiesThatAreNotBrokenPassTheSameTests() {
        OnBroken.broken = Strategy::weightedRoundRobin;
        ContractRun.assertPassed(OnBroken.class, inTrouble());
        OnBrokenKeys.broken = Strategy::rendezvous;
        ContractRun.assertPassed(OnBrokenKeys.class, byKeys());
    }
}
