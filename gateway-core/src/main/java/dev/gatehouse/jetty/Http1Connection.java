package dev.gatehouse.jetty;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Connection;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestTarget;
import dev.gatehouse.jetty.http1.HeadWriter;
import dev.gatehouse.jetty.http1.OnReadable;
import dev.gatehouse.jetty.http1.RequestReader;
import dev.gatehouse.jetty.loop.LoopSocket;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpCompliance.Violation;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection.UpgradeFrom;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection over HTTP/1.1, served on its loop: one request is read, handed to the gateway and answered before
 * the next one is looked at (RFC 9112 §9.3.2).
 *
 * <p>The loop's thread reads header sections; content is read by whoever wants it, from any thread. What they share is
 * guarded by this object's monitor, in which nothing is called that might call back.
 */
final class Http1Connection extends AbstractConnection implements UpgradeFrom {

    static final HttpCompliance COMPLIANCE = HttpCompliance.STRICT.with("GATEHOUSE", Violation.MISMATCHED_AUTHORITY);

    private final Http1Loop factory;
    private final Connector connector;
    private final LoopSocket socket;
    private final HeadWriter writer = new HeadWriter();
    private final Callback onReadable = new OnReadable(this);
    private final Runnable next = this::next;
    private final Connection[] connections = new Connection[2];
    private final Http1Content nothing = new Http1Content(this, false, true);

    /** Guarded by this, as are the two below. */
    private final RequestReader reader;

    private @Nullable Http1Exchange exchange;
    private boolean ended;

    private boolean serving;
    private boolean first = true;

    Http1Connection(Http1Loop factory, Connector connector, EndPoint endPoint) {
        super(endPoint, connector.getExecutor());
        this.factory = factory;
        this.connector = connector;
        this.socket = (LoopSocket) endPoint;
        this.reader = new RequestReader(
                socket, connector.getByteBufferPool(), socket.loop().memory(), factory.maxHeaderBytes(), COMPLIANCE);
    }

    Http1Loop factory() {
        return factory;
    }

    HeadWriter writer() {
        return writer;
    }

    Connector connector() {
        return connector;
    }

    void write(Callback callback, ByteBuffer... buffers) {
        socket.write(callback, buffers);
    }

    @Override
    public void onOpen() {
        super.onOpen();
        awaitReadable();
    }

    void awaitReadable() {
        socket.tryFillInterested(onReadable);
    }

    @Override
    public void onFillable() {
        Http1Exchange current;
        synchronized (this) {
            current = exchange;
        }
        if (current == null) {
            next();
        } else if (!current.content().available()) {
            peek(current);
        }
    }

    @Override
    public void onFillInterestedFailed(Throwable cause) {
        Http1Exchange current;
        synchronized (this) {
            current = exchange;
            reader.fail(cause);
        }
        if (current == null) {
            close();
        } else if (!current.content().available()) {
            current.gone(cause);
        }
    }

    /** Serves requests until there is nothing to read, or one takes its time. Runs on the loop's thread. */
    private void next() {
        if (serving) {
            return;
        }
        serving = true;
        try {
            while (serveOne()) {
                // The next one is there already.
            }
        } finally {
            serving = false;
        }
    }

    private boolean serveOne() {
        Throwable broken;
        boolean complete;
        Http1Exchange begun = null;
        synchronized (this) {
            if (exchange != null || ended) {
                return false;
            }
            complete = reader.readHead();
            broken = reader.failure();
            if (complete && broken == null && !isPreface()) {
                if (isSpokenHere()) {
                    begun = begin();
                    exchange = begun;
                } else {
                    broken = new HttpException.RuntimeException(HttpStatus.HTTP_VERSION_NOT_SUPPORTED_505);
                }
            }
        }
        if (broken != null) {
            refuse(broken);
        } else if (begun != null) {
            first = false;
            begun.serve();
            synchronized (this) {
                return exchange == null;
            }
        } else if (complete) {
            switchToHttp2();
        } else {
            awaitReadable();
        }
        return false;
    }

