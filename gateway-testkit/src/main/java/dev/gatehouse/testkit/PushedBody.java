package dev.gatehouse.testkit;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A body that a test feeds by hand, and that tells what its reader did: how much it read, whether it asked for more,
 * whether it cancelled. Safe for use by several threads.
 */
public final class PushedBody implements Body.Source {

    private final Queue<Chunk> chunks = new ArrayDeque<>();
    private final CountDownLatch demanded = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private Headers trailers = Headers.empty();
    private long bytesRead;
    private @Nullable Chunk end;
    private @Nullable Runnable waiting;
    private @Nullable Throwable cancelled;

    /** A body with nothing in it yet. */
    public PushedBody() {}

    /**
     * This body, of unknown length.
     *
     * @return a body to put into a message
     */
    public Body body() {
        return Body.of(this, -1);
    }

    /**
     * This body.
     *
     * @param length how many bytes will be given
     * @return a body to put into a message
     */
    public Body body(long length) {
        return Body.of(this, length);
    }

    /**
     * Gives some bytes.
     *
     * @param text text in UTF-8
     * @return this body
     */
    public PushedBody give(String text) {
        return give(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Gives some bytes.
     *
     * @param bytes the bytes
     * @return this body
     */
    public PushedBody give(byte[] bytes) {
        return push(Chunk.of(ByteBuffer.wrap(bytes), false));
    }

    /**
     * Ends the body.
     *
     * @return this body
     */
    public PushedBody end() {
        return push(Chunk.end());
    }

    /**
     * Ends the body with a trailer section.
     *
     * @param section the trailers
     * @return this body
     */
    public PushedBody end(Headers section) {
        synchronized (this) {
            trailers = section;
        }
        return end();
    }

    /**
     * Breaks the body off.
     *
     * @param failure why
     * @return this body
     */
    public PushedBody fail(Throwable failure) {
        return push(Chunk.failed(failure));
    }

    /** Waits until the reader has asked for bytes that were not there. */
    public void awaitDemand() {
        Patience.await(demanded, "nobody asked for bytes");
    }

    /** Waits until the reader has read the end. */
    public void awaitEnd() {
        Patience.await(ended, "nobody read the end");
    }

    /**
     * How much was read.
     *
     * @return bytes
     */
    public synchronized long bytesRead() {
        return bytesRead;
    }

    /**
     * Why the reader cancelled.
     *
     * @return the reason, or null if it did not
     */
    public synchronized @Nullable Throwable cancelled() {
        return cancelled;
    }

    @Override
    public synchronized @Nullable Chunk read() {
        if (end != null) {
            return end;
        }
        Chunk chunk = chunks.poll();
        if (chunk != null) {
            bytesRead += chunk.data().remaining();
            if (chunk.last()) {
                end = chunk;
                ended.countDown();
            }
        }
        return chunk;
    }

    @Override
    public void demand(Runnable onAvailable) {
        boolean now;
        synchronized (this) {
            if (waiting != null) {
                throw new IllegalStateException("a second demand before the first was answered");
            }
            now = end != null || !chunks.isEmpty();
            waiting = now ? null : onAvailable;
        }
        demanded.countDown();
        if (now) {
            onAvailable.run();
        }
    }

    @Override
    public void cancel(Throwable reason) {
        Runnable reader;
        synchronized (this) {
            if (end != null) {
                return;
            }
            cancelled = reason;
            end = Chunk.failed(reason);
            reader = waiting;
            waiting = null;
        }
        if (reader != null) {
            reader.run();
        }
    }

    @Override
    public synchronized Headers trailers() {
        return end == null ? Headers.empty() : trailers;
    }

    private PushedBody push(Chunk chunk) {
        Runnable reader;
        synchronized (this) {
            chunks.add(chunk);
            reader = waiting;
            waiting = null;
        }
        if (reader != null) {
            reader.run();
        }
        return this;
    }
}
