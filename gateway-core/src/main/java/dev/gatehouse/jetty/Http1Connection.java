package dev.gatehouse.jetty;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Connection;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestTarget;
import dev.gatehouse.jetty.http1.BufferChunk;
import dev.gatehouse.jetty.http1.HeadWriter;
import dev.gatehouse.jetty.loop.LoopSocket;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpCompliance.Violation;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection.UpgradeFrom;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection over HTTP/1.1, served on its loop: one request is read, handed to the gateway and answered before
 * the next one is looked at (RFC 9112 §9.3.2).
 *
 * <p>The loop's thread reads header sections; content is read by whoever wants it, from any thread. What they share is
 * guarded by this object's monitor, in which nothing is called that might call back.
 */
final class Http1Connection extends AbstractConnection implements HttpParser.RequestHandler, UpgradeFrom {

    static final HttpCompliance COMPLIANCE = HttpCompliance.STRICT.with("GATEHOUSE", Violation.MISMATCHED_AUTHORITY);

    private static final int INPUT_BYTES = 16 * 1024;

    private final Http1Loop factory;
    private final Connector connector;
    private final LoopSocket socket;
    private final HttpParser parser;
    private final HeadWriter writer = new HeadWriter();
    private final Callback onReadable = new OnReadable();
    private final Runnable next = this::next;
    private final Connection[] connections = new Connection[2];

    private @Nullable RetainableByteBuffer input;
    private @Nullable Http1Exchange exchange;
    private boolean ended;
    private boolean serving;
    private boolean first = true;

    /** What the parser reported since it was last asked. */
    private String method = "";

    private String target = "";
    private @Nullable HttpVersion version;
    private Headers.Builder fields = Headers.builder(0);
    private boolean keepAlive;
    private boolean expectsContinue;
    private long length;
    private boolean chunked;
    private boolean headComplete;
    private boolean messageComplete;
    private @Nullable ByteBuffer content;
    private @Nullable Throwable failure;

