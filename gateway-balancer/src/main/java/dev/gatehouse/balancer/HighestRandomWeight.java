package dev.gatehouse.balancer;

import java.util.Arrays;

/**
 * Every node draws a number for the key, and the best one has it (Thaler and Ravishankar, "Using name-based mappings to
 * increase hit rates", 1998). The numbers are exponentially distributed at the rate of the configured weight, of which the
 * smallest wins with the chance of its share: the logarithm method (Schindelhauer and Schomaker, "Weighted distributed hash
 * tables", 2005). A position is a node's index; the next one is the second best, and so on.
 */
final class HighestRandomWeight extends HashPicker {

    private final long[] ids;
    private final double[] weights;
    private final boolean equal;

    HighestRandomWeight(Setup setup, long seed) {
        super(setup, Key.GIVEN_OR_ADDRESS, seed);
        ids = new long[nodes()];
        weights = new double[nodes()];
        for (int i = 0; i < ids.length; i++) {
            // Not the id's hash itself: a key that is the same text would leave nothing of it.
            ids[i] = Hashing.nth(Hashing.hash(node(i).endpoint().id()), 1);
            weights[i] = node(i).endpoint().weight();
        }
        equal = Arrays.stream(weights).allMatch(weight -> weight == weights[0]);
    }

    /**
     * What a node draws for a hash. Logarithms may differ in the last bit between processors; that the two best ones are
     * that close has a chance of about 2^-52, so that gateways still agree.
     */
    private double cost(long hash, int index) {
        // The middle of one of 2^53 parts of 0 to 1: never 0, which has no logarithm.
        double uniform = ((Hashing.nth(hash ^ ids[index], 0) >>> 11) + 0.5) * 0x1.0p-53;
        // The order is the same without the logarithm if the weights are.
        return equal ? 1 - uniform : -Math.log(uniform) / weights[index];
    }

    @Override
    int first(long hash) {
        return best(hash, Double.NEGATIVE_INFINITY, -1);
    }

    @Override
    int next(long hash, int position) {
        int next = best(hash, cost(hash, position), position);
        return next < 0 ? first(hash) : next;
    }

    /** The best one behind another, which is none at first; the lower index is the better of two that drew the same. */
    private int best(long hash, double above, int behind) {
        int best = -1;
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < ids.length; i++) {
            double cost = cost(hash, i);
            if (cost < least && (cost > above || (cost == above && i > behind))) {
                least = cost;
                best = i;
            }
        }
        return best;
    }

    @Override
    int index(int position) {
        return position;
    }

    @Override
    int positions() {
        return ids.length;
    }
}
