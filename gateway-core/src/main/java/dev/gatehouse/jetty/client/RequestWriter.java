package dev.gatehouse.jetty.client;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import java.nio.ByteBuffer;
import org.eclipse.jetty.util.IteratingCallback;
import org.jspecify.annotations.Nullable;

/**
 * Writes one request over a loop: the header section with the first of the content that is there, then the rest as it
 * comes. What is written to differs by the version of HTTP.
 */
abstract class RequestWriter extends IteratingCallback implements Sending {

    private static final ByteBuffer NO_BYTES = ByteBuffer.allocate(0);

    private final LoopExchange exchange;
    private final Body body;
    private final long length;
    private long left;
    private @Nullable Chunk writing;
    private boolean last;
    private boolean begun;
    private volatile boolean waiting;
    private volatile boolean stopped;
    private volatile @Nullable Throwable broken;

    RequestWriter(LoopExchange exchange) {
        this.exchange = exchange;
        this.body = exchange.call().request().body();
        this.length = body.length();
        this.left = length;
    }

    /**
     * Writes a piece, and calls this object back when its bytes are no longer needed.
     *
     * @param first whether the header section comes before it
     * @param data may be empty
     * @param end whether nothing comes after it
     * @return false if there was nothing to write, and nobody is called back
     */
    abstract boolean write(boolean first, ByteBuffer data, boolean end);

    final LoopExchange exchange() {
        return exchange;
    }

    final Body body() {
        return body;
    }

    /** How long the content is, or -1. */
    final long length() {
        return length;
    }

    /** Whether the end of the content has been read. */
    final boolean isLast() {
        return last;
    }

    @Override
    public final boolean isWaiting() {
        return waiting;
    }

    @Override
    public final @Nullable Throwable broken() {
        return broken;
    }

    /** Reads no further: the exchange is over, and the body is somebody else's. */
    final void stop() {
        stopped = true;
    }

    @Override
    protected final Action process() {
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
        boolean first = !begun;
        begun = true;
        if (chunk == null && !first) {
            waiting = true;
            body.demand(this::available);
            return Action.IDLE;
        }
        writing = chunk;
        return write(first, chunk == null ? NO_BYTES : chunk.data(), last) ? Action.SCHEDULED : process();
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
    protected void onCompleteFailure(Throwable cause) {
        release();
        exchange.breakOff(cause);
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
