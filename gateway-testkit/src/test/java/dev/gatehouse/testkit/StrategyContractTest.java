package dev.gatehouse.testkit;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.Node;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.Picker;
import dev.gatehouse.balancer.Setup;
import dev.gatehouse.balancer.Strategy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A contract is worth what it refuses: each broken strategy must fail it. */
class StrategyContractTest {

    static Stream<Arguments> defects() {
        return Stream.of(
                defect("divides by no nodes", "withoutNodesNothingIsChosen", () -> setup -> {
                    AtomicInteger next = new AtomicInteger();
                    return context -> setup.nodes()
                            .get(next.getAndIncrement() % setup.nodes().size());
                }),
                defect("makes no picker", "withoutNodesNothingIsChosen", () -> setup -> null),
                defect(
                        "never takes the only node",
                        "theOnlyNodeIsChosen",
                        () -> setup -> context ->
                                setup.nodes().stream().skip(1).findFirst().orElse(null)),
                defect(
                        "knows at most a hundred nodes",
                        "thereMayBeManyNodesAndNodesOfVeryDifferentWeights",
                        () -> setup -> picking(setup, new Node[100])),
                defect(
                        "keeps the first nodes that it saw",
                        "onlyNodesOfTheSetupAreChosenWhateverChanges",
                        KeepsFirst::new),
                defect(
                        "inherits nodes that have left",
                        "onlyNodesOfTheSetupAreChosenWhateverChanges",
                        () -> Inherits::new),
                defect(
                        "is of no use once it is closed",
                        "aPickerThatWasReplacedStillChoosesAmongItsNodes",
                        () -> ClosesItself::new),
                defect("keeps its nodes in itself", "oneStrategyServesSeveralBalancers", KeepsNodes::new),
                defect(
                        "draws numbers of its own",
                        "theSameSeedAndTimeChooseTheSame",
                        () -> setup -> context -> setup.nodes()
                                .get(ThreadLocalRandom.current()
                                        .nextInt(setup.nodes().size()))),
                defect(
                        "goes by a clock of its own",
                        "theSameSeedAndTimeChooseTheSame",
                        () -> setup -> context -> setup.nodes().get((int)
                                ((System.nanoTime() >>> 4) % setup.nodes().size()))),
                defect(
                        "takes no failures",
                        "everyReportIsTaken",
                        () -> setup -> new Completing(setup) {
                            @Override
                            public void completed(Node node, PickContext context, Outcome outcome, long latencyNanos) {
                                if (outcome.failure()) {
                                    throw new IllegalArgumentException("outcome: " + outcome);
                                }
                            }
                        }),
                defect(
                        "takes no long calls",
                        "everyReportIsTaken",
                        () -> setup -> new Completing(setup) {
                            @Override
                            public void completed(Node node, PickContext context, Outcome outcome, long latencyNanos) {
                                Math.toIntExact(latencyNanos);
                            }
                        }),
                defect("counts by nodes of now", "aReportMayComeAfterItsNodeHasLeft", CountsCurrent::new),
                defect("is for one thread", "manyThreadsChooseWhileNodesComeAndGo", () -> OneThread::new),
                defect("makes garbage", "aChoiceMakesNoGarbage", () -> setup -> {
                    List<Node> nodes = setup.nodes();
                    Map<String, Node> last = new HashMap<>();
                    return context -> {
                        String name = "last-" + setup.random().nextInt(nodes.size());
                        return last.computeIfAbsent(name, unused -> nodes.get(0));
                    };
                }),
                defect(
                        "forgets a node",
                        "callsAreSpreadAsPromised",
                        () -> setup -> context -> setup.nodes()
                                .get(setup.random()
                                        .nextInt(Math.max(1, setup.nodes().size() - 1)))),
                defect(
                        "takes the first a little too often",
                        "callsAreSpreadAsPromised",
                        () -> setup -> context -> setup.nodes()
                                .get(
                                        setup.random().nextDouble() < 0.05
                                                ? 0
                                                : setup.random()
                                                        .nextInt(setup.nodes().size()))));
    }

    private static Arguments defect(String name, String test, Supplier<Strategy> broken) {
        return Arguments.of(name, test, broken);
    }

