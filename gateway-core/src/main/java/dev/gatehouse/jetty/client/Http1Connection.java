package dev.gatehouse.jetty.client;

import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import dev.gatehouse.jetty.http1.BufferChunk;
import dev.gatehouse.jetty.http1.HeadWriter;
import dev.gatehouse.jetty.loop.Loop;
import dev.gatehouse.jetty.loop.LoopSocket;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * A connection to an endpoint over HTTP/1.1, one exchange after the other (RFC 9112 §9).
 *
 * <p>The loop's thread reads header sections; content is read by whoever wants it, from any thread. What they share is
 * guarded by this object's monitor, in which nothing is called that might call back.
 */
final class Http1Connection extends AbstractConnection implements HttpParser.ResponseHandler {

    /** Room for a usual header section with a small content, and few enough reads for a large one. */
    private static final int INPUT_BYTES = 16 * 1024;

    private final Http1Client client;
    private final Http1Pool pool;
    private final LoopSocket socket;
    private final HttpParser parser;
    private final HeadWriter writer = new HeadWriter();
    private final Callback onReadable = new OnReadable();

    private @Nullable RetainableByteBuffer input;
    private @Nullable Http1Exchange exchange;
    private @Nullable Http1Response response;
    private @Nullable Http1Request sending;
    private boolean requestWritten;
    private boolean closed;

    /** What the parser reported since it was last asked. */
    private int status;

    private Headers.Builder fields = Headers.builder(0);
    private @Nullable ByteBuffer content;
    private boolean headComplete;
    private boolean messageComplete;
    private @Nullable Throwable failure;
    private boolean persistent;
    private long length;

    private volatile long lastActivity;
    private volatile TimeSource.@Nullable Timer watch;
    private volatile long unusedSince;

    Http1Connection(Http1Client client, Http1Pool pool, LoopSocket socket) {
        super(socket, client.executor());
        this.client = client;
        this.pool = pool;
        this.socket = socket;
        this.parser = new HttpParser(this, client.maxResponseHeaderBytes(), HttpCompliance.RFC7230);
        parser.setHeaderCacheCaseSensitive(true);
    }

