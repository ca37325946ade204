package dev.gatehouse.jetty.http2;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Headers;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The content that a stream receives: the loop's thread puts it in, whoever wants it reads it from any thread. What has been
 * read, or will never be, is credited to the peer, who may send that much more (RFC 9113 §5.2): so no more waits here than
 * the stream's window.
 */
public final class StreamContent implements Body.Source {

    /** Smaller pieces are put together, so that many small frames take no more room than their bytes. */
    private static final int SMALL = 1024;

    private final IntConsumer credit;
    private final StreamOwner owner;

    /** Guarded by this, as are those below. */
    private final Deque<ByteBuffer> arrived = new ArrayDeque<>();

    private @Nullable Runnable waiting;
    private @Nullable Chunk end;
    private @Nullable Throwable cancelled;
    private Headers trailers = Headers.empty();
    private @Nullable Runnable onDemand;

    /**
     * Content of which nothing has come.
     *
     * @param credit told, on any thread, how many bytes the peer may send again
     * @param owner told that nobody wants the rest; makes what readers are told of what broke it
     */
    StreamContent(IntConsumer credit, StreamOwner owner) {
        this.credit = credit;
        this.owner = owner;
    }

    /**
     * Sets what is to happen when the first byte is asked for before it has come.
     *
     * @param action told once, on any thread
     */
    public synchronized void onDemand(Runnable action) {
        onDemand = action;
    }

    /** Adds a copy of some bytes. */
    void add(ByteBuffer data) {
        int length = data.remaining();
        Runnable reader;
        synchronized (this) {
            if (cancelled != null || end != null) {
                reader = null;
            } else {
                ByteBuffer last = arrived.peekLast();
                int before = last != null && last.remaining() < SMALL && length < SMALL ? last.remaining() : 0;
                ByteBuffer copy = ByteBuffer.allocate(before + length);
                if (before > 0) {
                    copy.put(arrived.removeLast());
                }
                arrived.addLast(copy.put(data).flip());
                reader = takeReader();
                length = 0;
            }
        }
        credited(length);
        run(reader);
    }

    /** Nothing follows. */
    void end(Headers section) {
        Runnable reader;
        synchronized (this) {
            if (end == null) {
                trailers = section;
                end = Chunk.end();
            }
            reader = takeReader();
        }
        run(reader);
    }

    /**
     * What follows will never come. What has is of no use any more.
     *
     * @param cause why
     */
    public void fail(Throwable cause) {
        int dropped = 0;
        Runnable reader;
        synchronized (this) {
            if (end == null) {
                // Made while it shows whether somebody waits.
                end = Chunk.failed(owner.failure(cause));
                dropped = drop();
            }
            reader = takeReader();
        }
        credited(dropped);
        run(reader);
    }

    /**
     * Whether everything has come, or nothing more will.
     *
     * @return false while the peer may send
     */
    public synchronized boolean isOver() {
        return end != null;
    }

    /**
     * Whether somebody waits for the peer to send.
     *
     * @return true if something is asked for that is not there
     */
    public synchronized boolean isAwaited() {
        return waiting != null;
    }

    @Override
    public @Nullable Chunk read() {
        Chunk chunk;
        synchronized (this) {
            if (cancelled != null) {
                return Chunk.failed(cancelled);
            }
            ByteBuffer data = arrived.poll();
            if (data == null) {
                return end;
            }
            onDemand = null;
            chunk = Chunk.of(data, arrived.isEmpty() && end != null);
        }
        credited(chunk.data().remaining());
        return chunk;
    }

    @Override
    public void demand(Runnable onAvailable) {
        Runnable reader;
        Runnable first;
        synchronized (this) {
            waiting = onAvailable;
            boolean nothing = arrived.isEmpty() && end == null && cancelled == null;
            first = nothing ? onDemand : null;
            reader = nothing ? null : takeReader();
            onDemand = null;
        }
        run(first);
        run(reader);
    }

    @Override
    public void cancel(Throwable reason) {
        int dropped;
        boolean early;
        Runnable reader;
        synchronized (this) {
            early = cancelled == null && end == null;
            if (cancelled == null && !(end != null && arrived.isEmpty())) {
                cancelled = early ? owner.failure(reason) : reason;
            }
            dropped = drop();
            reader = takeReader();
        }
        credited(dropped);
        if (early) {
            owner.cancelled();
        }
        run(reader);
    }

    @Override
    public synchronized Headers trailers() {
        return trailers;
    }

    /** Holds the monitor. */
    private int drop() {
        int dropped = 0;
        for (ByteBuffer data : arrived) {
            dropped += data.remaining();
        }
        arrived.clear();
        return dropped;
    }

    private void credited(int bytes) {
        if (bytes > 0) {
            credit.accept(bytes);
        }
    }

    /** Holds the monitor. */
    private @Nullable Runnable takeReader() {
        Runnable reader = waiting;
        waiting = null;
        return reader;
    }

    private static void run(@Nullable Runnable task) {
        if (task != null) {
            task.run();
        }
    }
}
