package dev.gatehouse.balancer;

import org.jspecify.annotations.Nullable;

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
        return new Bounded(hash.newPicker(setup), weights, factor);
    }

    private static final class Bounded implements Picker {

        private final HashPicker hash;
        private final double[] weights;
        private final double factor;

        Bounded(HashPicker hash, double[] weights, double factor) {
            this.hash = hash;
            this.weights = weights;
            this.factor = factor;
        }

        @Override
        public @Nullable Node pick(PickContext context) {
            if (weights.length == 0) {
                return null;
            }
            long key = hash.hash(context);
            int start = hash.first(key);
            Node first = hash.node(hash.index(start));
            // An idle node has room whatever the others have: its limit is 1 at least. So they need not be counted.
            if (wants(context, first) && first.tryReserve(1)) {
                return first;
            }
            Node node = null;
            // The limits add up to more than all calls. So if no node had room, another thread has just taken it.
            while (node == null) {
                node = walk(context, key, start);
            }
            return node;
        }

        /** For a second attempt the node of the first one is not there, nor are its calls, nor its weight. */
        private boolean wants(PickContext context, Node node) {
            return weights.length == 1 || !context.avoids(node);
        }

        private @Nullable Node walk(PickContext context, long key, int start) {
            long calls = 1;
            double weight = 0;
            for (int i = 0; i < weights.length; i++) {
                if (wants(context, hash.node(i))) {
                    calls += hash.node(i).inFlight();
                    weight += weights[i];
                }
            }
            double most = factor * calls;
            int position = start;
            for (int left = hash.positions(); left > 0; left--) {
                int index = hash.index(position);
                Node node = hash.node(index);
                if (wants(context, node) && node.tryReserve((int) Math.ceil(most * weights[index] / weight))) {
                    return node;
                }
                position = hash.next(key, position);
            }
            return null;
        }

        @Override
        public boolean reserves() {
            return true;
        }
    }

    @Override
    public String toString() {
        return "boundedLoad(" + hash + ", " + factor + ")";
    }
}
