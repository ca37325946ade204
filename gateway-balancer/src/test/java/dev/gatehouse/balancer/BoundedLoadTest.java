package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedLoadTest {

    private static final double FACTOR = 1.25;
    private static final int THREADS = 8;

    static Stream<HashStrategy> hashes() {
        return Stream.of(new RingHash(0), new Maglev(Maglev.USUAL_TABLE, 0), new Rendezvous(0), new ClientIpHash());
    }

    /** Half of the calls are for one key. */
    private static PickContext call(Random random) {
        String key = random.nextBoolean() ? "hot" : "key-" + random.nextInt(1_000);
        return PickContext.keyed(key).withClientAddress(key);
    }

    private static List<Endpoint> endpoints() {
        List<Endpoint> endpoints = new ArrayList<>(Keys.endpoints(6));
        endpoints.add(Endpoints.weighted("heavy", 4));
        return endpoints;
    }

    /** The paper's limit, for all nodes together, this call included. */
    private static int limit(List<Node> nodes, Node node, long calls) {
        double weights = nodes.stream().mapToDouble(Node::effectiveWeight).sum();
        return (int) Math.ceil(FACTOR * calls * node.effectiveWeight() / weights);
    }

    private static long calls(List<Node> nodes) {
        return nodes.stream().mapToLong(Node::inFlight).sum();
    }

    @ParameterizedTest
    @MethodSource("hashes")
    void afterEachPickNoNodeIsAboveItsLimit(HashStrategy hash) {
        Setup setup = Picks.setup(1, endpoints());
        Picker picker = Strategy.boundedLoad(hash, FACTOR).newPicker(setup);
        Random random = new Random(1);
        for (int i = 1; i <= 2_000; i++) {
            assertThat(picker.pick(call(random))).isNotNull();
            long calls = i;
            assertThat(calls(setup.nodes())).isEqualTo(calls);
            assertThat(setup.nodes())
                    .allSatisfy(
                            node -> assertThat(node.inFlight()).isLessThanOrEqualTo(limit(setup.nodes(), node, calls)));
        }
    }

    /** Calls end, too, so that others may be above their limits; but not who was chosen, nor was one before it skipped. */
    @ParameterizedTest
    @MethodSource("hashes")
    void aCallGoesToTheFirstNodeOfItsWalkThatHasRoom(HashStrategy hash) {
        Setup setup = Picks.setup(1, endpoints());
        List<Node> nodes = setup.nodes();
        Picker picker = Strategy.boundedLoad(hash, FACTOR).newPicker(setup);
        HashPicker walk = hash.newPicker(setup);
        Random random = new Random(2);
        List<Node> underWay = new ArrayList<>();
        int passed = 0;
        for (int i = 0; i < 5_000; i++) {
            while (underWay.size() > 60 || (!underWay.isEmpty() && random.nextInt(3) == 0)) {
                underWay.remove(random.nextInt(underWay.size())).end();
            }
            PickContext context = call(random);
            int[] before = nodes.stream().mapToInt(Node::inFlight).toArray();
            Node chosen = Objects.requireNonNull(picker.pick(context));
            underWay.add(chosen);
            assertThat(chosen.inFlight()).isLessThanOrEqualTo(limit(nodes, chosen, underWay.size()));
            long key = walk.hash(context);
            for (int at = walk.first(key); nodes.get(walk.index(at)) != chosen; at = walk.next(key, at)) {
                int index = walk.index(at);
                assertThat(before[index]).isGreaterThanOrEqualTo(limit(nodes, nodes.get(index), underWay.size()));
                passed++;
            }
        }
        // Else nothing was full, and nothing was tested.
        assertThat(passed).isGreaterThan(500);
    }

    @Test
    void withRoomEverywhereItIsTheHash() {
        Setup setup = Picks.setup(1, endpoints());
        Picker bounded = Strategy.boundedLoad(Strategy.ringHash(), FACTOR).newPicker(setup);
        Picker plain = Strategy.ringHash().newPicker(setup);
        for (int i = 0; i < 1_000; i++) {
            PickContext key = PickContext.keyed("key-" + i);
            Node node = bounded.pick(key);
            assertThat(node).isNotNull().isSameAs(plain.pick(key));
            node.end();
        }
    }

    /** What a thread sees of a node comes before what it sees of all, and both only grow: the limit must hold. */
    @Test
    void theLimitHoldsAmongThreadsWhileCallsBegin() throws Exception {
        Setup setup = Picks.setup(1, endpoints());
        Picker picker = Strategy.boundedLoad(Strategy.maglev(), FACTOR).newPicker(setup);
        inThreads(random -> {
            for (int i = 0; i < 2_000; i++) {
                Node node = Objects.requireNonNull(picker.pick(call(random)));
                int inFlight = node.inFlight();
                assertThat(inFlight).isLessThanOrEqualTo(limit(setup.nodes(), node, calls(setup.nodes())));
            }
        });
        assertThat(calls(setup.nodes())).isEqualTo(THREADS * 2_000L);
    }

    /** At most 8 calls at once: the limit of four equal nodes is never above ceil(1.25 * 8 / 4) = 3, whoever ends when. */
    @Test
    void theLimitHoldsAmongThreadsWhileCallsBeginAndEnd() throws Exception {
        Setup setup = Picks.setup(1, Keys.endpoints(4));
        Picker picker = Strategy.boundedLoad(Strategy.ringHash(), FACTOR).newPicker(setup);
        PickContext hot = PickContext.keyed("hot");
        inThreads(random -> {
            for (int i = 0; i < 20_000; i++) {
                Node node = Objects.requireNonNull(picker.pick(hot));
                assertThat(node.inFlight()).isLessThanOrEqualTo(3);
                node.end();
            }
        });
        assertThat(calls(setup.nodes())).isZero();
    }

    private interface Caller {
        void run(Random random);
    }

    private static void inThreads(Caller caller) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            CyclicBarrier start = new CyclicBarrier(THREADS);
            List<Future<?>> running = new ArrayList<>();
            for (int seed = 0; seed < THREADS; seed++) {
                Random random = new Random(seed);
                running.add(threads.submit(() -> {
                    start.await();
                    caller.run(random);
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aSecondAttemptIsPlacedAsIfTheFirstNodeWereNotThere() {
        Setup setup = Picks.setup(1, Keys.endpoints(3));
        Picker picker = Strategy.boundedLoad(Strategy.ringHash(), FACTOR).newPicker(setup);
        PickContext key = PickContext.keyed("a key");
        Node failed = Objects.requireNonNull(picker.pick(key));
        failed.end();
        for (int i = 1; i <= 100; i++) {
            assertThat(picker.pick(key.avoiding(failed))).isNotNull().isNotSameAs(failed);
            int most = (int) Math.ceil(FACTOR * i / 2);
            assertThat(setup.nodes()).allMatch(node -> node.inFlight() <= most);
        }
    }

    @Test
    void theOnlyNodeIsTakenAgain() {
        Setup setup = Picks.setup(1, Keys.endpoints(1));
        Picker picker = Strategy.boundedLoad(Strategy.ringHash(), FACTOR).newPicker(setup);
        Node only = setup.nodes().get(0);
        for (int i = 1; i <= 10; i++) {
            assertThat(picker.pick(PickContext.keyed("a key").avoiding(only))).isSameAs(only);
            assertThat(only.inFlight()).isEqualTo(i);
        }
    }

    @Test
    void inABalancerEachCallIsCountedOnce() {
        try (Balancer balancer = Balancer.builder(EndpointSource.fixed(Endpoints.array("a", "b", "c")))
                .strategy(Strategy.boundedLoad(Strategy.rendezvous(), FACTOR))
                .build()) {
            List<Lease> leases = Stream.generate(() -> balancer.acquire(PickContext.keyed("hot")))
                    .limit(30)
                    .toList();
            // ceil(1.25 * 30 / 3) = 13, and the third in the order has what is left.
            assertThat(balancer.nodes().stream().map(Node::inFlight).sorted()).containsExactly(4, 13, 13);
            leases.forEach(Lease::close);
            assertThat(balancer.nodes()).allMatch(node -> node.inFlight() == 0);
        }
    }

    @Test
    void otherStrategiesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Strategy.boundedLoad(Strategy.leastRequest(), FACTOR))
                .withMessage("hash: leastRequest(2) (expected: ringHash, maglev, rendezvous or clientIpHash)");
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 0, -2, Double.NaN, Double.POSITIVE_INFINITY})
    void aFactorOfOneOrLessIsRefused(double factor) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Strategy.boundedLoad(Strategy.ringHash(), factor))
                .withMessage("factor: " + factor + " (expected: more than 1, such as 1.25)");
    }
}
