package dev.gatehouse.internal.host;

import dev.gatehouse.host.Done;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Headers;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What the host's own code writes, as a body: the writer is held until the reader has used the bytes, so the client's
 * pace reaches the host's code and nothing piles up. Safe for one writer and one reader on different threads.
 */
public final class HostBody implements Body.Source {

    private static final ByteBuffer NO_BYTES = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private @Nullable Written pending;
    private @Nullable Written used;
    private @Nullable Chunk end;
    private @Nullable Runnable waiting;
    private @Nullable Throwable cancelled;
    private boolean lastWritten;
    private volatile Headers trailers = Headers.empty();

    /**
     * Offers bytes to the reader.
     *
     * @param data the bytes; must stay as they are until {@code done} is called
     * @param last whether they are the last ones
     * @param done called once: when the bytes have been used, or with the reason why they never will be
     */
    public void write(ByteBuffer data, boolean last, Done done) {
        Throwable refusal;
        Runnable reader = null;
        synchronized (this) {
            refusal = refusal();
            if (refusal == null) {
                pending = new Written(data, last, done);
                lastWritten = last;
                reader = takeWaiting();
            }
        }
        if (refusal != null) {
            done.done(refusal);
        }
        run(reader);
    }

    /**
     * Ends the body, with trailers. Does nothing after a last write.
     *
     * @param fields the trailer section, may be empty
     * @param done called once when the reader has seen the end, or never will
     */
    public void end(Headers fields, Done done) {
        boolean already;
        synchronized (this) {
            already = lastWritten;
        }
        if (already) {
            done.done(null);
            return;
        }
        trailers = fields;
        write(NO_BYTES, true, done);
    }

    /**
     * Sets the trailers that come with the last write. Called before it.
     *
     * @param fields the trailer section
     */
    public void trailers(Headers fields) {
        trailers = fields;
    }

    /**
     * Breaks the body off. Does nothing after a last write.
     *
     * @param failure why
     */
    public void fail(Throwable failure) {
        Runnable reader;
        synchronized (this) {
            if (lastWritten || end != null) {
                return;
            }
            lastWritten = true;
            end = Chunk.failed(failure);
            reader = takeWaiting();
        }
        run(reader);
    }

    @Override
    public synchronized @Nullable Chunk read() {
        Written next = pending;
        if (next != null) {
            pending = null;
            used = next;
            if (next.last) {
                end = Chunk.end();
            }
            return next;
        }
        if (end != null) {
            return end;
        }
        return cancelled == null ? null : Chunk.failed(cancelled);
    }

    @Override
    public void demand(Runnable onAvailable) {
        synchronized (this) {
            if (pending == null && end == null && cancelled == null) {
                waiting = onAvailable;
                return;
            }
        }
        onAvailable.run();
    }

    @Override
    public void cancel(Throwable reason) {
        Written unread;
        Runnable reader;
        synchronized (this) {
            if (cancelled != null || (end != null && used == null)) {
                return;
            }
            cancelled = reason;
            unread = pending;
            pending = null;
            reader = takeWaiting();
        }
        if (unread != null) {
            unread.end(reason);
        }
        run(reader);
    }

    @Override
    public Headers trailers() {
        return trailers;
    }

    private @Nullable Throwable refusal() {
        if (cancelled != null) {
            return cancelled;
        }
        if (lastWritten) {
            return new IllegalStateException("the response has ended");
        }
        return pending == null ? null : new IllegalStateException("a write is under way");
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

    private void release(Written written) {
        Throwable failure;
        synchronized (this) {
            if (used == written) {
                used = null;
            }
            failure = cancelled;
        }
        written.end(failure);
    }

    /** Bytes that their writer gets back: as used, unless the reader has given up meanwhile. */
    private final class Written implements Chunk {

        private final ByteBuffer data;
        private final boolean last;
        private final Done done;
        private final AtomicBoolean ended = new AtomicBoolean();

        Written(ByteBuffer data, boolean last, Done done) {
            this.data = data;
            this.last = last;
            this.done = done;
        }

        @Override
        public ByteBuffer data() {
            return data;
        }

        @Override
        public boolean last() {
            return last;
        }

        @Override
        public void release() {
            HostBody.this.release(this);
        }

        void end(@Nullable Throwable failure) {
            if (ended.compareAndSet(false, true)) {
                done.done(failure);
            }
        }
    }
}
