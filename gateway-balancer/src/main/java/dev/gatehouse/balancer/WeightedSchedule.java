package dev.gatehouse.balancer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * One node after another in proportion to any weights, of which few are looked at. A {@link Stride} alone visits every
 * light node for each turn of a heavy one. So nodes whose weights differ by less than a factor of two have a stride of their own,
 * and one more takes turns among these groups (as Group Ratio Round-Robin does: Caprita et al., USENIX 2005). In a group
 * every node is taken in one of two rounds at least: a turn visits less than two nodes on average. There are at most 32
 * groups, 20 for the weights that an endpoint can have.
 */
final class WeightedSchedule {

    /** A node that is lighter than the heaviest by more than 2^31 is as one that is by that. */
    private static final int MOST_GROUPS = 32;

    /** Two of one weight are taken in turns. */
    private static final double HALF = 0.5;

    /** The golden section: any number of groups in a row begin far from each other. */
    private static final double GOLDEN = 0.6180339887498949;

    private final int[][] groups;
    private final Stride[] strides;
    private final Stride turns;

    WeightedSchedule(double[] weights, RandomSource random) {
        int heaviest = IntStream.range(0, weights.length)
                .map(i -> Math.getExponent(weights[i]))
                .max()
                .orElse(0);
        Map<Integer, List<Integer>> byExponent = new TreeMap<>();
        for (int i = 0; i < weights.length; i++) {
            int below = Math.min(MOST_GROUPS - 1, heaviest - Math.getExponent(weights[i]));
            byExponent.computeIfAbsent(below, unused -> new ArrayList<>()).add(i);
        }
        this.groups = byExponent.values().stream()
                .map(group -> group.stream().mapToInt(Integer::intValue).toArray())
                .toArray(int[][]::new);
        this.strides = new Stride[groups.length];
        double[] sums = new double[groups.length];
        for (int i = 0; i < groups.length; i++) {
            double[] group =
                    IntStream.of(groups[i]).mapToDouble(index -> weights[index]).toArray();
            strides[i] = new Stride(group, HALF, random);
            sums[i] = Arrays.stream(group).sum();
        }
        this.turns = new Stride(sums, GOLDEN, random);
    }

    /** The index of the node whose turn it is. */
    int next() {
        int group = groups.length == 1 ? 0 : turns.next();
        return groups[group][strides[group].next()];
    }

    /** How many nodes and groups it has looked at, from any number on. */
    long visits() {
        long visits = turns.visits();
        for (Stride stride : strides) {
            visits += stride.visits();
        }
        return visits;
    }
}