    private static Picker picking(Setup setup, Node[] room) {
        List<Node> nodes = setup.nodes();
        for (int i = 0; i < nodes.size(); i++) {
            room[i] = nodes.get(i);
        }
        return context -> nodes.isEmpty() ? null : room[setup.random().nextInt(nodes.size())];
    }

    /** Takes the first node; what happens to reports is a test's. */
    private abstract static class Completing implements Picker {

        private final Setup setup;

        Completing(Setup setup) {
            this.setup = setup;
        }

        @Override
        public @Nullable Node pick(PickContext context) {
            return setup.nodes().isEmpty() ? null : setup.nodes().get(0);
        }
    }

    private static final class KeepsFirst implements Strategy {

        private @Nullable Picker first;

        @Override
        public Picker newPicker(Setup setup) {
            if (first == null && !setup.nodes().isEmpty()) {
                first = Strategy.roundRobin().newPicker(setup);
            }
            return first == null || setup.nodes().isEmpty() ? context -> null : first;
        }
    }

    private static final class KeepsNodes implements Strategy {

        private List<Node> nodes = List.of();

        @Override
        public Picker newPicker(Setup setup) {
            nodes = setup.nodes();
            return context -> nodes.isEmpty() ? null : nodes.get(setup.random().nextInt(nodes.size()));
        }
    }

    private static final class CountsCurrent implements Strategy {

        private final Map<Node, Integer> calls = new HashMap<>();

        @Override
        public Picker newPicker(Setup setup) {
            calls.clear();
            setup.nodes().forEach(node -> calls.put(node, 0));
            return new Completing(setup) {
                @Override
                public void completed(Node node, PickContext context, Outcome outcome, long latencyNanos) {
                    calls.put(node, Objects.requireNonNull(calls.get(node)) + 1);
                }
            };
        }
    }

    private static final class Inherits implements Picker {

        private final Setup setup;
        private final @Nullable Node favourite;

        Inherits(Setup setup) {
            this.setup = setup;
            this.favourite = setup.previous() instanceof Inherits before && before.favourite != null
                    ? before.favourite
                    : setup.nodes().stream().findFirst().orElse(null);
        }

        @Override
        public @Nullable Node pick(PickContext context) {
            return setup.nodes().isEmpty() ? null : favourite;
        }
    }

    private static final class ClosesItself extends Completing {

        private boolean closed;

        ClosesItself(Setup setup) {
            super(setup);
        }

        @Override
        public @Nullable Node pick(PickContext context) {
            if (closed) {
                throw new IllegalStateException("closed");
            }
            return super.pick(context);
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private static final class OneThread implements Picker {

        private final Setup setup;
        private @Nullable Thread inside;

        OneThread(Setup setup) {
            this.setup = setup;
        }

        @Override
        public @Nullable Node pick(PickContext context) {
            inside = Thread.currentThread();
            int index = 0;
            for (int i = 0; i < 1_000; i++) {
                index += setup.random().nextInt(2);
            }
            if (inside != Thread.currentThread()) {
                throw new IllegalStateException("another thread came in between");
            }
            return setup.nodes().isEmpty()
                    ? null
                    : setup.nodes().get(index % setup.nodes().size());
        }
    }

    /** The contract on whatever strategy the test has put here. Only ever run from inside this test. */
    static final class OnBroken extends StrategyContract {

        static Supplier<Strategy> broken = Strategy::random;

        @Override
        protected Strategy newStrategy() {
            return broken.get();
        }

        @Override
        protected Map<String, Double> expectedShares(List<Endpoint> endpoints) {
            return endpoints.stream().collect(Collectors.toMap(Endpoint::id, endpoint -> 1.0 / endpoints.size()));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("defects")
    void aBrokenStrategyFails(String defect, String test, Supplier<Strategy> broken) {
        OnBroken.broken = broken;
        ContractRun.assertRefused(OnBroken.class, test);
    }

    @Test
    void everyTestOfTheContractRefusesSomething() {
        ContractRun.assertAllRefuse(StrategyContract.class, defects());
    }

    @Test
    void aStrategyThatIsNotBrokenPassesTheSameTests() {
        OnBroken.broken = Strategy::random;
        ContractRun.assertPassed(OnBroken.class, defects());
    }
}
