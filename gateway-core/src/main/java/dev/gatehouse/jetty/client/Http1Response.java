package dev.gatehouse.jetty.client;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Headers;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The content of a response, read from its connection. */
final class Http1Response implements Body.Source {

    private final Http1Connection connection;
    private final LoopExchange exchange;
    private final AtomicReference<@Nullable Runnable> waiting = new AtomicReference<>();
    private volatile @Nullable Chunk end;
    private volatile @Nullable Throwable cancelled;
    private volatile Headers trailers = Headers.empty();

    Http1Response(Http1Connection connection, LoopExchange exchange) {
        this.connection = connection;
        this.exchange = exchange;
    }

    LoopExchange exchange() {
        return exchange;
    }

    /** What every further read answers, or null if there is more to come. */
    @Nullable
    Chunk end() {
        return end;
    }

    /** Why nobody reads further, or null. */
    @Nullable
    Throwable cancelled() {
        return cancelled;
    }

    boolean isComplete() {
        return end != null;
    }

    void complete(Chunk last, Headers section) {
        trailers = section;
        end = last;
    }

    GatewayException failure(Throwable cause) {
        return exchange.bodyFailure(cause, waiting.get() != null);
    }

    /** There may be something to read: tells who waits for it. */
    void available() {
        Runnable reader = waiting.getAndSet(null);
        if (reader != null) {
            reader.run();
        }
    }

    @Override
    public @Nullable Chunk read() {
        return connection.read(this);
    }

    @Override
    public void demand(Runnable onAvailable) {
        waiting.set(onAvailable);
        if (end != null || cancelled != null) {
            available();
        } else {
            connection.demand(this);
        }
    }

    @Override
    public void cancel(Throwable reason) {
        if (end != null || cancelled != null) {
            return;
        }
        cancelled = reason;
        connection.cancel(this, reason, waiting.get() == null ? ResponseBody.MAX_CHUNKS_TO_SAVE_A_CONNECTION : 0);
        available();
    }

    @Override
    public Headers trailers() {
        return trailers;
    }
}