    private Http1Exchange begin() {
        boolean http11 = reader.version() == HttpVersion.HTTP_1_1;
        boolean empty = reader.isEmpty();
        long length = reader.length();
        if (empty) {
            reader.finishEmpty();
        }
        Http1Content body = empty ? nothing : new Http1Content(this, http11 && reader.expectsContinue(), false);
        Request request = Request.received(
                reader.method(),
                RequestTarget.parse(reader.target()),
                null,
                reader.headers(),
                empty ? Body.empty() : Body.of(body, length),
                connection(http11));
        return new Http1Exchange(this, request, body, http11, reader.keepAlive());
    }

    private Connection connection(boolean http11) {
        int index = http11 ? 1 : 0;
        Connection known = connections[index];
        if (known == null) {
            known = new Connection(
                    Requests.address(socket.getRemoteSocketAddress()),
                    Requests.address(socket.getLocalSocketAddress()),
                    "http",
                    http11 ? "HTTP/1.1" : "HTTP/1.0");
            connections[index] = known;
        }
        return known;
    }

    private void refuse(Throwable broken) {
        if (broken instanceof HttpException malformed) {
            Http1Exchange refused;
            synchronized (this) {
                boolean http11 = reader.version() != HttpVersion.HTTP_1_0;
                refused = new Http1Exchange(this, Request.get("/").build(), nothing, http11, false);
                exchange = refused;
                ended = true;
                reader.releaseAll();
            }
            refused.respond(ProblemErrors.problem(malformed.getCode()), ignored -> {});
        } else {
            close();
        }
    }

    /** Whether the version is one that this connection can speak. */
    private boolean isSpokenHere() {
        return reader.version() == HttpVersion.HTTP_1_1 || reader.version() == HttpVersion.HTTP_1_0;
    }

    private boolean isPreface() {
        return first
                && reader.version() == HttpVersion.HTTP_2
                && reader.method().equals("PRI")
                && reader.target().equals("*");
    }

    private void switchToHttp2() {
        socket.upgrade(new Http2Connection(factory, connector, socket));
    }

    @Override
    public @Nullable ByteBuffer onUpgradeFrom() {
        synchronized (this) {
            return reader.takeInput();
        }
    }

    /**
     * Something has come while a request is served whose content has been read: the next request, which waits, or the end of
     * the connection.
     */
    private void peek(Http1Exchange current) {
        Throwable broken = null;
        synchronized (this) {
            if (exchange == current && current.content().isComplete() && !reader.hasInput()) {
                reader.fill();
                broken = reader.failure() instanceof EOFException ? null : reader.failure();
                reader.releaseInput();
            }
        }
        if (broken != null) {
            current.gone(broken);
        }
    }

    /** The next of a request's content; null if there is nothing yet. */
    @Nullable
    Chunk read(Http1Content reading) {
        Chunk chunk;
        synchronized (this) {
            Chunk end = reading.end();
            if (end != null) {
                return end;
            }
            chunk = reader.readContent(reading::failed);
            if (chunk == null || !chunk.last()) {
                return chunk;
            }
            reading.complete(chunk.failure() == null ? Chunk.end() : chunk, reader.trailers());
        }
        // From now on whatever comes is looked at: a client that is gone shows.
        awaitReadable();
        return chunk;
    }

    /** An exchange has ended, on any thread: the next one may come, unless the connection ends with it. */
    void ended(Http1Exchange done, boolean reusable) {
        boolean goOn;
        boolean more;
        synchronized (this) {
            if (exchange != done) {
                return;
            }
            exchange = null;
            goOn = reusable && !ended && done.content().isComplete();
            ended |= !goOn;
            more = reader.hasInput() || reader.failure() != null;
            if (goOn) {
                reader.next();
            } else {
                reader.releaseAll();
            }
        }
        if (goOn && more) {
            socket.loop().execute(next);
        } else if (goOn) {
            awaitReadable();
        } else {
            close();
        }
    }

    /** Waiting for an upstream is no silence of the client's. */
    @Override
    public boolean onIdleExpired(TimeoutException timeout) {
        Http1Exchange current;
        synchronized (this) {
            current = exchange;
        }
        return current == null || current.isWaitingForClient();
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
        super.onClose(cause);
        Http1Exchange current;
        Throwable why;
        synchronized (this) {
            ended = true;
            current = exchange;
            why = reader.failure();
            if (why == null) {
                why = cause == null ? new EOFException("the connection was closed") : cause;
                reader.fail(why);
            }
            if (current == null) {
                reader.releaseAll();
            }
        }
        if (current != null) {
            current.gone(why);
        }
    }
}
