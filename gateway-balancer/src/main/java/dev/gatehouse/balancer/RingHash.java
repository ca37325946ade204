package dev.gatehouse.balancer;

/**
 * The same node for the same key, as long as it is usable: a {@linkplain HashRing ring}. When a node comes or goes, only
 * the keys of about its share move, whatever else the list holds.
 *
 * @param seed of the keys' hash
 */
record RingHash(long seed) implements HashStrategy {

    @Override
    public HashPicker newPicker(Setup setup) {
        return new HashRing(setup, HashPicker.Key.GIVEN_OR_ADDRESS, seed);
    }

    /** Without the seed: who reads the log need not know it. */
    @Override
    public String toString() {
        return seed == Hashing.NO_SEED ? "ringHash" : "ringHash(seeded)";
    }
}
