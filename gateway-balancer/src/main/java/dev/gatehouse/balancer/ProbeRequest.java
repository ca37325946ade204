package dev.gatehouse.balancer;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * What a check asks an endpoint. Immutable.
 *
 * @param method such as {@code GET}
 * @param path path and query, encoded already; begins with one slash
 * @param authority for {@code Host} or {@code :authority}; empty for the endpoint's own
 * @param headers fields to send, one value for each name; a name in any case
 * @param content what to send; empty for none
 * @param maxContent how many bytes of the answer's content are kept, 0 or more
 * @param http2 whether nothing but HTTP/2 will do, with its trailers, as for gRPC; else whatever is usual for the endpoint
 */
public record ProbeRequest(
        String method,
        String path,
        String authority,
        Map<String, String> headers,
        ByteBuffer content,
        int maxContent,
        boolean http2) {

    /** Copies what could change. */
    public ProbeRequest {
        headers = Map.copyOf(headers);
        content = Bytes.copy(content);
    }

    /** A path to ask for, if it is one. */
    static String checkedPath(String path) {
        if (!path.startsWith("/") || path.startsWith("//")) {
            throw new IllegalArgumentException("path: " + path + " (expected: to begin with one slash)");
        }
        URI.create(path);
        return path;
    }

    /**
     * The content.
     *
     * @return a read-only view of its own, from the first byte on
     */
    @Override
    public ByteBuffer content() {
        return content.duplicate();
    }
}
