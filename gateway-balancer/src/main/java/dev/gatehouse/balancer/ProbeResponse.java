package dev.gatehouse.balancer;

import java.nio.ByteBuffer;
import java.util.Map;

/**
 * What an endpoint answered. Immutable.
 *
 * @param status the final status
 * @param headers the header section, names in lower case, the first value of each
 * @param content the content, or its first {@link ProbeRequest#maxContent} bytes
 * @param whole whether the content was read to its end; false if there is more than was kept
 * @param trailers the trailer section, names in lower case, the first value of each; empty if there is none, or if the
 *     client knows of none, like the JDK's
 */
public record ProbeResponse(
        int status, Map<String, String> headers, ByteBuffer content, boolean whole, Map<String, String> trailers) {

    /** Copies what could change. */
    public ProbeResponse {
        headers = Map.copyOf(headers);
        content = Bytes.copy(content);
        trailers = Map.copyOf(trailers);
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
