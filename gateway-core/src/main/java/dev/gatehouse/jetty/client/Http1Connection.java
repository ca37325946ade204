package dev.gatehouse.jetty.client;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.jetty.http1.HeadWriter;
import dev.gatehouse.jetty.http1.OnReadable;
import dev.gatehouse.jetty.http1.ResponseReader;
import dev.gatehouse.jetty.loop.Loop;
import dev.gatehouse.jetty.loop.LoopSocket;
import java.io.EOFException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * A connection to an endpoint over HTTP/1.1, one exchange after the other (RFC 9112 §9).
 *
 * <p>The loop's thread reads header sections; content is read by whoever wants it, from any thread. What they share is
 * guarded by this object's monitor, in which nothing is called that might call back.
 */
final class Http1Connection extends AbstractConnection implements LoopExchange.Carrier {

    private final LoopClient client;
    private final Http1Pool pool;
    private final LoopSocket socket;
    private final HeadWriter writer = new HeadWriter();
    private final Callback onReadable = new OnReadable(this);

    /** Guarded by this, as are the five below. */
    private final ResponseReader reader;

    private @Nullable LoopExchange exchange;
    private @Nullable Http1Response response;
    private @Nullable Http1Request sending;
    private boolean requestWritten;
    private boolean closed;

    private final SilenceWatch silence;
    private volatile long unusedSince;

    Http1Connection(LoopClient client, Http1Pool pool, LoopSocket socket) {
        super(socket, client.executor());
        this.client = client;
        this.pool = pool;
        this.socket = socket;
        this.silence = new SilenceWatch(client.time(), this::exchange);
        socket.onProgress(silence::heard);
        this.reader =
                new ResponseReader(socket, client.buffers(), socket.loop().memory(), client.maxResponseHeaderBytes());
    }

    Loop loop() {
        return socket.loop();
    }

    private synchronized @Nullable LoopExchange exchange() {
        return exchange;
    }

    /** When the last exchange ended. */
    long unusedSince() {
        return unusedSince;
    }

    void unusedSince(long nanos) {
        unusedSince = nanos;
    }

    @Override
    public void onOpen() {
        super.onOpen();
        awaitReadable();
    }

    /** Sends a request; runs on the loop's thread. */
    void send(LoopExchange next) {
        Http1Request request = new Http1Request(this, next, writer);
        boolean tooLarge = request.encode() > JettyTransportBuilder.MAX_REQUEST_HEADER_BYTES;
        boolean taken;
        synchronized (this) {
            taken = !closed && !tooLarge && next.connected(this, request);
            if (taken) {
                exchange = next;
                response = null;
                sending = request;
                requestWritten = false;
                reader.next(next.call().request().method());
            }
        }
        if (!taken) {
            refuse(next, tooLarge);
            return;
        }
        silence.begin(next.call().idleTimeout());
        request.iterate();
    }

    private void refuse(LoopExchange next, boolean tooLarge) {
        boolean usable;
        synchronized (this) {
            usable = !closed;
        }
        if (tooLarge) {
            next.notConnected(new GatewayException(Kind.BAD_REQUEST, "the header section is too large to send"));
        } else if (!usable) {
            // It was closed between the pool and here: nothing was sent, so another one will do.
            client.send(next, loop());
        }
        if (usable) {
            pool.release(this);
        }
    }

    void write(Callback callback, ByteBuffer... buffers) {
        socket.write(callback, buffers);
    }

    /** The last byte of a request has been written. */
    void requestWritten(LoopExchange written) {
        boolean done;
        synchronized (this) {
            if (exchange != written) {
                return;
            }
            requestWritten = true;
            done = response != null && response.isComplete();
        }
        if (done) {
            finish(written);
        }
    }

    private void awaitReadable() {
        socket.tryFillInterested(onReadable);
    }

    @Override
    public void onFillable() {
        LoopExchange current;
        Http1Response reading;
        synchronized (this) {
            current = exchange;
            reading = response;
        }
        if (current == null) {
            lookAtUnused();
        } else if (reading == null) {
            readHead(current);
        } else {
            reading.available();
        }
    }

    /** The endpoint has closed an unused connection, or says what nobody asked for; or it was read when this was under way. */
    private void lookAtUnused() {
        boolean useless;
        synchronized (this) {
            useless = exchange == null && reader.fill();
            reader.releaseInput();
        }
        if (useless) {
            close();
        } else {
            awaitReadable();
        }
    }

    @Override
    public void onFillInterestedFailed(Throwable cause) {
        LoopExchange current;
        synchronized (this) {
            current = exchange;
        }
        if (current == null) {
            close();
        } else {
            current.breakOff(cause);
        }
    }

