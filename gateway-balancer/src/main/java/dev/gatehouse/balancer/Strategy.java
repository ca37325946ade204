package dev.gatehouse.balancer;

/**
 * How a {@link Balancer} chooses among its nodes: a factory for {@link Picker}s.
 *
 * <p>The balancer calls {@link #newPicker} whenever the nodes, their availability or their effective weights change;
 * calls are serial, and rapid changes are merged into one. A strategy holds settings only; what a choice needs to
 * remember lives in the picker, which may inherit it from {@link Setup#previous()}.
 *
 * <p>Strategies compose: one may narrow the nodes and hand the rest to another with
 * {@link Setup#withNodes(java.util.List)}.
 *
 * <p>The built-in strategies are values: two of the same kind with the same settings are equal, so that a gateway's
 * update can tell that nothing changed. Implementations must be safe for use by several balancers at once.
 */
@FunctionalInterface
public interface Strategy {

    /**
     * Makes a picker for a fixed list of nodes.
     *
     * @param setup the nodes and what else a picker may use
     * @return a picker for these nodes; never null
     */
    Picker newPicker(Setup setup);

    /**
     * One node after another, whatever their weights, from a random start.
     *
     * @return a strategy
     */
    static Strategy roundRobin() {
        return new RoundRobin();
    }

    /**
     * One node after another in proportion to the weights, evenly spread (gRFC A58).
     *
     * @return a strategy
     */
    static Strategy weightedRoundRobin() {
        return new WeightedRoundRobin();
    }

    /**
     * Any node, all equally likely, whatever their weights.
     *
     * @return a strategy
     */
    static Strategy random() {
        return new RandomChoice();
    }

    /**
     * The less loaded of two random nodes, by calls in flight for each unit of weight: close to the least loaded of all
     * at the cost of two reads (Mitzenmacher, 2001).
     *
     * @return a strategy
     */
    static Strategy leastRequest() {
        return new LeastRequest(LeastRequest.FEWEST);
    }

    /**
     * The least loaded of a few random nodes.
     *
     * @param choices how many are compared, 2 to 10
     * @return a strategy
     */
    static Strategy leastRequest(int choices) {
        return new LeastRequest(choices);
    }

    /**
     * The same node for the same client address, as long as it is usable; when nodes come or go, few clients move. Calls
     * without an address go to any node.
     *
     * @return a strategy
     */
    static Strategy clientIpHash() {
        return new ClientIpHash();
    }
}
