package dev.gatehouse.jetty.http1;

import dev.gatehouse.http.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Puts content into the chunked coding (RFC 9112 §7.1), or leaves it as it is. */
public final class Framing {

    private static final byte[] LINE = {'\r', '\n'};
    private static final byte[] LAST = {'0', '\r', '\n', '\r', '\n'};
    private static final ByteBuffer[] NOTHING = {};

    private Framing() {}

    /**
     * What to write for some content as it is.
     *
     * @param head the header section, or null if it has gone out
     * @param data content, maybe none
     * @return the buffers to write, in order; none if there is nothing to write
     */
    public static ByteBuffer[] plain(@Nullable ByteBuffer head, ByteBuffer data) {
        if (head == null) {
            return data.hasRemaining() ? new ByteBuffer[] {data} : NOTHING;
        }
        return data.hasRemaining() ? new ByteBuffer[] {head, data} : new ByteBuffer[] {head};
    }

    /**
     * What to write for some content as one chunk.
     *
     * @param head the header section, or null if it has gone out
     * @param data content, maybe none
     * @param last whether it is the last
     * @param trailers the trailer section; only used with the last content
     * @return the buffers to write, in order; none if there is nothing to write
     */
    public static ByteBuffer[] chunked(@Nullable ByteBuffer head, ByteBuffer data, boolean last, Headers trailers) {
        boolean some = data.hasRemaining();
        ByteBuffer before = ByteBuffer.wrap(some ? size(data.remaining()) : last ? end(trailers) : new byte[0]);
        if (!some) {
            return plain(head, before);
        }
        ByteBuffer after = ByteBuffer.wrap(last ? endOfChunkAndContent(trailers) : LINE);
        return head == null ? new ByteBuffer[] {before, data, after} : new ByteBuffer[] {head, before, data, after};
    }

    private static byte[] size(int bytes) {
        return (Integer.toHexString(bytes) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] end(Headers trailers) {
        return trailers.size() == 0 ? LAST : written(new HeadWriter().text("0\r\n"), trailers);
    }

    private static byte[] endOfChunkAndContent(Headers trailers) {
        return written(new HeadWriter().text("\r\n0\r\n"), trailers);
    }

    private static byte[] written(HeadWriter writer, Headers trailers) {
        ByteBuffer buffer = writer.fields(trailers).line().buffer();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
