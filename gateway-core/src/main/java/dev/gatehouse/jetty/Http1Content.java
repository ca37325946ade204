package dev.gatehouse.jetty;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The content of a client's request, read from its connection. Once the exchange is over, what is left is thrown away. */
final class Http1Content implements Body.Source {

    private final Http1Connection connection;
    private final AtomicBoolean continueDue;
    private final AtomicReference<@Nullable Runnable> waiting = new AtomicReference<>();
    private volatile @Nullable Chunk end;
    private volatile @Nullable Throwable cancelled;
    private volatile @Nullable Runnable onContinue;
    private volatile boolean touched;
    private volatile Headers trailers = Headers.empty();

    /**
     * The content of a request.
     *
     * @param expectsContinue whether the client waits until it is told to go on
     * @param empty whether there is none
     */
    Http1Content(Http1Connection connection, boolean expectsContinue, boolean empty) {
        this.connection = connection;
        this.continueDue = new AtomicBoolean(expectsContinue);
        this.end = empty ? Chunk.end() : null;
    }

    /** Sets what tells the client to go on. */
    void onContinue(Runnable tell) {
        onContinue = tell;
    }

    /** What every further read answers, or null if there is more to come. */
    @Nullable
    Chunk end() {
        return end;
    }

    /** Whether the whole of it has been read. */
    boolean isComplete() {
        Chunk last = end;
        return last != null && last.failure() == null;
    }

    boolean isOver() {
        return end != null;
    }

    /** Whether the client was never told to send it. */
    boolean isUnasked() {
        return continueDue.get() && !touched;
    }

    void complete(Chunk last, Headers section) {
        trailers = section;
        end = last;
    }

    Chunk failed(Throwable cause) {
        return Chunk.failed(
                new GatewayException(Kind.REQUEST_BODY_CLIENT, RequestSent.NO, "reading the request failed", cause));
    }

    /** Whether somebody waits for content; who does is told that there may be some. */
    boolean available() {
        Runnable reader = waiting.getAndSet(null);
        if (reader != null) {
            reader.run();
        }
        return reader != null;
    }

    boolean isAwaited() {
        return waiting.get() != null;
    }

    @Override
    public @Nullable Chunk read() {
        Throwable reason = cancelled;
        return reason == null ? readAnyway() : Chunk.failed(reason);
    }

    /** Reads what nobody else wants any more. */
    @Nullable
    Chunk readAnyway() {
        Chunk chunk = connection.read(this);
        touched |= chunk != null;
        return chunk;
    }

    @Override
    public void demand(Runnable onAvailable) {
        if (end != null || cancelled != null) {
            onAvailable.run();
        } else {
            demandAnyway(onAvailable);
        }
    }

    void demandAnyway(Runnable onAvailable) {
        waiting.set(onAvailable);
        Runnable tell = onContinue;
        if (tell != null && continueDue.compareAndSet(true, false)) {
            tell.run();
        }
        if (end != null) {
            available();
        } else {
            connection.awaitReadable();
        }
    }

    @Override
    public void cancel(Throwable reason) {
        if (end == null && cancelled == null) {
            cancelled = reason;
            available();
        }
    }

    @Override
    public Headers trailers() {
        return trailers;
    }
}
