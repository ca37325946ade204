package dev.gatehouse.balancer;

import java.util.Arrays;

/**
 * The same node for the same client address, as long as it is usable: consistent hashing on a ring (Karger et al., 1997)
 * over the endpoints' ids, with points in proportion to their configured weights. When a node comes or goes, only the
 * clients of about its share move. The hash has no seed, so that all gateways agree.
 */
record ClientIpHash() implements Strategy {

    /**
     * Points for each unit of weight: with 160, as in ketama, the load of equal nodes differs by about
     * {@code 1/sqrt(160)}, 8 %.
     */
    private static final int POINTS = 160;

    /** Eight megabytes. A larger ring is halved until it fits, which moves clients; so rather this than an exact fit. */
    private static final long MOST_POINTS = 1 << 20;

    @Override
    public Picker newPicker(Setup setup) {
        Node[] nodes = setup.nodes().toArray(Node[]::new);
        if (nodes.length == 0) {
            return context -> null;
        }
        RandomSource random = setup.random();
        long indexMask = Math.max(1, Long.highestOneBit(nodes.length - 1L) * 2) - 1;
        long[] ring = ring(nodes, indexMask);
        return context -> {
            String address = context.clientAddress();
            return address == null
                    ? nodes[random.nextInt(nodes.length)]
                    : nodes[(int) (successor(ring, Hashing.hash(address) & ~indexMask) & indexMask)];
        };
    }

    /** Sorted points; the low bits of each are the index of its node, which 64 bits of hash can spare. */
    private static long[] ring(Node[] nodes, long indexMask) {
        int shift = 0;
        while (Arrays.stream(nodes)
                                .mapToLong(
                                        node -> (long) POINTS * node.endpoint().weight())
                                .sum()
                        >> shift
                > MOST_POINTS) {
            shift++;
        }
        long[][] points = new long[nodes.length][];
        for (int index = 0; index < nodes.length; index++) {
            Endpoint endpoint = nodes[index].endpoint();
            long start = Hashing.hash(endpoint.id());
            points[index] = new long[(int) Math.max(1, ((long) POINTS * endpoint.weight()) >> shift)];
            for (int i = 0; i < points[index].length; i++) {
                points[index][i] = (Hashing.nth(start, i) & ~indexMask) | index;
            }
        }
        long[] ring = Arrays.stream(points).flatMapToLong(Arrays::stream).toArray();
        Arrays.sort(ring);
        return ring;
    }

    private static long successor(long[] ring, long hash) {
        int found = Arrays.binarySearch(ring, hash);
        int index = found >= 0 ? found : -found - 1;
        return ring[index == ring.length ? 0 : index];
    }

    @Override
    public String toString() {
        return "clientIpHash";
    }
}
