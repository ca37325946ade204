package dev.gatehouse.balancer;

import java.util.Arrays;

/** Draws nodes, each with the chance of its share of the effective weights. */
final class WeightedChoice {

    private final RandomSource random;
    private final int count;

    /** Sums of the weights up to each node; empty if all are equal, as they mostly are. */
    private final double[] sums;

    WeightedChoice(Node[] nodes, RandomSource random) {
        this.random = random;
        this.count = nodes.length;
        double[] weights =
                Arrays.stream(nodes).mapToDouble(Node::effectiveWeight).toArray();
        boolean equal = Arrays.stream(weights).allMatch(weight -> weight == weights[0]);
        Arrays.parallelPrefix(weights, Double::sum);
        this.sums = equal ? new double[0] : weights;
    }

    /** The index of a node. */
    int next() {
        if (sums.length == 0) {
            return random.nextInt(count);
        }
        int found = Arrays.binarySearch(sums, random.nextDouble() * sums[count - 1]);
        // A number that is exactly a sum is above the node of that sum.
        return Math.min(found >= 0 ? found + 1 : -found - 1, count - 1);
    }

    /** The index of a node, another one if the draw allows. */
    int nextBut(int index) {
        if (sums.length == 0) {
            return (index + 1 + random.nextInt(count - 1)) % count;
        }
        int next = next();
        return next == index ? (index + 1 + random.nextInt(count - 1)) % count : next;
    }
}
