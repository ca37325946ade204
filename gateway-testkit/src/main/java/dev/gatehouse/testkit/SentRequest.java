package dev.gatehouse.testkit;

import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.transport.Call;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A request that a {@link FakeTransport} was given, and what became of it. Safe for use by several threads. */
public final class SentRequest {

    private final Call call;
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private boolean complete;
    private @Nullable GatewayException aborted;
    private @Nullable Throwable responseCancelled;

    SentRequest(Call call) {
        this.call = call;
    }

    /**
     * What the transport was asked to do.
     *
     * @return the call
     */
    public Call call() {
        return call;
    }

    /**
     * The request.
     *
     * @return it; its body has been read
     */
    public Request request() {
        return call.request();
    }

    /**
     * The content read so far.
     *
     * @return a copy
     */
    public synchronized byte[] content() {
        return content.toByteArray();
    }

    /**
     * The content read so far.
     *
     * @return as text in UTF-8
     */
    public synchronized String text() {
        return content.toString(StandardCharsets.UTF_8);
    }

    /**
     * Whether the content was read to its regular end.
     *
     * @return true if it was
     */
    public synchronized boolean isComplete() {
        return complete;
    }

    /**
     * The trailer section of the content.
     *
     * @return the trailers; empty before the end has been read
     */
    public synchronized Headers trailers() {
        return complete ? call.request().body().trailers() : Headers.empty();
    }

    /**
     * Why the request was given up.
     *
     * @return the reason, or null if it was not
     */
    public synchronized @Nullable GatewayException aborted() {
        return aborted;
    }

    /**
     * Why the response's content was not read to its end.
     *
     * @return the reason, or null if it was
     */
    public synchronized @Nullable Throwable responseCancelled() {
        return responseCancelled;
    }

    synchronized void add(Chunk chunk) {
        byte[] bytes = new byte[chunk.data().remaining()];
        chunk.data().get(bytes);
        content.writeBytes(bytes);
        complete |= chunk.last() && chunk.failure() == null;
    }

    synchronized void abort(GatewayException reason) {
        if (aborted == null) {
            aborted = reason;
        }
    }

    synchronized void cancelResponse(Throwable reason) {
        responseCancelled = reason;
    }
}
