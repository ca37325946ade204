package dev.gatehouse.jetty.client;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.jetty.http2.FieldSection;
import dev.gatehouse.jetty.http2.Http2Session;
import dev.gatehouse.jetty.http2.Http2Stream;
import dev.gatehouse.jetty.http2.SessionSettings;
import dev.gatehouse.jetty.http2.StreamClosedException;
import dev.gatehouse.jetty.loop.LoopSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.frames.SettingsFrame;
import org.jspecify.annotations.Nullable;

/** A connection to an endpoint over HTTP/2, for as many exchanges at a time as the endpoint takes. */
final class Http2Connection extends Http2Session {

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** An endpoint of ours is no attacker, but may be broken. */
    private static final int MOST_EVENTS_PER_SECOND = 1000;

    /** Numbers of streams are used once: a connection ends before there are none left. */
    private static final int LAST_ID = Integer.MAX_VALUE - 2;

    /** What all streams may send before somebody reads it: no client that reads slowly stops those of a hundred others. */
    private static final int WINDOW = 16 * 1024 * 1024;

    private final LoopClient client;
    private final Http2Pool pool;
    private int nextId = 1;
    private int maxHeaderListSize = JettyTransportBuilder.MAX_REQUEST_HEADER_BYTES;
    private boolean leaving;

    /** How many exchanges are under way or about to be; the pool's, and guarded by it, as is the next. */
    int used;

    /** Before its settings come, an endpoint is taken to want what RFC 9113 §6.5.2 recommends. */
    int maxStreams = 100;

    Http2Connection(LoopClient client, Http2Pool pool, LoopSocket socket) {
        super(socket, client.executor(), client.buffers(), settings(client.maxResponseHeaderBytes()));
        this.client = client;
        this.pool = pool;
    }

    private static SessionSettings settings(int maxHeaderBytes) {
        return new SessionSettings(ByteBuffer.allocate(0), maxHeaderBytes, WINDOW, MOST_EVENTS_PER_SECOND, false);
    }

    @Override
    public void onOpen() {
        super.onOpen();
        begin(
                PREFACE,
                SettingsFrame.ENABLE_PUSH,
                0,
                SettingsFrame.MAX_HEADER_LIST_SIZE,
                client.maxResponseHeaderBytes());
        awaitReadable();
    }

    /** Sends a request, for which the pool has taken a stream; on the loop's thread. */
    void send(LoopExchange exchange) {
        Http2Request request =
                new Http2Request(this, exchange, nextId, new SilenceWatch(client.time(), () -> exchange));
        if (leaving || isEnding()) {
            // It was closed between the pool and here: nothing was sent, so another one will do.
            pool.release(this);
            client.send(exchange, loop());
        } else if (RequestHead.size(exchange.call()) > maxHeaderListSize) {
            pool.release(this);
            exchange.notConnected(new GatewayException(Kind.BAD_REQUEST, "the header section is too large to send"));
        } else if (exchange.connected(request, request)) {
            nextId += 2;
            open(request.stream());
            request.begin(exchange.call().idleTimeout());
            if (nextId > LAST_ID) {
                leave();
            }
        } else {
            pool.release(this);
        }
    }

    /** An exchange was waited for in vain: if nothing at all has come since, the endpoint may be gone, and no other one waits. */
    void silent(long heardBefore) {
        if (reads() == heardBefore) {
            leave();
            if (streams().isEmpty()) {
                finish();
            }
        }
    }

    /** An exchange is over. */
    void ended() {
        pool.release(this);
        if (leaving && streams().isEmpty()) {
            finish();
        }
    }

    @Override
    protected void onSettings(Map<Integer, Integer> settings) {
        if (settings.getOrDefault(SettingsFrame.ENABLE_PUSH, 0) != 0) {
            fail(ErrorCode.PROTOCOL_ERROR, "nobody may push");
        }
        Integer list = settings.get(SettingsFrame.MAX_HEADER_LIST_SIZE);
        if (list != null) {
            int unlimited = JettyTransportBuilder.MAX_REQUEST_HEADER_BYTES;
            maxHeaderListSize = list < 0 ? unlimited : Math.min(list, unlimited);
        }
        Integer streams = settings.get(SettingsFrame.MAX_CONCURRENT_STREAMS);
        if (streams != null) {
            pool.limit(this, streams < 0 ? Integer.MAX_VALUE : streams);
        }
    }

    @Override
    protected void onSection(int id, FieldSection section, boolean end) {
        if (isIdle(id)) {
            fail(ErrorCode.PROTOCOL_ERROR, "a frame of an idle stream");
        }
    }

    @Override
    protected void onMalformed(int id, ErrorCode code) {
        Http2Stream stream = stream(id);
        if (stream != null) {
            reset(stream, code);
        }
    }

    @Override
    protected void onGoAway(int last) {
        leave();
        List.copyOf(streams()).stream()
                .filter(stream -> stream.id() > last)
                .forEach(stream -> broken(stream, new StreamClosedException("the endpoint goes away", true)));
        if (streams().isEmpty()) {
            finish();
        }
    }

    private void leave() {
        leaving = true;
        pool.closed(this);
    }

    @Override
    protected void ending() {
        pool.closed(this);
    }

    @Override
    protected boolean isIdle(int id) {
        return id >= nextId || id % 2 == 0;
    }

    /** The endpoint begins no streams. */
    @Override
    protected int lastStream() {
        return 0;
    }

    @Override
    protected void idle(TimeoutException timeout) {
        if (streams().isEmpty()) {
            leave();
            goAway(ErrorCode.NO_ERROR, "");
            finish();
        }
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
        client.forget(this);
        super.onClose(cause);
    }
}
