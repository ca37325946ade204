package dev.gatehouse.balancer;

/**
 * The same node for the same key, as long as it is usable: the one with the {@linkplain HighestRandomWeight highest random
 * weight}.
 *
 * @param seed of the keys' hash
 */
record Rendezvous(long seed) implements HashStrategy {

    @Override
    public HashPicker newPicker(Setup setup) {
        return new HighestRandomWeight(setup, seed);
    }

    /** Without the seed: who reads the log need not know it. */
    @Override
    public String toString() {
        return seed == Hashing.NO_SEED ? "rendezvous" : "rendezvous(seeded)";
    }
}