    Http1Connection(Http1Loop factory, Connector connector, EndPoint endPoint) {
        super(endPoint, connector.getExecutor());
        this.factory = factory;
        this.connector = connector;
        this.socket = (LoopSocket) endPoint;
        this.parser = new HttpParser(this, factory.maxHeaderBytes(), COMPLIANCE);
        parser.setHeaderCacheCaseSensitive(true);
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
            failure = failure == null ? cause : failure;
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
            complete = readHead();
            broken = failure;
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

    /** Reads on until a header section is complete; false if there is nothing to read now. */
    private boolean readHead() {
        headComplete = false;
        messageComplete = false;
        while (failure == null) {
            parse();
            if (headComplete) {
                return true;
            }
            if (failure == null && !fill()) {
                releaseInput();
                return false;
            }
        }
        return true;
    }

    private Http1Exchange begin() {
        boolean http11 = version == HttpVersion.HTTP_1_1;
        Headers section = fields.build();
        boolean empty = length == 0 || (length < 0 && !chunked);
        if (empty) {
            finishMessage();
        }
        Http1Content body = new Http1Content(this, http11 && expectsContinue && !empty, empty);
        Request request = Request.received(
                method,
                RequestTarget.parse(target),
                null,
                section,
                empty ? Body.empty() : Body.of(body, length),
                connection(http11));
        return new Http1Exchange(this, request, body, http11, keepAlive);
    }

    private void finishMessage() {
        for (int i = 0; i < 4 && !messageComplete && failure == null; i++) {
            parse();
        }
        releaseInput();
    }

    private Connection connection(boolean http11) {
        int index = http11 ? 1 : 0;
        Connection known = connections[index];
        if (known == null) {
            known = new Connection(
                    address(socket.getRemoteSocketAddress()),
                    address(socket.getLocalSocketAddress()),
                    "http",
                    http11 ? "HTTP/1.1" : "HTTP/1.0");
            connections[index] = known;
        }
        return known;
    }

    private static InetSocketAddress address(@Nullable Object address) {
        return address instanceof InetSocketAddress inet ? inet : InetSocketAddress.createUnresolved("localhost", 0);
    }

    private void refuse(Throwable broken) {
        if (broken instanceof HttpException malformed) {
            boolean http11 = version == null || version == HttpVersion.HTTP_1_1;
            Http1Exchange refused;
            synchronized (this) {
                refused = new Http1Exchange(
                        this, Request.get("/").build(), new Http1Content(this, false, true), http11, false);
                exchange = refused;
                ended = true;
                releaseAll();
            }
            refused.respond(ProblemErrors.problem(malformed.getCode()), ignored -> {});
        } else {
            close();
        }
    }

    /** Whether the version is one that this connection can speak. */
    private boolean isSpokenHere() {
        return version == HttpVersion.HTTP_1_1 || version == HttpVersion.HTTP_1_0;
    }

    private boolean isPreface() {
        return first && version == HttpVersion.HTTP_2 && method.equals("PRI") && target.equals("*");
    }

    private void switchToHttp2() {
        MetaData.Request preface =
                new MetaData.Request("PRI", HttpURI.from("*"), HttpVersion.HTTP_2, HttpFields.EMPTY, 0);
        org.eclipse.jetty.io.Connection http2 =
                factory.http2().upgradeConnection(connector, socket, preface, HttpFields.build());
        if (http2 == null) {
            close();
        } else {
            socket.upgrade(http2);
        }
    }

    @Override
    public @Nullable ByteBuffer onUpgradeFrom() {
        synchronized (this) {
            RetainableByteBuffer buffer = input;
            ByteBuffer rest = buffer == null ? null : BufferUtil.copy(buffer.getByteBuffer());
            releaseAll();
            return rest;
        }
    }

    /**
     * Something has come while a request is served whose content has been read: the next request, which waits, or the end of
     * the connection.
     */
    private void peek(Http1Exchange current) {
        Throwable broken = null;
        synchronized (this) {
            if (exchange == current && current.content().isComplete() && !hasInput()) {
                fill();
                broken = failure instanceof EOFException ? null : failure;
                releaseInput();
            }
        }
        if (broken != null) {
            current.gone(broken);
        }
    }

    private boolean hasInput() {
        RetainableByteBuffer buffer = input;
        return buffer != null && buffer.hasRemaining();
    }

    private boolean parse() {
        RetainableByteBuffer buffer = input;
        if (buffer == null) {
            buffer = connector.getByteBufferPool().acquire(INPUT_BYTES, true);
            input = buffer;
        }
        return parser.parseNext(buffer.getByteBuffer());
    }

    /** Whether there is anything new to parse, or the end. */
    private boolean fill() {
        RetainableByteBuffer buffer = input;
        if (buffer != null && buffer.isRetained()) {
            buffer.release();
            buffer = null;
        }
        if (buffer == null) {
            buffer = connector.getByteBufferPool().acquire(INPUT_BYTES, true);
            input = buffer;
        }
        try {
            int read = socket.fill(buffer.getByteBuffer());
            if (read < 0) {
                parser.atEOF();
                failure = new EOFException("the client closed the connection");
            }
            return read != 0;
        } catch (IOException broken) {
            failure = broken;
            return true;
        }
    }

    /** The next of a request's content; null if there is nothing yet. */
    @Nullable
    Chunk read(Http1Content reading) {
        synchronized (this) {
            Chunk end = reading.end();
            if (end != null) {
                return end;
            }
            Chunk chunk = advanceContent(reading);
            if (chunk == null) {
                releaseInput();
            }
            return chunk;
        }
    }

    private @Nullable Chunk advanceContent(Http1Content reading) {
        while (true) {
            ByteBuffer data = content;
            content = null;
            if (data == null && !messageComplete && failure == null) {
                boolean handle = parse();
                data = content;
                content = null;
                if (data == null && !messageComplete && failure == null) {
                    if (!handle && !fill()) {
                        return null;
                    }
                    continue;
                }
            }
            if (data == null) {
                Throwable broken = messageComplete ? null : failure;
                Chunk end = broken == null ? Chunk.end() : reading.failed(broken);
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
        ByteBuffer bytes = Objects.requireNonNull(input).getByteBuffer();
        boolean all = length >= 0 && parser.getContentRead() == length;
        for (int i = 0; i < 4 && content == null && !messageComplete && failure == null; i++) {
            if (!all && !bytes.hasRemaining()) {
                return;
            }
            parser.parseNext(bytes);
        }
    }

    /** An exchange has ended, on any thread: the next one may come, unless the connection ends with it. */
    void ended(Http1Exchange done, boolean reusable) {
        boolean goOn;
        synchronized (this) {
            if (exchange != done) {
                return;
            }
            exchange = null;
            goOn = reusable && !ended && done.content().isComplete();
            ended |= !goOn;
            if (goOn) {
                parser.reset();
            } else {
                releaseAll();
            }
        }
        if (goOn) {
            socket.loop().execute(next);
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
        synchronized (this) {
            ended = true;
            current = exchange;
            failure = failure == null ? cause == null ? new EOFException("the connection was closed") : cause : failure;
            if (current == null) {
                releaseAll();
            }
        }
        if (current != null) {
            current.gone(Objects.requireNonNull(failure));
        }
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

    // What the parser reports. It holds the monitor.

    @Override
    public void startRequest(String requestMethod, String uri, HttpVersion requestVersion) {
        method = requestMethod;
        target = uri;
        version = requestVersion;
        fields = Headers.builder(16);
        keepAlive = requestVersion == HttpVersion.HTTP_1_1;
        expectsContinue = false;
        length = -1;
        chunked = false;
    }

    @Override
    public void parsedHeader(HttpField field) {
        @Nullable String value = field.getValue();
        fields.addParsed(field.getName(), value == null ? "" : value);
        HttpHeader header = field.getHeader();
        if (header == HttpHeader.CONTENT_LENGTH) {
            length = field.getLongValue();
        } else if (header == HttpHeader.TRANSFER_ENCODING) {
            chunked = true;
        } else if (header == HttpHeader.CONNECTION) {
            if (field.contains(HttpHeaderValue.CLOSE.asString())) {
                keepAlive = false;
            } else if (version == HttpVersion.HTTP_1_0 && field.contains(HttpHeaderValue.KEEP_ALIVE.asString())) {
                keepAlive = true;
            }
        } else if (header == HttpHeader.EXPECT) {
            expectsContinue = HttpHeaderValue.CONTINUE.is(field.getValue());
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
        Http1Exchange current = exchange;
        if (current != null) {
            @Nullable String value = field.getValue();
            current.content().addTrailer(field.getName(), value == null ? "" : value);
        }
    }

    @Override
    public boolean messageComplete() {
        messageComplete = true;
        return true;
    }

    @Override
    public void earlyEOF() {
        if (failure == null) {
            failure = parser.isAtEOF()
                    ? new EOFException("the client closed the connection")
                    : new Malformed("the content is malformed");
        }
    }

    @Override
    public void badMessage(HttpException bad) {
        failure = bad instanceof Throwable cause ? cause : new Malformed("malformed");
    }

    /** Content that is not in the chunked coding, though it should be. */
    static final class Malformed extends IOException {

        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }
}
