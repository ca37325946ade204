package dev.gatehouse.internal.forward;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Headers;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A request's content that several attempts may read, one after another: what one attempt has read is kept, up to a cap,
 * and given to the next one first. A new {@link #view} ends the one before; an attempt that is given up cannot take
 * bytes away from its successor.
 */
public final class ReplayBuffer {

    private final Body body;
    private final int maxBytes;

    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private boolean overflowed;
    private @Nullable Chunk end;
    private @Nullable View current;
    private boolean demanded;

    /**
     * A buffer around content that nobody has read yet.
     *
     * @param body the content
     * @param maxBytes how much to keep
     */
    public ReplayBuffer(Body body, int maxBytes) {
        this.body = body;
        this.maxBytes = maxBytes;
    }

    /**
     * Whether a new view would have all bytes from the beginning, if it were made now. The view that is being read may
     * change that at any time: {@link #tryReplay} settles it.
     *
     * @return false once more was read than can be kept, or the content broke off
     */
    public synchronized boolean canReplay() {
        return !overflowed && (end == null || end.failure() == null);
    }

    /**
     * Ends the view that is being read, if a new one would have all bytes from the beginning. Both happen in one step:
     * what the old view read in between could be more than is kept, and be missing in the new one.
     *
     * @return whether it would; the view that is being read goes on otherwise
     */
    public boolean tryReplay() {
        View before;
        synchronized (this) {
            if (!canReplay()) {
                return false;
            }
            before = current;
            current = null;
        }
        if (before != null) {
            callBack(before);
        }
        return true;
    }

    /**
     * The content from its beginning, for one attempt. Cancelling it leaves the client's content alone.
     *
     * @return a body, which fails when it is read if the beginning is not there any more; the one given before fails when
     *     it is read again
     */
    public Body view() {
        if (body.isEmpty()) {
            return body;
        }
        View before;
        View view;
        synchronized (this) {
            before = current;
            view = new View(ByteBuffer.wrap(kept.toByteArray()));
            if (overflowed) {
                view.cancelled = new IllegalStateException("the beginning of this content was not kept");
            }
            current = view;
        }
        if (before != null) {
            callBack(before);
        }
        return Body.of(view, body.length());
    }

    private synchronized @Nullable Chunk read(View view) {
        if (view != current) {
            return Chunk.failed(new IllegalStateException("another attempt reads this content"));
        }
        if (view.replayed.hasRemaining()) {
            ByteBuffer bytes = view.replayed.slice();
            view.replayed.position(view.replayed.limit());
            return Chunk.of(bytes, false);
        }
        if (end != null) {
            return end;
        }
        Chunk chunk = body.read();
        if (chunk != null) {
            keep(chunk);
        }
        return chunk;
    }

    private void keep(Chunk chunk) {
        ByteBuffer data = chunk.data();
        if (data.remaining() > maxBytes - kept.size()) {
            overflowed = true;
            kept.reset();
        }
        if (!overflowed && data.hasRemaining()) {
            byte[] copy = new byte[data.remaining()];
            data.duplicate().get(copy);
            kept.write(copy, 0, copy.length);
        }
        if (chunk.last()) {
            end = chunk.failure() == null ? Chunk.end() : chunk;
        }
    }

    private void demand(View view, Runnable onAvailable) {
        boolean atOnce;
        boolean ask = false;
        synchronized (this) {
            atOnce = view != current || view.replayed.hasRemaining() || end != null;
            if (!atOnce) {
                view.waiting = onAvailable;
                ask = !demanded;
                demanded = true;
            }
        }
        if (atOnce) {
            onAvailable.run();
        } else if (ask) {
            body.demand(this::available);
        }
    }

    /** The answer to a demand goes to the view that reads now, whoever asked. */
    private void available() {
        View reader;
        synchronized (this) {
            demanded = false;
            reader = current;
        }
        if (reader != null) {
            callBack(reader);
        }
    }

    private void callBack(View view) {
        Runnable waiting;
        synchronized (this) {
            waiting = view.waiting;
            view.waiting = null;
        }
        if (waiting != null) {
            waiting.run();
        }
    }

    private final class View implements Body.Source {

        private final ByteBuffer replayed;
        private @Nullable Runnable waiting;
        private volatile @Nullable Throwable cancelled;

        View(ByteBuffer replayed) {
            this.replayed = replayed;
        }

        @Override
        public @Nullable Chunk read() {
            Throwable reason = cancelled;
            return reason == null ? ReplayBuffer.this.read(this) : Chunk.failed(reason);
        }

        @Override
        public void demand(Runnable onAvailable) {
            ReplayBuffer.this.demand(this, onAvailable);
        }

        @Override
        public void cancel(Throwable reason) {
            cancelled = reason;
            callBack(this);
        }

        @Override
        public Headers trailers() {
            return body.trailers();
        }
    }
}
