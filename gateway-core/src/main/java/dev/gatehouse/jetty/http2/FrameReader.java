package dev.gatehouse.jetty.http2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.Flags;
import org.eclipse.jetty.http2.frames.FrameType;
import org.eclipse.jetty.io.WindowRateControl;

/**
 * Takes what comes on a connection apart into frames (RFC 9113 §4), and refuses what is not one. On the loop's thread only.
 *
 * <p>Peers are held to a rate of those frames that cost more to answer than to send, or bring nothing: an endless stream of
 * them is a known way to attack a server.
 */
final class FrameReader {

    private static final int HEADER = 9;
    private static final int MOST_BYTES = 16 * 1024;
    private static final int PRIORITY_BYTES = 5;
    private static final FrameType[] TYPES = FrameType.values();
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final FrameInput input;
    private final int maxHeaderBytes;
    private final FieldDecoder decoder;
    private final WindowRateControl rate;
    private final boolean resetsCount;

    /** What must come before the first frame. */
    private final ByteBuffer preface;

    /** Of a frame that has come in part; empty if there is none. */
    private ByteBuffer partial = NOTHING;

    /** What has come of a section whose last piece has not. */
    private ByteBuffer section = NOTHING;

    /** Whose section that is; 0 if there is none. */
    private int sectionStream;

    private boolean sectionEnds;
    private boolean settled;

    FrameReader(FrameInput input, SessionSettings settings) {
        this.input = input;
        this.preface = settings.preface();
        this.maxHeaderBytes = settings.maxHeaderBytes();
        this.decoder = new FieldDecoder(maxHeaderBytes);
        this.resetsCount = settings.resetsCount();
        this.rate = new WindowRateControl(settings.eventsPerSecond(), Duration.ofSeconds(1));
    }

    /** Whether a first frame has come, as it has to be. */
    boolean isSettled() {
        return settled;
    }

    /** Reads to the end of some bytes, or to the first that must not be there. */
    void read(ByteBuffer bytes) {
        while (preface.hasRemaining() && bytes.hasRemaining()) {
            if (preface.get() != bytes.get()) {
                fail(ErrorCode.PROTOCOL_ERROR, "no preface");
                return;
            }
        }
        while (bytes.hasRemaining() && !input.isOver()) {
            if (partial.position() > 0) {
                readPartial(bytes);
            } else if (!readWhole(bytes)) {
                partial = ByteBuffer.allocate(HEADER).put(bytes);
            }
        }
    }

    /** A frame that has come at once is read where it is; false if it is longer than that. */
    private boolean readWhole(ByteBuffer bytes) {
        int start = bytes.position();
        if (bytes.remaining() < HEADER) {
            return false;
        }
        int length = length(bytes, start);
        if (!isAllowed(length)) {
            return true;
        }
        if (bytes.remaining() < HEADER + length) {
            partial = ByteBuffer.allocate(HEADER + length).put(bytes);
            return true;
        }
        bytes.position(start + HEADER + length);
        frame(bytes, start, length);
        return true;
    }

    /** Puts together what came in parts: first the header, then what it announces. */
    private void readPartial(ByteBuffer bytes) {
        int taken = Math.min(partial.remaining(), bytes.remaining());
        partial.put(bytes.slice(bytes.position(), taken));
        bytes.position(bytes.position() + taken);
        if (partial.hasRemaining()) {
            return;
        }
        int length = length(partial, 0);
        ByteBuffer whole = partial;
        if (whole.capacity() == HEADER + length) {
            partial = NOTHING;
            frame(whole, 0, length);
        } else if (isAllowed(length)) {
            partial = ByteBuffer.allocate(HEADER + length).put(whole.flip());
        }
    }

    private static int length(ByteBuffer bytes, int start) {
        return bytes.getInt(start) >>> 8;
    }

    private boolean isAllowed(int length) {
        return length <= MOST_BYTES || !fail(ErrorCode.FRAME_SIZE_ERROR, "a frame of " + length + " bytes");
    }

    private void frame(ByteBuffer bytes, int start, int length) {
        int code = bytes.get(start + 3) & 0xFF;
        int flags = bytes.get(start + 4);
        int stream = bytes.getInt(start + 5) & Integer.MAX_VALUE;
        ByteBuffer payload = bytes.slice(start + HEADER, length);
        boolean continues = code == FrameType.CONTINUATION.getType();
        boolean expected = sectionStream == 0 ? !continues : continues && stream == sectionStream;
        if (!expected) {
            fail(ErrorCode.PROTOCOL_ERROR, "a section that does not go on");
        } else if (!settled && (code != FrameType.SETTINGS.getType() || isSet(flags, Flags.ACK))) {
            fail(ErrorCode.PROTOCOL_ERROR, "no settings first");
        } else if (code <= FrameType.CONTINUATION.getType()) {
            settled = true;
            // Their numbers are their order.
            frame(TYPES[code], flags, stream, payload);
        } else {
            // It means nothing (RFC 9113 §4.1), but may not come for ever.
            isBearable();
        }
    }

    private static boolean isSet(int flags, int flag) {
        return (flags & flag) != 0;
    }

