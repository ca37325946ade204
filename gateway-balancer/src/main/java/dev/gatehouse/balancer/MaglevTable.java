package dev.gatehouse.balancer;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * A table of places that the nodes take in turns, each in an order of its own (Eisenbud et al., "Maglev: a fast and
 * reliable software network load balancer", NSDI 2016, section 3.4). The orders are hashes of the endpoints' ids.
 */
final class MaglevTable extends HashPicker {

    /** Twenty megabytes. */
    static final int LARGEST = 5_000_011;

    /** With a hundred places for each node, shares differ by one percent at most, as in the paper. */
    private static final int PLACES_PER_NODE = 100;

    /** The first prime above each power of two, and the largest: with few sizes, few changes of the list change the size. */
    private static final int[] SIZES = {
        Maglev.USUAL_TABLE, 131_101, 262_147, 524_309, 1_048_583, 2_097_169, 4_194_319, LARGEST
    };

    private static final int FREE = -1;

    private final int[] table;

    MaglevTable(Setup setup, int leastSize, long seed) {
        super(setup, Key.GIVEN_OR_ADDRESS, seed);
        int size = size(leastSize, nodes());
        // By id: the first in line has a small advantage, so that another order of the list would be another table.
        int[] byId = IntStream.range(0, nodes())
                .boxed()
                .sorted(Comparator.comparing(index -> node(index).endpoint().id()))
                .mapToInt(Integer::intValue)
                .toArray();
        int[] offsets = new int[byId.length];
        int[] skips = new int[byId.length];
        double[] weights = new double[byId.length];
        for (int i = 0; i < byId.length; i++) {
            Endpoint endpoint = node(byId[i]).endpoint();
            long hash = Hashing.hash(endpoint.id());
            offsets[i] = (int) Long.remainderUnsigned(Hashing.nth(hash, 1), size);
            skips[i] = 1 + (int) Long.remainderUnsigned(Hashing.nth(hash, 2), size - 1);
            weights[i] = endpoint.weight();
        }
        table = byId.length == 0 ? new int[0] : populate(size, offsets, skips, weights);
        Arrays.setAll(table, place -> byId[table[place]]);
    }

    /** The least size, or the first larger one that has places enough. */
    static int size(int leastSize, int nodes) {
        long wanted = (long) PLACES_PER_NODE * nodes;
        return wanted <= leastSize
                ? leastSize
                : IntStream.of(SIZES)
                        .filter(size -> size >= Math.max(wanted, leastSize))
                        .findFirst()
                        .orElse(LARGEST);
    }

    /** A node that waits for its turn. */
    private static final class Turn {

        private final int node;
        private final double interval;
        private int taken;
        private int place;

        Turn(int node, double interval, int place) {
            this.node = node;
            this.interval = interval;
            this.place = place;
        }

        double due() {
            return taken * interval;
        }
    }

    /**
     * Fills a table. A node's order of places is {@code (offset + i * skip) mod size}; when it is its turn, it takes the
     * first one that is free. The first turns are one of each node, so that all have a place while there are enough;
     * then a node has as many as its weight is of the others', and of those that are due at once the first one begins.
     *
     * @param size a prime, so that each order comes by all places
     * @return the node at each place
     */
    static int[] populate(int size, int[] offsets, int[] skips, double[] weights) {
        double heaviest = Arrays.stream(weights).max().orElse(1);
        PriorityQueue<Turn> turns =
                new PriorityQueue<>(Comparator.comparingDouble(Turn::due).thenComparingInt(turn -> turn.node));
        for (int node = 0; node < offsets.length; node++) {
            turns.add(new Turn(node, heaviest / weights[node], offsets[node]));
        }
        int[] table = new int[size];
        Arrays.fill(table, FREE);
        for (int filled = 0; filled < size; filled++) {
            Turn turn = turns.remove();
            while (table[turn.place] != FREE) {
                turn.place = following(turn.place, skips[turn.node], size);
            }
            table[turn.place] = turn.node;
            turn.taken++;
            turns.add(turn);
        }
        return table;
    }

    /** The place after another one in a node's order. */
    static int following(int place, int skip, int size) {
        // Both are below the size, and there is no need of a division, which would be half of the work.
        int sum = place + skip;
        return sum < size ? sum : sum - size;
    }

    static boolean prime(int number) {
        return number > 1
                && IntStream.rangeClosed(2, (int) Math.sqrt(number)).allMatch(divisor -> number % divisor != 0);
    }

    @Override
    int first(long hash) {
        // Multiply and shift instead of a remainder: as even, and cheaper.
        return (int) (((hash >>> Integer.SIZE) * table.length) >>> Integer.SIZE);
    }

    @Override
    int next(long hash, int position) {
        return position + 1 == table.length ? 0 : position + 1;
    }

    @Override
    int index(int position) {
        return table[position];
    }

    @Override
    int positions() {
        return table.length;
    }
}
