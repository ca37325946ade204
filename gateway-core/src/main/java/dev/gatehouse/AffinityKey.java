package dev.gatehouse;

import dev.gatehouse.balancer.Node;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What one secret is good for in one upstream: it signs, and turns endpoints' ids into tags that say nothing of them. The
 * tags are kept, so that most requests compute none and look through nothing. Safe for use by several threads.
 */
final class AffinityKey {

    static final int MAC_BYTES = 16;
    private static final String ALGORITHM = "HmacSHA256";

    /** So many tags of endpoints that are gone may be kept beside as many as there are. */
    private static final int SPARE_TAGS = 64;

    private final SecretKeySpec signing;
    private final SecretKeySpec tagging;
    private final Map<String, Tag> tags = new ConcurrentHashMap<>();
    private final Map<Tag, String> ids = new ConcurrentHashMap<>();

    /** The list whose endpoints all have their tags. */
    private volatile List<Node> tagged = List.of();

    /** Stands for an endpoint's id. */
    record Tag(long high, long low) {}

    AffinityKey(byte[] secret, String upstream) {
        SecretKeySpec key = new SecretKeySpec(secret, ALGORITHM);
        this.signing = new SecretKeySpec(hmac(key, utf8("gatehouse affinity 1 signature " + upstream)), ALGORITHM);
        this.tagging = new SecretKeySpec(hmac(key, utf8("gatehouse affinity 1 endpoint " + upstream)), ALGORITHM);
    }

    /** The first 16 bytes of the HMAC: RFC 2104 §5 allows no less than half of it. */
    byte[] sign(byte[] message) {
        return Arrays.copyOf(hmac(signing, message), MAC_BYTES);
    }

    boolean verifies(byte[] message, byte[] signature) {
        return MessageDigest.isEqual(sign(message), signature);
    }

    Tag tag(String id, List<Node> nodes) {
        Tag known = tags.get(id);
        if (known != null) {
            return known;
        }
        if (tags.size() > 2 * nodes.size() + SPARE_TAGS) {
            forgetOthers(nodes);
        }
        ByteBuffer hash = ByteBuffer.wrap(hmac(tagging, utf8(id)));
        Tag made = new Tag(hash.getLong(), hash.getLong());
        tags.put(id, made);
        ids.put(made, id);
        return made;
    }

    /** The endpoint that a tag of ours stands for; null if it is gone. Looks through the list once if that is new. */
    @Nullable
    String id(Tag tag, List<Node> nodes) {
        String id = ids.get(tag);
        if (id == null && tagged != nodes) {
            tagAll(nodes);
            id = ids.get(tag);
        }
        return id;
    }

    /** Makes the tags of a list, before a request needs them. */
    synchronized void tagAll(List<Node> nodes) {
        if (!tagged.equals(nodes)) {
            nodes.forEach(node -> tag(node.endpoint().id(), nodes));
        }
        tagged = nodes;
    }

    private synchronized void forgetOthers(List<Node> nodes) {
        var kept = nodes.stream().map(node -> node.endpoint().id()).collect(Collectors.toSet());
        tags.keySet().retainAll(kept);
        ids.values().retainAll(kept);
        // Another thread may have tagged a newer list meanwhile: it is looked through again.
        tagged = List.of();
    }

    private static byte[] hmac(SecretKeySpec key, byte[] message) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
