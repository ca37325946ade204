package dev.gatehouse.balancer;

/**
 * Hashing in which no node takes more than a share of the calls in flight (Mirrokni, Thorup and Zadimoghaddam, "Consistent
 * hashing with bounded loads", SODA 2018): a call for which a node has no room goes on to the next one.
 *
 * @param hash says in which order nodes are asked
 * @param factor how much more than its fair share a node may have
 */
record BoundedLoad(HashStrategy hash, double factor) implements Strategy {

    BoundedLoad {
        if (!(factor > 1 && Double.isFinite(factor))) {
            throw new IllegalArgumentException("factor: " + factor + " (expected: more than 1, such as 1.25)");
        }
    }

    static BoundedLoad of(Strategy strategy, double factor) {
        if (strategy instanceof HashStrategy hash) {
            return new BoundedLoad(hash, factor);
        }
        throw new IllegalArgumentException(
                "hash: " + strategy + " (expected: ringHash, maglev, rendezvous or clientIpHash)");
    }

    @Override
    public Picker newPicker(Setup setup) {
        double[] weights =
                setup.nodes().stream().mapToDouble(Node::effectiveWeight).toArray();
        return new BoundedLoadPicker(hash.newPicker(setup), weights, factor);
    }

    @Override
    public String toString() {
        return "boundedLoad(" + hash + ", " + factor + ")";
    }
}