    Loop loop() {
        return socket.loop();
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
    void send(Http1Exchange next) {
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
                persistent = true;
                parser.reset();
                parser.setHeadResponse("HEAD".equals(next.call().request().method()));
            }
        }
        if (!taken) {
            refuse(next, tooLarge);
            return;
        }
        lastActivity = client.time().nanoTime();
        watch(next.call().idleTimeout());
        request.iterate();
    }

    private void refuse(Http1Exchange next, boolean tooLarge) {
        boolean usable;
        synchronized (this) {
            usable = !closed;
        }
        if (tooLarge) {
            next.notConnected(new GatewayException(Kind.BAD_REQUEST, "the header section is too large to send"));
        } else if (!usable) {
            next.notConnected(new GatewayException(
                    Kind.UPSTREAM_CLOSED, RequestSent.NO, "the connection was closed before the request", null));
        }
        if (usable) {
            pool.release(this);
        }
    }

    void write(Callback callback, ByteBuffer... buffers) {
        lastActivity = client.time().nanoTime();
        socket.write(callback, buffers);
    }

    /** The last byte of a request has been written. */
    void requestWritten(Http1Exchange written) {
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

    private final class OnReadable implements Callback {

        @Override
        public void succeeded() {
            onFillable();
        }

        @Override
        public void failed(Throwable cause) {
            onFillInterestedFailed(cause);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }

    @Override
    public void onFillable() {
        Http1Exchange current;
        Http1Response reading;
        synchronized (this) {
            current = exchange;
            reading = response;
        }
        if (current == null) {
            // The endpoint has closed it, or says what nobody asked for.
            close();
        } else if (reading == null) {
            readHead(current);
        } else {
            reading.available();
        }
    }

    @Override
    public void onFillInterestedFailed(Throwable cause) {
        Http1Exchange current;
        synchronized (this) {
            current = exchange;
        }
        if (current == null) {
            close();
        } else {
            current.breakOff(cause);
        }
    }

    private void readHead(Http1Exchange current) {
        while (true) {
            Http1Response answered = null;
            Throwable failed;
            boolean interim;
            synchronized (this) {
                if (exchange != current) {
                    return;
                }
                boolean more = advanceHead();
                failed = failure;
                interim = headComplete && isInterim();
                if (failed == null && headComplete && !interim) {
                    answered = new Http1Response(this, current);
                    response = answered;
                    if (messageComplete || isEmpty()) {
                        drain(answered);
                    }
                }
                if (!headComplete && failed == null && !more) {
                    releaseInput();
                }
            }
            if (failed != null) {
                current.breakOff(failed);
                return;
            }
            if (interim) {
                current.interim(status, fields.build());
            } else if (answered != null) {
                answer(current, answered);
                return;
            } else {
                awaitReadable();
                return;
            }
        }
    }

    private void answer(Http1Exchange current, Http1Response answered) {
        Headers section = fields.build();
        if (status > 599 || status < 200) {
            current.breakOff(new GatewayException(
                    Kind.UPSTREAM_PROTOCOL, RequestSent.YES, "the endpoint answered with status " + status, null));
            return;
        }
        boolean complete;
        synchronized (this) {
            complete = answered.isComplete() && requestWritten;
        }
        Body body = answered.isComplete() ? Body.empty() : Body.of(answered, length);
        if (complete) {
            finish(current);
        }
        current.answered(status, section, body);
    }

    /** Reads on until a header section is complete; false if there is nothing to read now. Holds the monitor. */
    private boolean advanceHead() {
        if (headComplete) {
            begin();
        }
        while (failure == null) {
            boolean handle = parse();
            if (headComplete && (!isInterim() || messageComplete)) {
                if (isInterim()) {
                    parser.reset();
                }
                return true;
            }
            if (!handle && failure == null && !fill()) {
                return false;
            }
        }
        return true;
    }

    private void begin() {
        headComplete = false;
        messageComplete = false;
        length = -1;
        status = 0;
    }

    private boolean isInterim() {
        return status < 200 && status != 101;
    }

    /** Whether there can be no content, whatever the header section says (RFC 9112 §6.3). */
    private boolean isEmpty() {
        return length == 0
                || status == 204
                || status == 304
                || "HEAD"
                        .equals(Objects.requireNonNull(exchange)
                                .call()
                                .request()
                                .method());
    }

    private boolean parse() {
        RetainableByteBuffer buffer = input;
        if (buffer == null) {
            buffer = client.buffers().acquire(INPUT_BYTES, true);
            input = buffer;
        }
        return parser.parseNext(buffer.getByteBuffer());
    }

    /** Whether there is anything new to parse, be it the end. */
    private boolean fill() {
        RetainableByteBuffer buffer = Objects.requireNonNull(input);
        if (buffer.isRetained()) {
            buffer.release();
            buffer = client.buffers().acquire(INPUT_BYTES, true);
            input = buffer;
        }
        try {
            int read = socket.fill(buffer.getByteBuffer());
            if (read < 0) {
                parser.atEOF();
                persistent = false;
                parser.parseNext(buffer.getByteBuffer());
                if (!headComplete && failure == null) {
                    failure = new EOFException("the endpoint closed the connection");
                }
                return true;
            }
            if (read > 0) {
                lastActivity = client.time().nanoTime();
            }
            return read > 0;
        } catch (IOException broken) {
            failure = broken;
            return true;
        }
    }

    /** Parses what follows a header section without content. Holds the monitor. */
    private void drain(Http1Response empty) {
        for (int i = 0; i < 4 && !messageComplete && failure == null; i++) {
            parse();
        }
        empty.complete(Chunk.end());
        releaseInput();
    }

    /** The next of the content; null if there is nothing yet. */
    @Nullable
    Chunk read(Http1Response reading) {
        Chunk chunk;
        synchronized (this) {
            Chunk end = reading.end();
            if (end != null || response != reading) {
                return end == null ? Chunk.failed(reading.failure(new EOFException("the exchange has ended"))) : end;
            }
            chunk = advanceContent(reading);
            if (chunk == null) {
                releaseInput();
                return null;
            }
        }
        if (chunk.failure() != null) {
            giveUp(reading.exchange(), Objects.requireNonNull(chunk.failure()));
        } else if (chunk.last()) {
            complete(reading);
        }
        return chunk;
    }

    private void complete(Http1Response reading) {
        Http1Exchange current = reading.exchange();
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

    private @Nullable Chunk advanceContent(Http1Response reading) {
        while (true) {
            ByteBuffer data = content;
            content = null;
            if (data == null) {
                boolean handle = parse();
                data = content;
                content = null;
                if (data == null && failure == null && !messageComplete) {
                    if (!handle && !fill()) {
                        return null;
                    }
                    continue;
                }
            }
            if (data == null) {
                Throwable broken = failure;
                Chunk end = broken == null ? Chunk.end() : Chunk.failed(reading.failure(broken));
                reading.complete(end);
                releaseInput();
                return end;
            }
            RetainableByteBuffer buffer = Objects.requireNonNull(input);
            buffer.retain();
            lookAhead();
            Chunk chunk = new BufferChunk(data, messageComplete, buffer);
            if (messageComplete) {
                reading.complete(Chunk.end());
                releaseInput();
            }
            return chunk;
        }
    }

    /** Finds out whether content that was just parsed is the last, if that can be told without reading. */
    private void lookAhead() {
        RetainableByteBuffer buffer = Objects.requireNonNull(input);
        boolean all = length >= 0 && parser.getContentRead() == length;
        for (int i = 0; i < 4 && content == null && !messageComplete && failure == null; i++) {
            if (!all && !buffer.getByteBuffer().hasRemaining()) {
                return;
            }
            parser.parseNext(buffer.getByteBuffer());
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
            Chunk chunk = read(reading);
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
    private void finish(Http1Exchange done) {
        boolean keep;
        synchronized (this) {
            if (exchange != done) {
                return;
            }
            exchange = null;
            sending = null;
            keep = persistent && !closed && (input == null || !input.hasRemaining());
            releaseInput();
        }
        done.ended();
        if (keep) {
            pool.release(this);
            awaitReadable();
        } else {
            close();
        }
    }

    /** Ends an exchange early, and the connection with it. Does nothing if it is not under way here. */
    void giveUp(Http1Exchange current, Throwable cause) {
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
            persistent = false;
            if (reading != null && reading.end() == null) {
                reading.complete(Chunk.failed(reading.failure(cause)));
            }
            releaseAll();
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
                releaseAll();
            }
        }
        if (first) {
            pool.closed(this);
            TimeSource.Timer watching = watch;
            if (watching != null) {
                watching.cancel();
            }
        }
        super.close();
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
        super.onClose(cause);
        Http1Exchange current;
        synchronized (this) {
            current = exchange;
        }
        if (current != null) {
            current.breakOff(cause == null ? new EOFException("the connection was closed") : cause);
        }
        close();
    }

    private void releaseInput() {
        RetainableByteBuffer buffer = input;
        if (buffer != null && !buffer.hasRemaining() && content == null) {
            input = null;
            buffer.release();
        }
    }

    private void releaseAll() {
        content = null;
        RetainableByteBuffer buffer = input;
        input = null;
        if (buffer != null) {
            buffer.release();
        }
    }

    /** Looks after the silence of exchanges: one timer for as many as come within its time. */
    private void watch(Duration limit) {
        if (!limit.isZero() && watch == null) {
            schedule(limit);
        }
    }

    private void schedule(Duration delay) {
        watch = client.time().schedule(this::checkSilence, delay);
    }

    private void checkSilence() {
        Http1Exchange current;
        synchronized (this) {
            current = exchange;
        }
        if (current == null || current.call().idleTimeout().isZero()) {
            watch = null;
            return;
        }
        long limit = current.call().idleTimeout().toNanos();
        long silent = client.time().nanoTime() - lastActivity;
        if (silent >= limit) {
            watch = null;
            current.breakOff(new TimeoutException("silent for " + silent / 1_000_000 + " ms"));
        } else {
            schedule(Duration.ofNanos(limit - silent));
        }
    }

    // What the parser reports. It holds the monitor.

    @Override
    public void startResponse(HttpVersion version, int code, String reason) {
        Objects.requireNonNull(exchange).answering();
        status = code;
        length = -1;
        fields = Headers.builder(16);
        persistent = version == HttpVersion.HTTP_1_1;
    }

    @Override
    public void parsedHeader(HttpField field) {
        @Nullable String value = field.getValue();
        fields.addParsed(field.getName(), value == null ? "" : value);
        HttpHeader header = field.getHeader();
        if (header == HttpHeader.CONNECTION && field.contains(HttpHeaderValue.CLOSE.asString())) {
            persistent = false;
        } else if (header == HttpHeader.CONNECTION && field.contains(HttpHeaderValue.KEEP_ALIVE.asString())) {
            persistent = true;
        } else if (header == HttpHeader.CONTENT_LENGTH) {
            length = field.getLongValue();
        }
    }

    @Override
    public boolean headerComplete() {
        headComplete = true;
        return true;
    }

    @Override
    public boolean content(ByteBuffer item) {
        content = item;
        return true;
    }

    @Override
    public boolean contentComplete() {
        return false;
    }

    @Override
    public void parsedTrailer(HttpField field) {
        Http1Response reading = response;
        if (reading != null) {
            @Nullable String value = field.getValue();
            reading.addTrailer(field.getName(), value == null ? "" : value);
        }
    }

    @Override
    public boolean messageComplete() {
        messageComplete = true;
        return true;
    }

    @Override
    public void earlyEOF() {
        failure = new EOFException("the endpoint closed the connection");
    }

    @Override
    public void badMessage(HttpException bad) {
        failure = bad instanceof Throwable cause ? cause : new IOException("not HTTP");
    }
}
