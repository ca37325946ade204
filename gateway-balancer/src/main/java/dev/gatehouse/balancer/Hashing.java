package dev.gatehouse.balancer;

/** A hash that all gateways agree on, whatever their version of Java. */
final class Hashing {

    private static final long FNV_OFFSET = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;

    /** 2^64 divided by the golden ratio: multiples of it are spread evenly (Knuth, volume 3, 6.4). */
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /** The seed that all gateways share unless they are told another one. */
    static final long NO_SEED = 0;

    private Hashing() {}

    /** FNV-1a over the characters, mixed, since FNV alone leaves close texts close. */
    static long hash(String text) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            hash = (hash ^ (c & 0xFF)) * FNV_PRIME;
            hash = (hash ^ (c >>> 8)) * FNV_PRIME;
        }
        return mix(hash);
    }

    /** The hash of a text, or another one that depends on a seed. */
    static long hash(String text, long seed) {
        return seed == NO_SEED ? hash(text) : SipHash.hash(text, seed);
    }

    /** One of many independent hashes that follow from one. */
    static long nth(long hash, int n) {
        return mix(hash + n * GOLDEN);
    }

    /** The finaliser of MurmurHash3. */
    private static long mix(long value) {
        long hash = (value ^ (value >>> 33)) * 0xFF51AFD7ED558CCDL;
        hash = (hash ^ (hash >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return hash ^ (hash >>> 33);
    }
}
