package dev.gatehouse;

import dev.gatehouse.balancer.Node;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes and reads the tokens of one upstream. A token is 48 bytes in base64url (RFC 4648 §5): a version and when it was
 * first issued, when it was last issued, both in seconds, a tag that stands for the endpoint, and a signature. Safe for use
 * by several threads.
 */
final class AffinityTokens {

    private static final int TEXT_LENGTH = 64;
    private static final int SIGNED_BYTES = 32;
    private static final long VERSION = 1L << 56;

    /** What gateways' clocks may differ by. A token from farther ahead would outlive its time, and is none. */
    private static final long MOST_SKEW_SECONDS = 300;

    private final List<AffinityKey> keys;
    private final long maxIdle;
    private final long maxLife;

    /**
     * A token that holds.
     *
     * @param endpoint the endpoint's id; null if it is gone
     * @param issued when the user came to the endpoint, in seconds
     * @param due whether it shall be renewed: a quarter of its idle time has passed, or an old secret signed it
     */
    record Token(@Nullable String endpoint, long issued, boolean due) {}

    AffinityTokens(Affinity settings, String upstream) {
        this.keys = settings.secrets().stream()
                .map(secret -> new AffinityKey(secret, upstream))
                .toList();
        this.maxIdle = settings.maxIdleSeconds();
        this.maxLife = settings.maxLifeSeconds();
    }

    /** Makes what can be made before requests need it. */
    void prepare(List<Node> nodes) {
        keys.forEach(key -> key.tagAll(nodes));
    }

    String issue(String endpoint, List<Node> nodes, long issued, long now) {
        AffinityKey key = keys.get(0);
        AffinityKey.Tag tag = key.tag(endpoint, nodes);
        ByteBuffer token = ByteBuffer.allocate(SIGNED_BYTES + AffinityKey.MAC_BYTES)
                .putLong(VERSION | issued)
                .putLong(now)
                .putLong(tag.high())
                .putLong(tag.low());
        token.put(key.sign(Arrays.copyOf(token.array(), SIGNED_BYTES)));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token.array());
    }

    /** Reads; null for whatever is no token of ours, or is too old. */
    @Nullable
    Token read(String text, List<Node> nodes, long now) {
        byte[] bytes = decoded(text);
        if (bytes == null) {
            return null;
        }
        byte[] signed = Arrays.copyOf(bytes, SIGNED_BYTES);
        byte[] signature = Arrays.copyOfRange(bytes, SIGNED_BYTES, bytes.length);
        for (AffinityKey key : keys) {
            if (key.verifies(signed, signature)) {
                return token(key, ByteBuffer.wrap(signed), nodes, now);
            }
        }
        return null;
    }

    private @Nullable Token token(AffinityKey key, ByteBuffer signed, List<Node> nodes, long now) {
        long issued = signed.getLong() - VERSION;
        long seen = signed.getLong();
        long idle = now - seen;
        boolean holds = issued >= 0
                && issued < VERSION
                && idle >= -MOST_SKEW_SECONDS
                && idle < maxIdle
                && now - issued >= -MOST_SKEW_SECONDS
                && now - issued < maxLife;
        if (!holds) {
            return null;
        }
        String endpoint = key.id(new AffinityKey.Tag(signed.getLong(), signed.getLong()), nodes);
        return new Token(endpoint, issued, key != keys.get(0) || (maxIdle != Long.MAX_VALUE && idle >= maxIdle / 4.0));
    }

    private static byte @Nullable [] decoded(String text) {
        if (text.length() != TEXT_LENGTH) {
            return null;
        }
        try {
            return Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }
}
