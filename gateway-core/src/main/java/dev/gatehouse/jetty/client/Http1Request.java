package dev.gatehouse.jetty.client;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.jetty.http1.Framing;
import dev.gatehouse.jetty.http1.HeadWriter;
import dev.gatehouse.transport.Call;
import java.nio.ByteBuffer;
import org.eclipse.jetty.util.IteratingCallback;
import org.jspecify.annotations.Nullable;

/**
 * Writes one request to a connection: the header section with the first of the content that is there, then the rest as it
 * comes.
 */
final class Http1Request extends IteratingCallback implements Sending {

    private final Http1Connection connection;
    private final Http1Exchange exchange;
    private final Request request;
    private final Body body;
    private final HeadWriter writer;
    private long left;
    private @Nullable ByteBuffer head;
    private int headLength;
    private @Nullable Chunk writing;
    private boolean last;
    private volatile boolean begun;
    private volatile boolean waiting;
    private volatile boolean stopped;
    private volatile @Nullable Throwable broken;

    Http1Request(Http1Connection connection, Http1Exchange exchange, HeadWriter writer) {
        this.connection = connection;
        this.exchange = exchange;
        this.request = exchange.call().request();
        this.body = request.body();
        this.writer = writer;
        this.left = body.length();
    }

    /**
     * Encodes the header section.
     *
     * @return its length in bytes
     */
    int encode() {
        Call call = exchange.call();
        writer.clear().text(request.method()).text(" ").text(request.target().pathAndQuery());
        writer.text(" HTTP/1.1\r\nHost: ").text(host(call)).line();
        Headers headers = request.headers();
        for (int i = 0; i < headers.size(); i++) {
            if (!RequestHead.isWrittenByTransport(headers.name(i))) {
                writer.field(headers.name(i), headers.value(i));
            }
        }
        if (left < 0) {
            writer.text("Transfer-Encoding: chunked\r\n");
        } else if (left > 0 || RequestContent.EXPECT_CONTENT.contains(request.method())) {
            writer.text("Content-Length: ").number(left).line();
        }
        writer.line();
        head = writer.buffer();
        headLength = writer.length();
        return headLength;
    }

    private static String host(Call call) {
        String authority = call.request().authority();
        return authority.isEmpty() ? call.endpoint().authority() : authority;
    }

    /** Whether anything may have reached the endpoint. */
    boolean isSent() {
        ByteBuffer unsent = head;
        return begun && (unsent == null || unsent.remaining() < headLength);
    }

    /** Whether the end of the content has been read. */
    boolean isLast() {
        return last;
    }

    @Override
    public boolean isWaiting() {
        return waiting;
    }

    @Override
    public @Nullable Throwable broken() {
        return broken;
    }

    /** Reads no further: the exchange is over, and the body is somebody else's. */
    void stop() {
        stopped = true;
    }

    @Override
    protected Action process() {
        release();
        if (last) {
            return Action.SUCCEEDED;
        }
        Chunk chunk = stopped ? null : next();
        if (stopped || broken != null) {
            if (chunk != null) {
                chunk.release();
            }
            return Action.IDLE;
        }
        ByteBuffer section = begun ? null : head;
        begun = true;
        if (chunk == null) {
            if (section != null) {
                connection.write(this, section);
                return Action.SCHEDULED;
            }
            waiting = true;
            body.demand(this::available);
            return Action.IDLE;
        }
        ByteBuffer[] buffers = left == -1
                ? Framing.chunked(section, chunk.data(), last, last ? body.trailers() : Headers.empty())
                : Framing.plain(section, chunk.data());
        writing = chunk;
        if (buffers.length == 0) {
            return process();
        }
        connection.write(this, buffers);
        return Action.SCHEDULED;
    }

    private void available() {
        if (!stopped) {
            waiting = false;
            iterate();
        }
    }

    /** The next of the content, or null if there is none yet or it broke. */
    private @Nullable Chunk next() {
        if (body.isEmpty()) {
            last = true;
            return Chunk.end();
        }
        Chunk chunk = body.read();
        if (chunk == null) {
            return null;
        }
        Throwable failure = chunk.failure();
        if (failure == null && left >= 0) {
            failure = wrongLength(chunk);
        }
        if (failure != null) {
            chunk.release();
            broken = failure;
            exchange.breakOff(failure);
            return null;
        }
        last = chunk.last();
        return chunk;
    }

    /** More or less than was announced would make the endpoint take one request for two, or wait for ever. */
    private @Nullable Throwable wrongLength(Chunk chunk) {
        left -= chunk.data().remaining();
        boolean wrong = left < 0 || (chunk.last() && left > 0);
        return wrong
                ? new GatewayException(Kind.FILTER_FAILED, "the content is not as long as it was announced")
                : null;
    }

    private void release() {
        Chunk written = writing;
        writing = null;
        if (written != null) {
            written.release();
        }
    }

    @Override
    protected void onCompleteSuccess() {
        connection.requestWritten(exchange);
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
        release();
        exchange.breakOff(cause);
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
