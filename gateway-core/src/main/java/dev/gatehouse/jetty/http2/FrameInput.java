package dev.gatehouse.jetty.http2;

import dev.gatehouse.http.Headers;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.Flags;
import org.eclipse.jetty.http2.frames.Frame;
import org.eclipse.jetty.http2.frames.FrameType;
import org.eclipse.jetty.http2.frames.SettingsFrame;

/** What the frames that come mean for a connection and its streams (RFC 9113 §5 and §6). */
final class FrameInput {

    private final Http2Session session;
    private final FlowControl flow;
    private final SendQueue sending;

    FrameInput(Http2Session session, FlowControl flow, SendQueue sending) {
        this.session = session;
        this.flow = flow;
        this.sending = sending;
    }

    /**
     * Content.
     *
     * @param length what it takes of the windows, padding included
     */
    void data(int id, ByteBuffer bytes, int length, boolean end) {
        Http2Stream stream = session.stream(id);
        if (!flow.received(length)) {
            failed(ErrorCode.FLOW_CONTROL_ERROR, "more than the window");
        } else if (stream == null) {
            flow.credit(length);
            notOpen(id);
        } else if (stream.remoteEnded) {
            flow.credit(length);
            session.reset(stream, ErrorCode.STREAM_CLOSED_ERROR);
        } else {
            received(stream, bytes, length, end);
        }
    }

    private void received(Http2Stream stream, ByteBuffer bytes, int length, boolean end) {
        int content = bytes.remaining();
        stream.receiveWindow -= length;
        if (stream.receiveWindow < 0) {
            flow.credit(length);
            session.reset(stream, ErrorCode.FLOW_CONTROL_ERROR);
        } else if (!stream.sectionReceived || isWrongLength(stream, content, end)) {
            flow.credit(length);
            session.reset(stream, ErrorCode.PROTOCOL_ERROR);
        } else {
            if (length > content) {
                flow.credit(stream, length - content);
            }
            stream.progress();
            if (content > 0) {
                stream.content().add(bytes);
            }
            if (end) {
                stream.ended(Headers.empty());
            }
        }
    }

    /** Content is as long as it was announced (RFC 9113 §8.1.1). */
    private static boolean isWrongLength(Http2Stream stream, int content, boolean last) {
        if (stream.contentLeft < 0) {
            return false;
        }
        stream.contentLeft -= content;
        return stream.contentLeft < 0 || (last && stream.contentLeft > 0);
    }

    void section(int id, FieldSection section, boolean end) {
        Http2Stream stream = session.stream(id);
        if (stream == null) {
            if (!session.resetStreams().contains(id)) {
                session.onSection(id, section, end);
            }
        } else if (!stream.sectionReceived) {
            stream.progress();
            stream.owner().section(section, end);
        } else if (stream.remoteEnded) {
            session.reset(stream, ErrorCode.STREAM_CLOSED_ERROR);
        } else if (!end || !section.isTrailers() || section.tooLarge() || isWrongLength(stream, 0, true)) {
            session.reset(stream, ErrorCode.PROTOCOL_ERROR);
        } else {
            stream.ended(section.fields());
        }
    }

    /** A frame for a stream that is not open: an error, unless the peer could not know yet that we have reset it. */
    private void notOpen(int id) {
        if (session.isIdle(id)) {
            failed(ErrorCode.PROTOCOL_ERROR, "a frame of an idle stream");
        } else if (!session.resetStreams().contains(id)) {
            session.reset(id, ErrorCode.STREAM_CLOSED_ERROR);
        }
    }

    void reset(int id, int code) {
        Http2Stream stream = session.stream(id);
        if (stream != null) {
            boolean unprocessed = code == ErrorCode.REFUSED_STREAM_ERROR.code;
            String message = "the peer has reset the stream: " + ErrorCode.toString(code, null);
            session.broken(stream, new StreamClosedException(message, unprocessed));
        } else if (session.isIdle(id)) {
            failed(ErrorCode.PROTOCOL_ERROR, "a frame of an idle stream");
        }
    }

    void windowUpdate(int id, int delta) {
        Http2Stream stream = session.stream(id);
        if (id == 0) {
            if (delta == 0) {
                failed(ErrorCode.PROTOCOL_ERROR, "a window update of nothing");
            } else if (flow.raise(delta)) {
                session.streams().forEach(sending::ready);
            } else {
                failed(ErrorCode.FLOW_CONTROL_ERROR, "the window is too large");
            }
        } else if (stream != null) {
            if (delta == 0) {
                session.reset(stream, ErrorCode.PROTOCOL_ERROR);
            } else if (FlowControl.raise(stream, delta)) {
                sending.ready(stream);
            } else {
                session.reset(stream, ErrorCode.FLOW_CONTROL_ERROR);
            }
        } else if (session.isIdle(id)) {
            failed(ErrorCode.PROTOCOL_ERROR, "a frame of an idle stream");
        }
    }

    void settings(ByteBuffer payload) {
        Map<Integer, Integer> settings = new HashMap<>();
        while (payload.hasRemaining()) {
            int key = payload.getShort();
            int value = payload.getInt();
            settings.put(key, value);
            if (key == SettingsFrame.HEADER_TABLE_SIZE) {
                // Each one counts: the smallest has to be told (RFC 7541 §4.2).
                sending.encoder().maxTable(value);
            }
        }
        Integer maxFrame = settings.get(SettingsFrame.MAX_FRAME_SIZE);
        Integer push = settings.get(SettingsFrame.ENABLE_PUSH);
        boolean sound = maxFrame == null || (maxFrame >= Frame.DEFAULT_MAX_SIZE && maxFrame <= Frame.MAX_MAX_SIZE);
        if (!sound || (push != null && push != 0 && push != 1)) {
            failed(ErrorCode.PROTOCOL_ERROR, "a setting with a value that it cannot have");
            return;
        }
        if (maxFrame != null) {
            sending.maxFrame(maxFrame);
        }
        Integer window = settings.get(SettingsFrame.INITIAL_WINDOW_SIZE);
        if (window != null && !flow.initialWindow(window, session.streams())) {
            failed(ErrorCode.FLOW_CONTROL_ERROR, "the window is too large");
            return;
        }
        session.streams().forEach(sending::ready);
        session.onSettings(settings);
        sending.output().frame(FrameType.SETTINGS, Flags.ACK, 0, ByteBuffer.allocate(0));
        sending.later();
    }

    void ping(ByteBuffer payload, boolean reply) {
        if (!reply) {
            sending.output().frame(FrameType.PING, Flags.ACK, 0, payload);
            sending.later();
        }
    }

    void goAway(int lastStream) {
        session.onGoAway(lastStream);
    }

    /** A section is not as it has to be, or says what nobody understands. */
    void malformed(int id, ErrorCode code) {
        session.onMalformed(id, code);
    }

    /** Whether nothing more is to be read. */
    boolean isOver() {
        return session.isEnding();
    }

    /** The connection cannot go on. */
    void failed(ErrorCode code, String reason) {
        session.fail(code, reason);
    }
}
