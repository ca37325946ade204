package dev.gatehouse.internal.host;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The content of a request as a blocking stream has it, read on the exchange's own thread when it is asked for. */
public final class StreamBody implements Body.Source {

    private final HostThread thread;
    private final Opener opener;
    private final long length;
    private final Supplier<Headers> trailersAtEnd;
    private final ChunkBuffers buffers = new ChunkBuffers();

    private @Nullable InputStream in;
    private @Nullable Chunk next;
    private @Nullable Chunk end;
    private @Nullable Runnable waiting;
    private @Nullable Throwable cancelled;
    private boolean reading;
    private boolean touched;
    private long bytes;
    private volatile Headers trailers = Headers.empty();

    /** Opens the stream, when somebody wants to read it. */
    @FunctionalInterface
    public interface Opener {

        /**
         * The stream.
         *
         * @return what to read
         * @throws IOException if there is none
         */
        InputStream open() throws IOException;
    }

    /**
     * A body that nobody has begun to read.
     *
     * @param thread reads
     * @param opener opens the stream
     * @param length how many bytes there will be, or -1 if unknown
     * @param trailersAtEnd asked once the end is read
     */
    public StreamBody(HostThread thread, Opener opener, long length, Supplier<Headers> trailersAtEnd) {
        this.thread = thread;
        this.opener = opener;
        this.length = length;
        this.trailersAtEnd = trailersAtEnd;
    }

    /**
     * Whether anybody has begun to read.
     *
     * @return false if the stream is as the server left it
     */
    public synchronized boolean isTouched() {
        return touched;
    }

    /**
     * Whether the end has been read.
     *
     * @return false if the client may have more to send
     */
    public synchronized boolean isAtEnd() {
        return end != null && end.failure() == null;
    }

    @Override
    public synchronized @Nullable Chunk read() {
        Chunk chunk = next;
        if (chunk != null) {
            next = null;
            return chunk;
        }
        if (end != null) {
            return end;
        }
        return cancelled == null ? null : Chunk.failed(cancelled);
    }

    @Override
    public void demand(Runnable onAvailable) {
        boolean post;
        synchronized (this) {
            if (next != null || end != null || cancelled != null) {
                post = false;
            } else {
                waiting = onAvailable;
                post = !reading;
                reading = true;
                touched = true;
                if (!post) {
                    return; // a demand that was cancelled reads still
                }
            }
        }
        if (post) {
            thread.post(this::fill);
        } else {
            onAvailable.run();
        }
    }

    @Override
    public void cancel(Throwable reason) {
        Chunk unread;
        Runnable reader;
        synchronized (this) {
            if (end != null || cancelled != null) {
                return;
            }
            cancelled = reason;
            unread = next;
            next = null;
            reader = takeWaiting();
        }
        if (unread != null) {
            unread.release();
        }
        run(reader);
    }

    @Override
    public Headers trailers() {
        return trailers;
    }

    private void fill() {
        Chunk chunk = readStream();
        Runnable reader;
        synchronized (this) {
            reading = false;
            if (chunk.last()) {
                end = chunk.failure() == null ? Chunk.end() : chunk;
            }
            if (cancelled == null) {
                next = chunk;
            } else {
                chunk.release();
            }
            reader = takeWaiting();
        }
        run(reader);
    }

    private Chunk readStream() {
        try {
            if (in == null) {
                in = opener.open();
            }
            byte[] buffer = buffers.take();
            int count = in.read(buffer);
            if (count >= 0) {
                bytes += count;
                boolean last = bytes == length;
                if (last) {
                    trailers = trailersAtEnd.get();
                }
                return buffers.chunk(buffer, count, last);
            }
            if (length > bytes) {
                throw new EOFException("the content ended after " + bytes + " of " + length + " bytes");
            }
            trailers = trailersAtEnd.get();
            return Chunk.end();
        } catch (IOException | RuntimeException failure) {
            return Chunk.failed(broken(failure));
        }
    }

    /**
     * The failure of a request's content that broke off or is malformed.
     *
     * @param cause what the server says
     * @return what the gateway is told
     */
    public static GatewayException broken(Throwable cause) {
        return new GatewayException(Kind.REQUEST_BODY_CLIENT, RequestSent.NO, "reading the request failed", cause);
    }

    private @Nullable Runnable takeWaiting() {
        Runnable taken = waiting;
        waiting = null;
        return taken;
    }

    private static void run(@Nullable Runnable task) {
        if (task != null) {
            task.run();
        }
    }
}
