package dev.gatehouse.testkit;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.Strategy;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;

/** The contract, for strategies around other ones: where all endpoints are in one group, they choose as those do. */
class GroupStrategiesContractTest {

    private static Map<String, Double> sharesByWeight(List<Endpoint> endpoints) {
        double sum = endpoints.stream().mapToInt(Endpoint::weight).sum();
        return endpoints.stream().collect(Collectors.toMap(Endpoint::id, endpoint -> endpoint.weight() / sum));
    }

    @Nested
    class ByPriority extends StrategyContract {
        @Override
        protected Strategy newStrategy() {
            return Strategy.byPriority(Strategy.weightedRoundRobin());
        }

        @Override
        protected Map<String, Double> expectedShares(List<Endpoint> endpoints) {
            return sharesByWeight(endpoints);
        }
    }

    @Nested
    class ZoneAware extends StrategyContract {
        @Override
        protected Strategy newStrategy() {
            return Strategy.zoneAware("elsewhere", Strategy.leastRequest());
        }

        @Override
        protected Map<String, Double> expectedShares(List<Endpoint> endpoints) {
            return sharesByWeight(endpoints);
        }
    }

    @Nested
    class Hashing extends StrategyContract {
        @Override
        protected Strategy newStrategy() {
            return Strategy.byPriority(Strategy.clientIpHash());
        }

        @Override
        protected OptionalDouble disruption(int nodes) {
            return OptionalDouble.of(0);
        }
    }
}
