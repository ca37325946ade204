package dev.gatehouse.balancer;

import java.util.Arrays;

/**
 * A ring of points (Karger et al., "Consistent hashing and random trees", 1997), as many for each node as its configured
 * weight asks for; a hash belongs to the next point. The points are hashes of the endpoints' ids.
 */
final class HashRing extends HashPicker {

    /**
     * Points for each unit of weight: with 160, as in ketama, the load of equal nodes differs by about
     * {@code 1/sqrt(160)}, 8 %.
     */
    private static final int POINTS = 160;

    /** Eight megabytes. A larger ring is halved until it fits, which moves clients; so rather this than an exact fit. */
    private static final long MOST_POINTS = 1 << 20;

    private final long indexMask;

    /** Sorted points; the low bits of each are the index of its node, which 64 bits of hash can spare. */
    private final long[] ring;

    HashRing(Setup setup, Key key, long seed) {
        super(setup, key, seed);
        indexMask = Math.max(1, Long.highestOneBit(nodes() - 1L) * 2) - 1;
        int shift = shift();
        long[][] points = new long[nodes()][];
        for (int index = 0; index < points.length; index++) {
            Endpoint endpoint = node(index).endpoint();
            long start = Hashing.hash(endpoint.id());
            points[index] = new long[(int) Math.max(1, ((long) POINTS * endpoint.weight()) >> shift)];
            for (int i = 0; i < points[index].length; i++) {
                points[index][i] = (Hashing.nth(start, i) & ~indexMask) | index;
            }
        }
        ring = Arrays.stream(points).flatMapToLong(Arrays::stream).toArray();
        Arrays.sort(ring);
    }

    /** How often the points are halved. */
    private int shift() {
        long points = 0;
        for (int index = 0; index < nodes(); index++) {
            points += (long) POINTS * node(index).endpoint().weight();
        }
        int shift = 0;
        while (points >> shift > MOST_POINTS) {
            shift++;
        }
        return shift;
    }

    @Override
    int first(long hash) {
        int found = Arrays.binarySearch(ring, hash & ~indexMask);
        int position = found >= 0 ? found : -found - 1;
        return position == ring.length ? 0 : position;
    }

    @Override
    int next(long hash, int position) {
        return position + 1 == ring.length ? 0 : position + 1;
    }

    @Override
    int index(int position) {
        return (int) (ring[position] & indexMask);
    }

    @Override
    int positions() {
        return ring.length;
    }
}
