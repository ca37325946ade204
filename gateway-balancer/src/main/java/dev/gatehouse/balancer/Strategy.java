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
}
