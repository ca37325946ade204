package dev.gatehouse.balancer;

/**
 * SipHash-2-4 over the characters of a text (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012): a hash that
 * nobody can aim at without its key. It takes two bytes for each character, the lower one first.
 */
final class SipHash {

    private static final int CHARS_PER_WORD = 4;
    private static final int ROUNDS = 2;
    private static final int LAST_ROUNDS = 4;

    private SipHash() {}

    /** With both halves of the key made of one seed. */
    static long hash(String text, long seed) {
        return hash(text, Hashing.nth(seed, 1), Hashing.nth(seed, 2));
    }

    /** The state is in local variables, since an object for it would be garbage. */
    static long hash(String text, long k0, long k1) {
        long v0 = k0 ^ 0x736F6D6570736575L;
        long v1 = k1 ^ 0x646F72616E646F6DL;
        long v2 = k0 ^ 0x6C7967656E657261L;
        long v3 = k1 ^ 0x7465646279746573L;
        int words = text.length() / CHARS_PER_WORD + 1;
        for (int i = 0; i <= words; i++) {
            boolean last = i == words;
            long word = last ? 0 : word(text, i * CHARS_PER_WORD);
            v2 ^= last ? 0xFF : 0;
            v3 ^= word;
            for (int round = last ? LAST_ROUNDS : ROUNDS; round > 0; round--) {
                v0 += v1;
                v2 += v3;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v1;
                v0 += v3;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= word;
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }

    /** Four characters; the word that has fewer ends with the length in bytes. */
    private static long word(String text, int from) {
        int count = Math.min(CHARS_PER_WORD, text.length() - from);
        long word = count == CHARS_PER_WORD ? 0 : (2L * text.length()) << 56;
        for (int i = 0; i < count; i++) {
            word |= (long) text.charAt(from + i) << (Character.SIZE * i);
        }
        return word;
    }
}
