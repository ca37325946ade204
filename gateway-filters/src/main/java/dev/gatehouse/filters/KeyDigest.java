package dev.gatehouse.filters;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Keeps keys short: a client chooses how long its header fields are, and a bounded number of keys must be a bounded
 * amount of memory.
 */
final class KeyDigest {

    /** Addresses, ids and most API keys stay as they are. A digest is longer, so the two never meet. */
    private static final int MOST = 63;

    private KeyDigest() {}

    /** The key itself, or its SHA-256 if it is long. */
    static String of(String key) {
        return key.length() <= MOST ? key : HexFormat.of().formatHex(sha256(key.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
