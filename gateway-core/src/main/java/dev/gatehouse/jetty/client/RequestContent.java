package dev.gatehouse.jetty.client;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Request;
import dev.gatehouse.jetty.internal.JettyChunks;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/**
 * A request's body as Jetty reads it, shielded: Jetty fails the content of every request that it gives up, but the body
 * belongs to the client's exchange, which may try again or answer.
 */
final class RequestContent implements org.eclipse.jetty.client.Request.Content, Sending {

    /** Methods whose requests are taken to have content unless told otherwise (RFC 9110 §8.6, §9.3). */
    static final Set<String> EXPECT_CONTENT = Set.of("POST", "PUT", "PATCH");

    private final Body body;
    private final String method;
    private final AtomicReference<@Nullable Runnable> waiting = new AtomicReference<>();
    private volatile Content.@Nullable Chunk failed;
    private volatile boolean read;
    private volatile boolean last;
    private volatile boolean stalled;
    private volatile @Nullable Throwable broken;

    RequestContent(Request request) {
        this.body = request.body();
        this.method = request.method();
    }

    /** Whether Jetty has been given something to write: the header section goes out with the first read. */
    @Override
    public boolean isSent() {
        return read;
    }

    /** Whether Jetty has been given everything. */
    boolean isLast() {
        return last;
    }

    @Override
    public boolean isWaiting() {
        return stalled || waiting.get() != null;
    }

    @Override
    public @Nullable Throwable broken() {
        return broken;
    }

    /** The length for Jetty to announce; none for an absent body where nobody expects one. */
    @Override
    public long getLength() {
        return body.isEmpty() && !EXPECT_CONTENT.contains(method) ? -1 : body.length();
    }

    /** None: what a request does not say of its content, we do not make up. */
    @Override
    public @Nullable String getContentType() {
        return null;
    }

    @Override
    public Content.@Nullable Chunk read() {
        Content.Chunk failure = failed;
        if (failure != null) {
            return failure;
        }
        Chunk chunk = body.read();
        if (chunk == null) {
            read = true;
            return null;
        }
        broken = chunk.failure();
        if (broken == null) {
            read = true;
            last = chunk.last();
        }
        return JettyChunks.toJetty(chunk);
    }

    @Override
    public void demand(Runnable onAvailable) {
        waiting.set(onAvailable);
        body.demand(this::available);
    }

    @Override
    public void fail(Throwable failure) {
        failed = Content.Chunk.from(failure, true);
        if (waiting.getAndSet(null) != null) {
            stalled = true;
        }
    }

    private void available() {
        Runnable reader = waiting.getAndSet(null);
        if (reader != null) {
            reader.run();
        }
    }
}
