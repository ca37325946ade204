package dev.gatehouse.examples;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.testkit.StrategyContract;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The contract, as the page shows it. */
class TwoHomesTest extends StrategyContract {

    @Override
    protected Strategy newStrategy() {
        return new TwoHomes();
    }

    /** Weights are not looked at. */
    @Override
    protected Map<String, Double> expectedShares(List<Endpoint> endpoints) {
        return endpoints.stream().collect(Collectors.toMap(Endpoint::id, endpoint -> 1.0 / endpoints.size()));
    }

    /** Of the others' order nothing changes when a node leaves or joins. */
    @Override
    protected OptionalDouble disruption(int nodes) {
        return OptionalDouble.of(0);
    }
}
