package dev.gatehouse.balancer;

import org.jspecify.annotations.Nullable;

/**
 * Chooses by the hash of something that is known of a call. What each kind of table has in common: every hash has a first
 * position, each position a next one and a node, and following them long enough comes by all nodes.
 */
abstract class HashPicker implements Picker {

    /** What is hashed; null leaves the choice to chance. */
    interface Key {

        /** The key; else the client's address. */
        Key GIVEN_OR_ADDRESS = context -> {
            String key = context.key();
            return key == null ? context.clientAddress() : key;
        };

        /** The client's address, whatever the key. */
        Key ADDRESS = PickContext::clientAddress;

        @Nullable
        String of(PickContext context);
    }

    private final Node[] nodes;
    private final RandomSource random;
    private final Key key;
    private final long seed;

    HashPicker(Setup setup, Key key, long seed) {
        this.nodes = setup.nodes().toArray(Node[]::new);
        this.random = setup.random();
        this.key = key;
        this.seed = seed;
    }

    /** Where a hash is looked up. Not asked without nodes. */
    abstract int first(long hash);

    /** Where to look after a position, if its node is not wanted. */
    abstract int next(long hash, int position);

    /** The index of a position's node. */
    abstract int index(int position);

    /** After how many positions all nodes were met. */
    abstract int positions();

    final int nodes() {
        return nodes.length;
    }

    final Node node(int index) {
        return nodes[index];
    }

    final long hash(PickContext context) {
        String text = key.of(context);
        return text == null ? random.nextLong() : Hashing.hash(text, seed);
    }

    @Override
    public final @Nullable Node pick(PickContext context) {
        if (nodes.length == 0) {
            return null;
        }
        long hash = hash(context);
        int position = first(hash);
        Node node = nodes[index(position)];
        // A second attempt goes where all second attempts for this key go, so that a cache is of use there, too.
        for (int left = positions(); left > 1 && context.avoids(node); left--) {
            position = next(hash, position);
            node = nodes[index(position)];
        }
        return node;
    }
}
