package dev.gatehouse.testkit;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.LoadReport;
import dev.gatehouse.balancer.Node;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.Strategy;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;

/** The contract, for every strategy that Gatehouse brings. */
class BuiltInStrategiesContractTest {

    private static Map<String, Double> equalShares(List<Endpoint> endpoints) {
        return endpoints.stream().collect(Collectors.toMap(Endpoint::id, endpoint -> 1.0 / endpoints.size()));
    }

    private static Map<String, Double> sharesByWeight(List<Endpoint> endpoints) {
        double sum = endpoints.stream().mapToInt(Endpoint::weight).sum();
        return endpoints.stream().collect(Collectors.toMap(Endpoint::id, endpoint -> endpoint.weight() / sum));
    }

    /**
     * The paper gives figures, not a bound. In a table of many places each one of the node that goes is taken by another one,
     * which then leaves a later place to the next: one more for each place of 1 / n is the bound that MaglevTest shows, and
     * these are 1 / (n - 1) of all other places.
     */
    private static OptionalDouble maglevDisruption(int nodes) {
        return OptionalDouble.of(1.0 / (nodes - 1));
    }

    @Nested
    class RoundRobin extends StrategyContract {
        @Override
        protected Strategy newStrategy() {
            return Strategy.roundRobin();
        }

        @Override
        protected Map<String, Double> expectedShares(List<Endpoint> endpoints) {
            return equalShares(endpoints);
        }
    }

    @Nested
    class WeightedRoundRobin extends StrategyContract {
        @Override
        protected Strategy newStrategy() {
            return Strategy.weightedRoundRobin();
        }

        @Override
        protected Map<String, Double> expectedShares(List<Endpoint> endpoints) {
            return sharesByWeight(endpoints);
        }
    }

    @Nested
    class LeastRequestFullScan extends StrategyContract {
        @Override
        protected Strategy newStrategy() {
            return Strategy.leastRequestFullScan();
        }
    }

    @Nested
    class Chance extends StrategyContract {
        @Override
        protected Strategy newStrategy() {
            return Strategy.random();
        }

        @Override
        protected Map<String, Double> expectedShares(List<Endpoint> endpoints) {
            return equalShares(endpoints);
        }
    }

    @Nested
    class LeastOfTwo extends StrategyContract {
        @Override
        protected Strategy newStrategy() {
            return Strategy.leastRequest();
        }

        @Override
        protected Map<String, Double> expectedShares(List<Endpoint> endpoints) {
            return sharesByWeight(endpoints);
        }
    }

    @Nested
    class LeastOfTen extends StrategyContract {
        @Override
        protected Strategy newStrategy() {
            return Strategy.leastRequest(10);
        }

        @Override
        protected Map<String, Double> expectedShares(List<Endpoint> endpoints) {
            return sharesByWeight(endpoints);
        }
    }

    /** No call is reported, so all nodes are unknown and equally cheap: the draw by weight decides. */
    @Nested
    class PeakEwma extends StrategyContract {
        @Override
        protected Strategy newStrategy() {
            return Strategy.peakEwma();
        }

        @Override
        protected Map<String, Double> expectedShares(List<Endpoint> endpoints) {
            return sharesByWeight(endpoints);
        }
    }

    /** No endpoint reports, so that configured weights count. */
    @Nested
    class ReportedWeights extends StrategyContract {
        @Override
        protected Strategy newStrategy() {
            return Strategy.reportedWeights();
        }

        @Override
        protected Map<String, Double> expectedShares(List<Endpoint> endpoints) {
            return sharesByWeight(endpoints);
        }
    }

    @Nested
    class ClientIpHash extends StrategyContract {
        @Override
        protected Strategy newStrategy() {
            return Strategy.clientIpHash();
        }

        @Override
        protected PickContext context(int number) {
            return PickContext.forClient("10." + (number >> 16) + "." + ((number >> 8) & 255) + "." + (number & 255));
        }