    private void frame(FrameType type, int flags, int stream, ByteBuffer payload) {
        boolean ofConnection = type == FrameType.SETTINGS || type == FrameType.PING || type == FrameType.GO_AWAY;
        if (type != FrameType.WINDOW_UPDATE && ofConnection != (stream == 0)) {
            fail(ErrorCode.PROTOCOL_ERROR, type + " of stream " + stream);
            return;
        }
        switch (type) {
            case DATA -> data(flags, stream, payload);
            case HEADERS -> headers(flags, stream, payload);
            case CONTINUATION -> continuation(flags, payload);
            case SETTINGS -> settings(flags, payload);
            case PUSH_PROMISE -> fail(ErrorCode.PROTOCOL_ERROR, "nobody may push");
            default -> fixed(type, flags, stream, payload);
        }
    }

    private void data(int flags, int stream, ByteBuffer payload) {
        int length = payload.remaining();
        boolean end = isSet(flags, Flags.END_STREAM);
        if (unpad(flags, payload) && (length > 0 || end || isBearable())) {
            input.data(stream, payload, length, end);
        }
    }

    /** Leaves what is not padding (RFC 9113 §6.1). */
    private boolean unpad(int flags, ByteBuffer payload) {
        if (!isSet(flags, Flags.PADDING)) {
            return true;
        }
        int length = payload.hasRemaining() ? payload.get() & 0xFF : Integer.MAX_VALUE;
        if (length > payload.remaining()) {
            return !fail(ErrorCode.PROTOCOL_ERROR, "more padding than frame");
        }
        payload.limit(payload.limit() - length);
        return true;
    }

    private void headers(int flags, int stream, ByteBuffer payload) {
        if (!unpad(flags, payload)) {
            return;
        }
        if (isSet(flags, Flags.PRIORITY)) {
            if (payload.remaining() < PRIORITY_BYTES) {
                fail(ErrorCode.FRAME_SIZE_ERROR, "a section without its priority");
                return;
            }
            payload.position(payload.position() + PRIORITY_BYTES);
        }
        sectionEnds = isSet(flags, Flags.END_STREAM);
        if (isSet(flags, Flags.END_HEADERS)) {
            section(stream, payload);
        } else {
            sectionStream = stream;
            gather(payload);
        }
    }

    private void continuation(int flags, ByteBuffer payload) {
        if (!payload.hasRemaining() && !isBearable()) {
            return;
        }
        int stream = sectionStream;
        if (gather(payload) && isSet(flags, Flags.END_HEADERS)) {
            ByteBuffer whole = section.flip();
            section = NOTHING;
            sectionStream = 0;
            section(stream, whole);
        }
    }

    private boolean gather(ByteBuffer piece) {
        if (section.position() + piece.remaining() > maxHeaderBytes) {
            return !fail(ErrorCode.ENHANCE_YOUR_CALM_ERROR, "a section that is too large");
        }
        if (section.remaining() < piece.remaining()) {
            section = ByteBuffer.allocate(2 * (section.position() + piece.remaining()))
                    .put(section.flip());
        }
        section.put(piece);
        return true;
    }

    private void section(int stream, ByteBuffer block) {
        FieldSection section;
        try {
            section = decoder.decode(block);
        } catch (IOException broken) {
            fail(ErrorCode.COMPRESSION_ERROR, String.valueOf(broken.getMessage()));
            return;
        }
        if (section == null) {
            input.malformed(stream, ErrorCode.PROTOCOL_ERROR);
        } else {
            input.section(stream, section, sectionEnds);
        }
    }

    private void settings(int flags, ByteBuffer payload) {
        boolean ack = isSet(flags, Flags.ACK);
        if (payload.remaining() % 6 != 0 || (ack && payload.hasRemaining())) {
            fail(ErrorCode.FRAME_SIZE_ERROR, "settings of " + payload.remaining() + " bytes");
        } else if (!ack && isBearable()) {
            input.settings(payload);
        }
    }

    /** Frames that have a length of their own. */
    private void fixed(FrameType type, int flags, int stream, ByteBuffer payload) {
        int length = payload.remaining();
        boolean right = switch (type) {
            case PRIORITY -> length == PRIORITY_BYTES;
            case PING -> length == 8;
            case GO_AWAY -> length >= 8;
            default -> length == 4;
        };
        if (!right && type == FrameType.PRIORITY) {
            input.malformed(stream, ErrorCode.FRAME_SIZE_ERROR);
        } else if (!right) {
            fail(ErrorCode.FRAME_SIZE_ERROR, type + " of " + length + " bytes");
        } else if (type == FrameType.WINDOW_UPDATE) {
            input.windowUpdate(stream, payload.getInt() & Integer.MAX_VALUE);
        } else if ((type == FrameType.RST_STREAM && !resetsCount) || isBearable()) {
            switch (type) {
                case RST_STREAM -> input.reset(stream, payload.getInt());
                case PING -> input.ping(payload, isSet(flags, Flags.ACK));
                case GO_AWAY -> input.goAway(payload.getInt() & Integer.MAX_VALUE);
                default -> {
                    // Priorities are no more (RFC 9113 §5.3.2).
                }
            }
        }
    }

    /** Whether the peer may go on after something that brought nothing. */
    boolean isBearable() {
        return rate.onEvent(this) || !fail(ErrorCode.ENHANCE_YOUR_CALM_ERROR, "too many frames that bring nothing");
    }

    /** Reads nothing more, and answers true. */
    private boolean fail(ErrorCode code, String reason) {
        input.failed(code, reason);
        return true;
    }
}
