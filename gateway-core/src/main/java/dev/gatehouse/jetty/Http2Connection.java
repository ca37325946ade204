package dev.gatehouse.jetty;

import dev.gatehouse.http.Connection;
import dev.gatehouse.jetty.http2.Http2Session;
import dev.gatehouse.jetty.http2.Http2Stream;
import dev.gatehouse.jetty.loop.LoopSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.frames.GoAwayFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.SettingsFrame;
import org.eclipse.jetty.http2.parser.ServerParser;
import org.eclipse.jetty.io.Connection.UpgradeTo;
import org.eclipse.jetty.io.WindowRateControl;
import org.eclipse.jetty.server.Connector;
import org.jspecify.annotations.Nullable;

/** A client's connection over HTTP/2, served on its loop. */
final class Http2Connection extends Http2Session implements UpgradeTo {

    /** As many as RFC 9113 §6.5.2 recommends at least, and Jetty and nginx have by default. */
    private static final int MOST_STREAMS = 128;

    /** Frames that cost more to answer than to send, such as PING and RST_STREAM. */
    private static final int MOST_EVENTS_PER_SECOND = 128;

    /** What all streams may send before somebody reads it: a few that nobody reads do not stop the others. */
    private static final int WINDOW = 1024 * 1024;

    private final Http1Loop factory;
    private final Connector connector;
    private final Connection connection;
    private @Nullable ByteBuffer input;
    private int lastStream;
    private boolean leaving;

    /** Exchanges under way, those included whose stream the client has given up. */
    private int serving;

    Http2Connection(Http1Loop factory, Connector connector, LoopSocket socket) {
        super(socket, connector.getExecutor(), connector.getByteBufferPool(), parser(factory, connector), WINDOW);
        this.factory = factory;
        this.connector = connector;
        this.connection = new Connection(
                Requests.address(socket.getRemoteSocketAddress()),
                Requests.address(socket.getLocalSocketAddress()),
                "http",
                "HTTP/2.0");
    }

    private static ServerParser parser(Http1Loop factory, Connector connector) {
        return new DirectParser(connector, factory.maxHeaderBytes());
    }

    /** Begins after the part of the preface that looks like a request of HTTP/1.1. */
    private static final class DirectParser extends ServerParser {

        DirectParser(Connector connector, int maxHeaderBytes) {
            super(
                    connector.getByteBufferPool(),
                    maxHeaderBytes,
                    new WindowRateControl(MOST_EVENTS_PER_SECOND, Duration.ofSeconds(1)));
        }

        @Override
        public void init(org.eclipse.jetty.http2.parser.Parser.Listener listener) {
            super.init(listener);
            directUpgrade();
        }
    }

    Http1Loop factory() {
        return factory;
    }

    Connection connection() {
        return connection;
    }

    @Override
    public void onUpgradeTo(ByteBuffer buffer) {
        input = buffer;
    }

    @Override
    public void onOpen() {
        super.onOpen();
        begin(
                new byte[0],
                SettingsFrame.MAX_CONCURRENT_STREAMS,
                MOST_STREAMS,
                SettingsFrame.MAX_HEADER_LIST_SIZE,
                factory.maxHeaderBytes());
        if (connector.isShutdown()) {
            leave();
        }
        ByteBuffer first = input;
        input = null;
        if (first != null) {
            parse(first);
        }
        awaitReadable();
    }

    @Override
    protected void onSection(HeadersFrame frame) {
        int id = frame.getStreamId();
        if (id % 2 == 0) {
            fail(ErrorCode.PROTOCOL_ERROR, "streams of clients have odd numbers");
        } else if (!isIdle(id)) {
            fail(ErrorCode.STREAM_CLOSED_ERROR, "the stream has ended");
        } else if (!leaving) {
            lastStream = id;
            begin(frame);
        }
    }

    private void begin(HeadersFrame frame) {
        if (!(frame.getMetaData() instanceof MetaData.Request head)) {
            reset(frame.getStreamId(), ErrorCode.PROTOCOL_ERROR);
        } else if (serving >= MOST_STREAMS) {
            reset(frame.getStreamId(), ErrorCode.REFUSED_STREAM_ERROR);
        } else if (frame.isEndStream() && head.getContentLength() > 0) {
            reset(frame.getStreamId(), ErrorCode.PROTOCOL_ERROR);
        } else {
            Http2Exchange exchange = new Http2Exchange(this, frame.getStreamId(), head, frame.isEndStream());
            open(exchange.stream());
            begun(exchange.stream(), head.getContentLength(), frame.isEndStream());
            serving++;
            exchange.serve();
        }
    }

    @Override
    protected void onMalformed(int id, ErrorCode code) {
        Http2Stream known = stream(id);
        if (known != null) {
            reset(known, code);
        } else if (!leaving) {
            lastStream = Math.max(lastStream, id);
            reset(id, code);
        }
    }

    /** A client that leaves has nothing to say about what is under way. */
    @Override
    protected void onGoAway(GoAwayFrame frame) {
        leave();
    }

    @Override
    protected boolean isIdle(int id) {
        return id > lastStream || id % 2 == 0;
    }

    @Override
    protected int lastStream() {
        return lastStream;
    }

    /** An exchange has ended. */
    void served() {
        serving--;
        finishIfLeft();
    }

    void finishIfLeft() {
        if (leaving && serving == 0 && streams().isEmpty()) {
            finish();
        }
    }

    /** Takes no new requests, from any thread, and ends with those under way. */
    void shutDown() {
        loop().execute(this::leave);
    }

    private void leave() {
        if (!leaving && !isEnding()) {
            leaving = true;
            goAway(ErrorCode.NO_ERROR, "");
            finishIfLeft();
        }
    }

    @Override
    protected void idle(TimeoutException timeout) {
        if (serving == 0) {
            leave();
        }
        List<Http2Stream> open = List.copyOf(streams());
        for (Http2Stream stream : open) {
            if (stream.content().isAwaited()) {
                stream.content().fail(timeout);
            } else if (stream.isSending()) {
                reset(stream, ErrorCode.CANCEL_STREAM_ERROR);
            }
        }
    }
}