        @Override
        protected Map<String, Double> expectedShares(List<Endpoint> endpoints) {
            return sharesByWeight(endpoints);
        }

        /** The arcs of 160 points for each unit of weight differ by 1/sqrt(160) = 8 %; four deviations of that. */
        @Override
        protected double shareTolerance() {
            return 0.32;
        }

        @Override
        protected OptionalDouble disruption(int nodes) {
            return OptionalDouble.of(0);
        }
    }

    @Nested
    class RingHash extends StrategyContract {
        @Override
        protected Strategy newStrategy() {
            return Strategy.ringHash();
        }

        @Override
        protected Map<String, Double> expectedShares(List<Endpoint> endpoints) {
            return sharesByWeight(endpoints);
        }

        /** As for the client's address: it is the same ring. */
        @Override
        protected double shareTolerance() {
            return 0.32;
        }

        @Override
        protected OptionalDouble disruption(int nodes) {
            return OptionalDouble.of(0);
        }
    }

    @Nested
    class SeededRingHash extends StrategyContract {
        @Override
        protected Strategy newStrategy() {
            return Strategy.ringHash(7);
        }

        @Override
        protected Map<String, Double> expectedShares(List<Endpoint> endpoints) {
            return sharesByWeight(endpoints);
        }

        /** As for the client's address: it is the same ring. */
        @Override
        protected double shareTolerance() {
            return 0.32;
        }

        @Override
        protected OptionalDouble disruption(int nodes) {
            return OptionalDouble.of(0);
        }
    }

    @Nested
    class Maglev extends StrategyContract {
        @Override
        protected Strategy newStrategy() {
            return Strategy.maglev();
        }

        @Override
        protected Map<String, Double> expectedShares(List<Endpoint> endpoints) {
            return sharesByWeight(endpoints);
        }

        /** See {@link #maglevDisruption}. */
        @Override
        protected OptionalDouble disruption(int nodes) {
            return maglevDisruption(nodes);
        }
    }

    @Nested
    class Rendezvous extends StrategyContract {
        @Override
        protected Strategy newStrategy() {
            return Strategy.rendezvous();
        }

        @Override
        protected Map<String, Double> expectedShares(List<Endpoint> endpoints) {
            return sharesByWeight(endpoints);
        }

        @Override
        protected OptionalDouble disruption(int nodes) {
            return OptionalDouble.of(0);
        }
    }

    /** Each call ends before the next, so that the hash alone decides. */
    @Nested
    class BoundedLoad extends StrategyContract {
        @Override
        protected Strategy newStrategy() {
            return Strategy.boundedLoad(Strategy.maglev(), 1.25);
        }

        @Override
        protected Map<String, Double> expectedShares(List<Endpoint> endpoints) {
            return sharesByWeight(endpoints);
        }

        /** See {@link #maglevDisruption}. */
        @Override
        protected OptionalDouble disruption(int nodes) {
            return maglevDisruption(nodes);
        }
    }

    @Nested
    class First extends StrategyContract {
        @Override
        protected Strategy newStrategy() {
            return Strategy.first();
        }
    }

    /** Answers are as far apart as nodes can be; some questions fail. */
    @Nested
    class Prequal extends StrategyContract {
        @Override
        protected Strategy newStrategy() {
            return Strategy.prequal(endpoint -> {
                int number = endpoint.id().hashCode() & 7;
                return number == 0
                        ? CompletableFuture.failedFuture(new IllegalStateException("no answer"))
                        : CompletableFuture.completedFuture(new LoadReport(0, 0, 0, number, number));
            });
        }
    }

    /** A strategy that promises nothing about shares passes by the rest. */
    @Nested
    class FirstOnly extends StrategyContract {
        @Override
        protected Strategy newStrategy() {
            return setup -> {
                List<Node> nodes = setup.nodes();
                return nodes.isEmpty() ? context -> null : context -> nodes.get(0);
            };
        }
    }
}
