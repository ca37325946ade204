package dev.gatehouse.jetty.http2;

import dev.gatehouse.http.Headers;
import dev.gatehouse.jetty.internal.JettyFields;
import java.nio.ByteBuffer;
import java.util.Map;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.Flags;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.FrameType;
import org.eclipse.jetty.http2.frames.GoAwayFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.PingFrame;
import org.eclipse.jetty.http2.frames.PushPromiseFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.http2.frames.SettingsFrame;
import org.eclipse.jetty.http2.frames.WindowUpdateFrame;
import org.eclipse.jetty.http2.parser.ServerParser;

/** What the frames that come mean for a connection and its streams (RFC 9113 §5 and §6). */
final class FrameInput implements ServerParser.Listener {

    private final Http2Session session;
    private final FlowControl flow;
    private final SendQueue sending;

    FrameInput(Http2Session session, FlowControl flow, SendQueue sending) {
        this.session = session;
        this.flow = flow;
        this.sending = sending;
    }

    @Override
    public void onData(DataFrame frame) {
        int length = frame.flowControlLength();
        Http2Stream stream = session.stream(frame.getStreamId());
        if (!flow.received(length)) {
            session.fail(ErrorCode.FLOW_CONTROL_ERROR, "more than the window");
        } else if (stream == null) {
            flow.credit(length);
            notOpen(frame.getStreamId());
        } else if (stream.remoteEnded) {
            flow.credit(length);
            session.reset(stream, ErrorCode.STREAM_CLOSED_ERROR);
        } else {
            received(stream, frame, length);
        }
    }

    private void received(Http2Stream stream, DataFrame frame, int length) {
        int content = frame.remaining();
        stream.receiveWindow -= length;
        if (stream.receiveWindow < 0) {
            flow.credit(length);
            session.reset(stream, ErrorCode.FLOW_CONTROL_ERROR);
        } else if (isWrongLength(stream, content, frame.isEndStream())) {
            flow.credit(length);
            session.reset(stream, ErrorCode.PROTOCOL_ERROR);
        } else {
            if (length > content) {
                flow.credit(stream, length - content);
            }
            stream.owner().progress();
            if (content > 0) {
                stream.content().add(frame.getByteBuffer());
            }
            if (frame.isEndStream()) {
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

    @Override
    public void onHeaders(HeadersFrame frame) {
        Http2Stream stream = session.stream(frame.getStreamId());
        if (stream == null && session.resetStreams().contains(frame.getStreamId())) {
            return;
        }
        if (stream == null) {
            session.onSection(frame);
        } else if (!stream.sectionReceived) {
            stream.owner().progress();
            stream.owner().section(frame);
        } else if (stream.remoteEnded) {
            session.reset(stream, ErrorCode.STREAM_CLOSED_ERROR);
        } else if (!frame.isEndStream() || isWrongLength(stream, 0, true)) {
            session.reset(stream, ErrorCode.PROTOCOL_ERROR);
        } else {
            HttpFields fields = frame.getMetaData().getHttpFields();
            stream.ended(JettyFields.fromJetty(fields));
        }
    }

    /** A frame for a stream that is not open: an error, unless the peer could not know yet that we have reset it. */
    private void notOpen(int id) {
        if (session.isIdle(id)) {
            session.fail(ErrorCode.PROTOCOL_ERROR, "a frame of an idle stream");
        } else if (!session.resetStreams().contains(id)) {
            session.reset(id, ErrorCode.STREAM_CLOSED_ERROR);
        }
    }

    @Override
    public void onReset(ResetFrame frame) {
        Http2Stream stream = session.stream(frame.getStreamId());
        if (stream != null) {
            boolean unprocessed = frame.getError() == ErrorCode.REFUSED_STREAM_ERROR.code;
            String message = "the peer has reset the stream: " + ErrorCode.toString(frame.getError(), null);
            session.broken(stream, new StreamClosedException(message, unprocessed));
        } else if (session.isIdle(frame.getStreamId())) {
            session.fail(ErrorCode.PROTOCOL_ERROR, "a frame of an idle stream");
        }
    }

    @Override
    public void onWindowUpdate(WindowUpdateFrame frame) {
        int id = frame.getStreamId();
        Http2Stream stream = session.stream(id);
        if (id == 0) {
            if (flow.raise(frame.getWindowDelta())) {
                session.streams().forEach(sending::ready);
            } else {
                session.fail(ErrorCode.FLOW_CONTROL_ERROR, "the window is too large");
            }
        } else if (stream != null) {
            if (FlowControl.raise(stream, frame.getWindowDelta())) {
                sending.ready(stream);
            } else {
                session.reset(stream, ErrorCode.FLOW_CONTROL_ERROR);
            }
        } else if (session.isIdle(id)) {
            session.fail(ErrorCode.PROTOCOL_ERROR, "a frame of an idle stream");
        }
    }

    @Override
    public void onSettings(SettingsFrame frame) {
        if (frame.isReply()) {
            return;
        }
        Map<Integer, Integer> settings = frame.getSettings();
        Integer table = settings.get(SettingsFrame.HEADER_TABLE_SIZE);
        if (table != null) {
            sending.encoder().maxTable(table);
        }
        Integer maxFrame = settings.get(SettingsFrame.MAX_FRAME_SIZE);
        if (maxFrame != null) {
            sending.maxFrame(maxFrame);
        }
        Integer window = settings.get(SettingsFrame.INITIAL_WINDOW_SIZE);
        if (window != null && !flow.initialWindow(window, session.streams())) {
            session.fail(ErrorCode.FLOW_CONTROL_ERROR, "the window is too large");
            return;
        }
        session.streams().forEach(sending::ready);
        session.onSettings(settings);
        sending.output().frame(FrameType.SETTINGS, Flags.ACK, 0, ByteBuffer.allocate(0));
        sending.later();
    }

    @Override
    public void onPing(PingFrame frame) {
        if (!frame.isReply()) {
            sending.output().frame(FrameType.PING, Flags.ACK, 0, ByteBuffer.wrap(frame.getPayload()));
            sending.later();
        }
    }

    @Override
    public void onPushPromise(PushPromiseFrame frame) {
        session.fail(ErrorCode.PROTOCOL_ERROR, "nobody may push");
    }

    @Override
    public void onGoAway(GoAwayFrame frame) {
        session.onGoAway(frame);
    }

    @Override
    public void onStreamFailure(int id, int error, String reason) {
        session.onMalformed(id, ErrorCode.from(error));
    }

    @Override
    public void onConnectionFailure(int error, String reason) {
        session.fail(ErrorCode.from(error), reason);
    }
}
