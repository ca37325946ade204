package dev.gatehouse.balancer;

import org.jspecify.annotations.Nullable;

/** Takes the first node with room in the order for a key; {@link BoundedLoad}. */
final class BoundedLoadPicker implements Picker {

    private final HashPicker hash;
    private final double[] weights;
    private final double factor;

    BoundedLoadPicker(HashPicker hash, double[] weights, double factor) {
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
