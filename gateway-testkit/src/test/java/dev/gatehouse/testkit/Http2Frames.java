package dev.gatehouse.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.hpack.HpackDecoder;
import org.eclipse.jetty.http2.hpack.HpackException;

/** HTTP/2 frames on a raw connection (RFC 9113 §4.1), so that a script can send what no server would. */
final class Http2Frames {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int GOAWAY = 7;

    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;

    static final int NO_ERROR = 0;
    static final int INTERNAL_ERROR = 2;
    static final int REFUSED_STREAM = 7;
    static final int CANCEL = 8;

    /** {@code :status: 200}, an entry of HPACK's static table (RFC 7541, appendix A). */
    static final String STATUS_200 = "\u0088";

    private final RawConnection connection;

    private Http2Frames(RawConnection connection) {
        this.connection = connection;
    }

    record Frame(int type, int flags, int stream, String payload) {

        /** The error code of a RST_STREAM frame. */
        int error() {
            return payload.charAt(3);
        }

        boolean isEnd() {
            return (flags & END_STREAM) != 0;
        }
    }

    /** Reads the client's preface and sends empty settings. */
    static Http2Frames accept(RawConnection connection) throws IOException {
        connection.readUntil("SM\r\n\r\n");
        Http2Frames frames = new Http2Frames(connection);
        frames.write(SETTINGS, 0, 0, "");
        return frames;
    }

    Frame read() throws IOException {
        String head = connection.read(9);
        int length = head.charAt(0) << 16 | head.charAt(1) << 8 | head.charAt(2);
        int stream = head.charAt(5) << 24 | head.charAt(6) << 16 | head.charAt(7) << 8 | head.charAt(8);
        return new Frame(head.charAt(3), head.charAt(4), stream, connection.read(length));
    }

    /** Reads up to and including a frame of a type. */
    Frame readUntil(int type) throws IOException {
        Frame frame = read();
        while (frame.type() != type) {
            frame = read();
        }
        return frame;
    }

    /** How many frames of a type a client has sent, preface included. */
    static int count(String received, int type) {
        int count = 0;
        int at = received.indexOf("SM\r\n\r\n") + 6;
        while (at + 9 <= received.length()) {
            count += received.charAt(at + 3) == type ? 1 : 0;
            at += 9 + (received.charAt(at) << 16 | received.charAt(at + 1) << 8 | received.charAt(at + 2));
        }
        return count;
    }

    /** The first request that a client has sent, preface included. */
    static MetaData.Request request(String received) throws HpackException {
        int at = received.indexOf("SM\r\n\r\n") + 6;
        while (received.charAt(at + 3) != HEADERS) {
            at += 9 + (received.charAt(at) << 16 | received.charAt(at + 1) << 8 | received.charAt(at + 2));
        }
        int length = received.charAt(at) << 16 | received.charAt(at + 1) << 8 | received.charAt(at + 2);
        byte[] fields = received.substring(at + 9, at + 9 + length).getBytes(StandardCharsets.ISO_8859_1);
        return (MetaData.Request) new HpackDecoder(8192, System::nanoTime).decode(ByteBuffer.wrap(fields));
    }

    void write(int type, int flags, int stream, String payload) throws IOException {
        connection.write(int24(payload.length()) + (char) type + (char) flags + int32(stream) + payload);
    }

    /** Sends SETTINGS_MAX_HEADER_LIST_SIZE. */
    void limitHeaderList(int bytes) throws IOException {
        write(SETTINGS, 0, 0, "\u0000\u0006" + int32(bytes));
    }

    void reset(int stream, int error) throws IOException {
        write(RST_STREAM, 0, stream, int32(error));
    }

    void goAway(int lastStream, int error) throws IOException {
        write(GOAWAY, 0, 0, int32(lastStream) + int32(error));
    }

    /** A field with a name and value as they are (RFC 7541 §6.2.2). */
    static String field(String name, String value) {
        return "\u0000" + (char) name.length() + name + (char) value.length() + value;
    }

    private static String int24(int value) {
        return int32(value).substring(1);
    }

    private static String int32(int value) {
        byte[] bytes = {(byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value};
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
