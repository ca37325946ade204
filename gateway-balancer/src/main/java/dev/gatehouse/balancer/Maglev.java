package dev.gatehouse.balancer;

/**
 * The same node for the same key, as long as it is usable, by one look into a {@linkplain MaglevTable table}.
 *
 * @param tableSize the smallest table, a prime
 * @param seed of the keys' hash
 */
record Maglev(int tableSize, long seed) implements HashStrategy {

    /** The size that the paper calls small: 655 nodes of equal weight have a hundred places each. */
    static final int USUAL_TABLE = 65_537;

    Maglev {
        if (tableSize > MaglevTable.LARGEST || !MaglevTable.prime(tableSize)) {
            throw new IllegalArgumentException(
                    "tableSize: " + tableSize + " (expected: a prime up to " + MaglevTable.LARGEST + ")");
        }
    }

    @Override
    public HashPicker newPicker(Setup setup) {
        return new MaglevTable(setup, tableSize, seed);
    }

    /** Without the seed: who reads the log need not know it. */
    @Override
    public String toString() {
        String size = tableSize == USUAL_TABLE ? "" : String.valueOf(tableSize);
        String secret = seed == Hashing.NO_SEED ? "" : size.isEmpty() ? "seeded" : ", seeded";
        return size.isEmpty() && secret.isEmpty() ? "maglev" : "maglev(" + size + secret + ")";
    }
}
