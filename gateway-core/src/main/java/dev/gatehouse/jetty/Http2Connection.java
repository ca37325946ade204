package dev.gatehouse.jetty;

import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.http.Connection;
import dev.gatehouse.jetty.http2.FieldSection;
import dev.gatehouse.jetty.http2.Http2Session;
import dev.gatehouse.jetty.http2.Http2Stream;
import dev.gatehouse.jetty.http2.SessionSettings;
import dev.gatehouse.jetty.loop.LoopSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.frames.SettingsFrame;
import org.eclipse.jetty.io.Connection.UpgradeTo;
import org.eclipse.jetty.server.Connector;
import org.jspecify.annotations.Nullable;

/** A client's connection over HTTP/2, served on its loop. */
final class Http2Connection extends Http2Session implements UpgradeTo {

    /** As many as RFC 9113 §6.5.2 recommends at least, and Jetty and nginx have by default. */
    private static final int MOST_STREAMS = 128;

    /** A client that gives its streams up gets no more for it: what it has set going counts until it has come to its end. */
    private static final int MOST_EXCHANGES = 2 * MOST_STREAMS;

    /** Frames that cost more to answer than to send, such as PING and RST_STREAM. */
    private static final int MOST_EVENTS_PER_SECOND = 128;

    /** What all streams may send before somebody reads it: a few that nobody reads do not stop the others. */
    private static final int WINDOW = 1024 * 1024;

    private final Http1Loop factory;
    private final Connector connector;
    private final Connection connection;
    private @Nullable ByteBuffer input;
    private int lastStream;

    /** The last one that has come, whether it was looked at or not. */
    private int lastSeen;

    private boolean leaving;

    private TimeSource.@Nullable Timer check;

    /** Exchanges under way, those included whose stream the client has given up. */
    private int serving;

    Http2Connection(Http1Loop factory, Connector connector, LoopSocket socket) {
        super(socket, connector.getExecutor(), connector.getByteBufferPool(), settings(factory.maxHeaderBytes()));
        this.factory = factory;
        this.connector = connector;
        this.connection = new Connection(
                Requests.address(socket.getRemoteSocketAddress()),
                Requests.address(socket.getLocalSocketAddress()),
                "http",
                "HTTP/2.0");
    }

    private static SessionSettings settings(int maxHeaderBytes) {
        // The part of the preface before it looks like a request of HTTP/1.1, and has been read as one.
        ByteBuffer preface = ByteBuffer.wrap("SM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return new SessionSettings(preface, maxHeaderBytes, WINDOW, MOST_EVENTS_PER_SECOND, true);
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
    protected void onSection(int id, FieldSection section, boolean end) {
        if (id % 2 == 0) {
            fail(ErrorCode.PROTOCOL_ERROR, "streams of clients have odd numbers");
        } else if (!isIdle(id)) {
            fail(ErrorCode.STREAM_CLOSED_ERROR, "the stream has ended");
        } else if (leaving) {
            lastSeen = id;
        } else {
            lastSeen = id;
            lastStream = id;
            begin(id, section, end);
        }
    }

    private void begin(int id, FieldSection head, boolean end) {
        if (!head.tooLarge() && !head.isRequest()) {
            reset(id, ErrorCode.PROTOCOL_ERROR);
        } else if (streams().size() >= MOST_STREAMS || serving >= MOST_EXCHANGES) {
            reset(id, ErrorCode.REFUSED_STREAM_ERROR);
        } else if (end && head.contentLength() > 0) {
            reset(id, ErrorCode.PROTOCOL_ERROR);
        } else {
            Http2Exchange exchange = new Http2Exchange(this, id, head, end);
            open(exchange.stream());
            begun(exchange.stream(), head.contentLength(), end);
            serving++;
            checkLater();
            if (head.tooLarge()) {
                exchange.refuse(HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431);
            } else {
                exchange.serve();
            }
        }
    }

    @Override
    protected void onMalformed(int id, ErrorCode code) {
        Http2Stream known = stream(id);
        if (known != null) {
            reset(known, code);
        } else {
            lastSeen = Math.max(lastSeen, id);
            lastStream = leaving ? lastStream : lastSeen;
            reset(id, code);
        }
    }

    /** A client that leaves has nothing to say about what is under way. */
    @Override
    protected void onGoAway(int last) {
        leave();
    }

    @Override
    protected boolean isIdle(int id) {
        return id > lastSeen || id % 2 == 0;
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
        List.copyOf(streams()).forEach(stream -> stalled(stream, timeout));
    }

    /** Ends what waits for the client. Waiting for an upstream is no silence of the client's. */
    private void stalled(Http2Stream stream, TimeoutException timeout) {
        if (stream.content().isAwaited()) {
            stream.content().fail(timeout);
        } else if (stream.isSending()) {
            reset(stream, ErrorCode.CANCEL_STREAM_ERROR);
        }
    }

    /** A client that is heard of may let some of its streams wait nevertheless: they are looked at from time to time. */
    private void checkLater() {
        if (check == null && connector.getIdleTimeout() > 0) {
            Duration period = Duration.ofMillis(connector.getIdleTimeout());
            check = TimeSource.system().schedule(() -> loop().execute(this::check), period);
        }
    }

    private void check() {
        check = null;
        TimeoutException timeout = new TimeoutException("the client let a stream wait");
        for (Http2Stream stream : List.copyOf(streams())) {
            boolean waits = stream.content().isAwaited() || stream.isSending();
            if (waits && stream.isStill()) {
                stalled(stream, timeout);
            }
        }
        if (!streams().isEmpty()) {
            checkLater();
        }
    }

    @Override
    protected void ending() {
        TimeSource.Timer timer = check;
        if (timer != null) {
            timer.cancel();
        }
    }
}