    private void readHead(LoopExchange current) {
        while (true) {
            Http1Response answered = null;
            Throwable failed;
            boolean complete;
            synchronized (this) {
                if (exchange != current) {
                    return;
                }
                complete = reader.readHead();
                failed = reader.failure();
                if (reader.hasBegun()) {
                    current.answering();
                }
                if (complete && failed == null && !reader.isInterim()) {
                    answered = begin(current);
                }
            }
            if (failed != null) {
                current.breakOff(failed);
                return;
            }
            if (!complete) {
                awaitReadable();
                return;
            }
            if (answered != null) {
                answer(current, answered);
                return;
            }
            current.interim(reader.status(), reader.headers());
        }
    }

    private Http1Response begin(LoopExchange current) {
        Http1Response begun = new Http1Response(this, current);
        response = begun;
        if (reader.isEmpty()) {
            reader.finishEmpty();
            begun.complete(Chunk.end(), reader.trailers());
        }
        return begun;
    }

    private void answer(LoopExchange current, Http1Response answered) {
        int status = reader.status();
        if (status > 599 || status < 200) {
            current.breakOff(new GatewayException(
                    Kind.UPSTREAM_PROTOCOL, RequestSent.YES, "the endpoint answered with status " + status, null));
            return;
        }
        Body body = answered.isComplete() ? Body.empty() : Body.of(answered, reader.length());
        var section = reader.headers();
        if (answered.isComplete()) {
            complete(answered);
        }
        current.answered(status, section, body);
    }

    /** The next of the content; null if there is nothing yet. */
    @Nullable
    Chunk read(Http1Response reading) {
        return read(reading, false);
    }

    private @Nullable Chunk read(Http1Response reading, boolean toThrowAway) {
        Chunk chunk;
        synchronized (this) {
            Throwable cancelled = toThrowAway ? null : reading.cancelled();
            Chunk end = cancelled == null ? reading.end() : Chunk.failed(reading.failure(cancelled));
            if (end != null) {
                return end;
            }
            if (response != reading) {
                return Chunk.failed(reading.failure(new EOFException("the exchange has ended")));
            }
            chunk = reader.readContent(cause -> Chunk.failed(reading.failure(cause)));
            if (chunk != null && chunk.last()) {
                reading.complete(chunk.failure() == null ? Chunk.end() : chunk, reader.trailers());
            }
        }
        if (chunk != null && chunk.failure() != null) {
            giveUp(reading.exchange(), chunk.failure());
        } else if (chunk != null && chunk.last()) {
            complete(reading);
        }
        return chunk;
    }

    /** The last of a response has been read. */
    private void complete(Http1Response reading) {
        LoopExchange current = reading.exchange();
        boolean written;
        Http1Request request;
        synchronized (this) {
            written = requestWritten;
            request = sending;
        }
        if (written) {
            finish(current);
        } else if (request != null) {
            client.finishLater(this, current, request);
        }
    }

    void demand(Http1Response reading) {
        if (reading.end() != null) {
            reading.available();
        } else {
            awaitReadable();
        }
    }

    /**
     * Nobody reads the content further: what has arrived is thrown away, and where that is all of it the connection is kept.
     */
    void cancel(Http1Response reading, Throwable reason, int mostChunks) {
        for (int i = 0; i < mostChunks; i++) {
            Chunk chunk = read(reading, true);
            if (chunk == null) {
                break;
            }
            chunk.release();
            if (chunk.last()) {
                return;
            }
        }
        giveUp(reading.exchange(), reason);
    }

    /** The exchange is complete: the next one may come. */
    private void finish(LoopExchange done) {
        boolean keep;
        synchronized (this) {
            if (exchange != done) {
                return;
            }
            exchange = null;
            sending = null;
            keep = !closed && reader.isPersistent();
            reader.releaseInput();
        }
        done.ended();
        if (keep) {
            pool.release(this);
            awaitReadable();
        } else {
            close();
        }
    }

    /** Ends the connection, too. */
    @Override
    public void giveUp(LoopExchange current, Throwable cause) {
        Http1Response reading;
        Http1Request request;
        synchronized (this) {
            if (exchange != current) {
                return;
            }
            exchange = null;
            reading = response;
            request = sending;
            response = null;
            sending = null;
            if (reading != null && reading.end() == null) {
                reading.complete(Chunk.failed(reading.failure(cause)), reader.trailers());
            }
            reader.fail(cause);
            reader.releaseAll();
        }
        if (request != null) {
            request.stop();
        }
        current.ended();
        close();
        if (reading != null) {
            reading.available();
        }
    }

    @Override
    public void close() {
        boolean first;
        synchronized (this) {
            first = !closed;
            closed = true;
            if (exchange == null) {
                reader.releaseAll();
            }
        }
        if (first) {
            pool.closed(this);
            silence.cancel();
        }
        super.close();
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
        super.onClose(cause);
        LoopExchange current;
        synchronized (this) {
            current = exchange;
        }
        if (current != null) {
            current.breakOff(cause == null ? new EOFException("the connection was closed") : cause);
        }
        close();
    }
}
