package dev.gatehouse.servlet;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Headers;
import dev.gatehouse.internal.host.ChunkBuffers;
import dev.gatehouse.internal.host.StreamBody;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.EOFException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The content of a request, read when the container says that there is some. The stream is not touched before somebody
 * wants to read: a container tells a client that waits for 100 Continue to go on then.
 */
final class AsyncContent implements Body.Source, ReadListener {

    /**
     * What is read of an upload that nobody wants, after its answer. A connection that is closed with unread bytes is
     * reset, and the client may lose the answer then (RFC 9112 §9.6); this much can be on its way already: the largest
     * window that Linux opens by default.
     */
    private static final int MAX_DISCARD_BYTES = 6 * 1024 * 1024;

    private final HttpServletRequest request;
    private final long length;
    private final ChunkBuffers buffers = new ChunkBuffers();

    private @Nullable ServletInputStream in;

    /** Whether the container owes us a call: nothing may be asked of the stream before. */
    private boolean called = true;

    private boolean reading;
    private @Nullable Runnable waiting;
    private volatile @Nullable Throwable cancelled;
    private @Nullable Chunk end;
    private @Nullable Runnable discarded;
    private long bytes;
    private long unwantedFrom;
    private volatile Headers trailers = Headers.empty();

    /**
     * The content, untouched.
     *
     * @param length how many bytes there will be, or -1 if unknown
     */
    AsyncContent(HttpServletRequest request, long length) {
        this.request = request;
        this.length = length;
    }

    /** Whether the client may have more to send. */
    synchronized boolean isUnread() {
        return length != 0 && end == null;
    }

    /** Whether anybody wanted to read. */
    synchronized boolean isTouched() {
        return in != null;
    }

    @Override
    public @Nullable Chunk read() {
        synchronized (this) {
            if (end != null) {
                return end;
            }
            if (cancelled != null) {
                return Chunk.failed(cancelled);
            }
            reading = true;
        }
        Chunk chunk = readStream();
        boolean discards;
        synchronized (this) {
            reading = false;
            if (chunk != null && chunk.last() && end == null) {
                end = chunk.failure() == null ? Chunk.end() : chunk;
            }
            discards = mayDiscard();
        }
        if (discards) {
            discardAvailable();
        }
        return chunk;
    }

    @Override
    public void demand(Runnable onAvailable) {
        synchronized (this) {
            if (end == null && cancelled == null && !called) {
                waiting = onAvailable;
                return;
            }
        }
        onAvailable.run();
    }

    @Override
    public void cancel(Throwable reason) {
        Runnable reader;
        synchronized (this) {
            if (end != null || cancelled != null) {
                return;
            }
            cancelled = reason;
            reader = takeWaiting();
        }
        run(reader);
    }

    @Override
    public Headers trailers() {
        return trailers;
    }

    /** The connection broke. */
    void fail(Throwable reason) {
        Runnable reader;
        Runnable free;
        synchronized (this) {
            if (end == null) {
                end = Chunk.failed(StreamBody.broken(reason));
            }
            reader = takeWaiting();
            free = discarded;
            discarded = null;
        }
        run(reader);
        run(free);
    }

    /**
     * Reads on for nobody, when the response is written: to the end of the content, or as much as can be on its way.
     *
     * @param then called once when that is done
     */
    void discard(Runnable then) {
        cancel(new IOException("the response is complete"));
        boolean now;
        synchronized (this) {
            discarded = then;
            unwantedFrom = bytes;
            now = mayDiscard();
        }
        if (now) {
            discardAvailable();
        }
    }

    /** A reader may still be inside the stream when the response is complete; it goes on then. */
    private boolean mayDiscard() {
        return discarded != null && called && !reading;
    }

    private void discardAvailable() {
        while (true) {
            Chunk chunk = readStream();
            if (chunk == null) {
                return;
            }
            chunk.release();
            if (chunk.last() || bytes - unwantedFrom > MAX_DISCARD_BYTES) {
                Runnable free;
                synchronized (this) {
                    free = discarded;
                    discarded = null;
                }
                run(free);
                return;
            }
        }
    }

    private @Nullable Chunk readStream() {
        try {
            ServletInputStream stream = in;
            if (stream == null) {
                stream = request.getInputStream();
                synchronized (this) {
                    in = stream;
                    called = false;
                }
                stream.setReadListener(this);
                return null;
            }
            return readReady(stream);
        } catch (IOException | RuntimeException failure) {
            return Chunk.failed(StreamBody.broken(failure));
        }
    }

    private @Nullable Chunk readReady(ServletInputStream stream) throws IOException {
        synchronized (this) {
            if (!called) {
                return null;
            }
            called = false; // before the question: the call may come before its answer is seen
        }
        if (stream.isFinished()) {
            return ended();
        }
        if (!stream.isReady()) {
            return null;
        }
        synchronized (this) {
            called = true;
        }
        byte[] buffer = buffers.take();
        int count = stream.read(buffer);
        if (count < 0) {
            return ended();
        }
        bytes += count;
        boolean last = stream.isFinished();
        if (last) {
            trailers = Requests.trailers(request);
        }
        return buffers.chunk(buffer, count, last);
    }

    private Chunk ended() throws IOException {
        if (length > bytes && cancelled == null) {
            throw new EOFException("the content ended after " + bytes + " of " + length + " bytes");
        }
        trailers = Requests.trailers(request);
        return Chunk.end();
    }

    @Override
    public void onDataAvailable() {
        called();
    }

    @Override
    public void onAllDataRead() {
        called();
    }

    @Override
    public void onError(Throwable failure) {
        fail(failure);
    }

    private void called() {
        Runnable reader;
        boolean discards;
        synchronized (this) {
            called = true;
            reader = takeWaiting();
            discards = mayDiscard();
        }
        if (discards) {
            discardAvailable();
        } else {
            run(reader);
        }
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
