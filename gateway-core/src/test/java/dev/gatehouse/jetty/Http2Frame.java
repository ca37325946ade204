package dev.gatehouse.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.MetaData;

/** One frame of HTTP/2 as it came (RFC 9113 §4.1); a field section is decoded, with its continuations. */
final class Http2Frame {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int NONE = 0;
    static final int ACK = 0x1;
    static final int END_STREAM = 0x1;
    static final int END_HEADERS = 0x4;
    static final int PADDED = 0x8;
    static final int WITH_PRIORITY = 0x20;

    static final int HEADER_TABLE_SIZE = 1;
    static final int ENABLE_PUSH = 2;
    static final int MAX_CONCURRENT_STREAMS = 3;
    static final int INITIAL_WINDOW_SIZE = 4;
    static final int MAX_FRAME_SIZE = 5;

    /** What comes last on every connection. */
    static final Http2Frame CLOSED = new Http2Frame(-1, 0, 0, new byte[0], null);

    private final int type;
    private final int flags;
    private final int stream;
    private final byte[] payload;
    private final MetaData section;

    Http2Frame(int type, int flags, int stream, byte[] payload, MetaData section) {
        this.type = type;
        this.flags = flags;
        this.stream = stream;
        this.payload = payload;
        this.section = section;
    }

    static byte[] bytes(int type, int flags, int stream, byte... payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    static byte[] ints(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
        for (int value : values) {
            bytes.putInt(value);
        }
        return bytes.array();
    }

    int type() {
        return type;
    }

    int flags() {
        return flags;
    }

    int stream() {
        return stream;
    }

    byte[] payload() {
        return payload;
    }

    MetaData section() {
        return section;
    }

    boolean is(int expected) {
        return type == expected;
    }

    boolean is(int expected, int id) {
        return type == expected && stream == id;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    boolean isClosed() {
        return type == CLOSED.type;
    }

    /** Whether it says that the connection has failed. */
    boolean isError() {
        return type == GOAWAY && code() != 0;
    }

    /** The error of RST_STREAM or GOAWAY. */
    int code() {
        return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
    }

    /** The number that a frame begins with. */
    int number() {
        return ByteBuffer.wrap(payload).getInt();
    }

    int status() {
        return section instanceof MetaData.Response response ? response.getStatus() : -1;
    }

    String text() {
        return new String(payload, ISO_8859_1);
    }

    @Override
    public String toString() {
        return switch (type) {
            case -1 -> "closed";
            case DATA -> stream + " DATA " + payload.length + (has(END_STREAM) ? " end" : "");
            case HEADERS -> stream + " HEADERS " + section + (has(END_STREAM) ? " end" : "");
            case RST_STREAM -> stream + " RST_STREAM " + code();
            case GOAWAY -> "GOAWAY " + code() + ' ' + new String(payload, 8, payload.length - 8, ISO_8859_1);
            default -> stream + " frame " + type + " flags " + flags + " of " + payload.length;
        };
    }
}
