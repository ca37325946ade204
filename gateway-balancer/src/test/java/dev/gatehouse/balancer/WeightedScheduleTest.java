package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightedScheduleTest {

    /** Of each node among so many turns. */
    private static int[] counts(WeightedSchedule schedule, int nodes, int turns) {
        int[] counts = new int[nodes];
        for (int i = 0; i < turns; i++) {
            counts[schedule.next()]++;
        }
        return counts;
    }

    private static WeightedSchedule schedule(long seed, double... weights) {
        return new WeightedSchedule(weights, RandomSource.seeded(seed));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyWindowHasTheExactProportion(long seed) {
        // Powers of two are exact in the scale of a stride: 15 turns are a period, wherever it begins.
        int[] turns =
                IntStream.generate(schedule(seed, 8, 1, 4, 2)::next).limit(300).toArray();
        for (int i = 0; i + 15 <= turns.length; i++) {
            int[] counts = new int[4];
            Arrays.stream(turns, i, i + 15).forEach(turn -> counts[turn]++);
            assertThat(counts).as("from %d", i).containsExactly(8, 1, 4, 2);
        }
    }

    @Test
    void turnsOfHeavyAndLightNodesAreInterleaved() {
        // The smooth sequence of 5, 1, 1: never more than three turns of the heavy one in a row.
        int[] turns = IntStream.generate(schedule(1, 5, 1, 1)::next).limit(700).toArray();
        for (int i = 0; i + 4 <= turns.length; i++) {
            assertThat(Arrays.stream(turns, i, i + 4).sum()).as("from %d", i).isPositive();
        }
        assertThat(Arrays.stream(turns).filter(turn -> turn == 0).count()).isBetween(499L, 501L);
    }

    /**
     * A stride of k items whose weights are f of the heaviest differs from the share s = f / sum of f by at most 2 + 2 k s
     * (see WeightedRoundRobinTest). A node's count is its group's, off by that, times its share in the group, off by that.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void countsAreInProportionToSteepWeights(long seed) {
        RandomSource random = RandomSource.seeded(seed);
        double[] weights = IntStream.range(0, 30)
                .mapToDouble(i -> 1 + random.nextInt(1 << random.nextInt(20)))
                .toArray();
        int turns = 200_000;
        int[] counts = counts(schedule(seed, weights), weights.length, turns);
        double total = Arrays.stream(weights).sum();
        for (int i = 0; i < weights.length; i++) {
            int exponent = Math.getExponent(weights[i]);
            double[] group = Arrays.stream(weights)
                    .filter(weight -> Math.getExponent(weight) == exponent)
                    .toArray();
            double inGroup = weights[i] / Arrays.stream(group).sum();
            double ofGroup = Arrays.stream(group).sum() / total;
            double bound = inGroup * (2 + 2 * 20 * ofGroup) + 2 + 2 * group.length * inGroup;
            assertThat((double) counts[i])
                    .as("%s of %s", weights[i], Arrays.toString(weights))
                    .isCloseTo(turns * weights[i] / total, within(bound));
        }
    }

    /** A turn visits 20 groups at most and, on average, less than two nodes; the rest is what the last round had begun. */
    @ParameterizedTest
    @ValueSource(ints = {10, 100, 10_000, 100_000})
    void aTurnLooksAtFewNodesHoweverManyAndHoweverSteep(int nodes) {
        double[] oneHeavy = new double[nodes];
        Arrays.fill(oneHeavy, 1);
        oneHeavy[nodes / 2] = 1_000_000;
        assertThat(visitsOfATurn(oneHeavy)).isLessThan(4);
        double[] steep = IntStream.range(0, nodes).mapToDouble(i -> 1 << i % 20).toArray();
        assertThat(visitsOfATurn(steep)).isLessThan(22);
        // One group, and all but one just above half of the heaviest: nearly each second visit is in vain.
        double[] nearlyHalf = IntStream.range(0, nodes)
                .mapToDouble(i -> i == 0 ? (1 << 20) - 1 : (1 << 19) + i % 7)
                .toArray();
        assertThat(visitsOfATurn(nearlyHalf)).isLessThan(2.1);
    }

    private static double visitsOfATurn(double... weights) {
        WeightedSchedule schedule = schedule(1, weights);
        int turns = 20 * weights.length;
        long before = schedule.visits();
        counts(schedule, weights.length, turns);
        return (schedule.visits() - before) / (double) turns;
    }

    /** A node that is passed over is taken in the next round: the longest search is one round of a group. */
    @Test
    void theLongestSearchIsOneRound() {
        double[] weights = IntStream.range(0, 1_000)
                .mapToDouble(i -> 1_024 + (i * 617) % 1_000)
                .toArray();
        WeightedSchedule schedule = schedule(1, weights);
        long most = 0;
        for (int i = 0; i < 1_000_000; i++) {
            long before = schedule.visits();
            schedule.next();
            most = Math.max(most, schedule.visits() - before);
        }
        assertThat(most).isLessThanOrEqualTo(1_001);
    }

    @Test
    void theLightestNodeThereCanBeHasItsTurn() {
        int[] counts = counts(schedule(1, 1_000_000, 1), 2, 3_000_003);
        assertThat(counts[1]).isEqualTo(3);
        // Further apart than 2^31 is as good as 2^31; nothing overflows.
        assertThat(schedule(1, Double.MAX_VALUE, Double.MIN_VALUE).next()).isZero();
    }
}
