package dev.gatehouse.internal.forward;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Headers;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A request's content that several attempts may read, one after another: what one attempt has read is kept, up to a cap,
 * and given to the next one first. A new {@link #view} ends the one before; an attempt that is given up cannot take
 * bytes away from its successor.
 */
public final class ReplayBuffer {

    private static final byte[] NOTHING = {};
    private static final int MOST_AT_FIRST = 16 * 1024;

    private final Body body;
    private final int maxBytes;

    private byte[] kept = NOTHING;
    private int count;
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
            view = new View(ByteBuffer.wrap(kept, 0, count).asReadOnlyBuffer());
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
        int more = data.remaining();
        if (more > maxBytes - count || body.length() > maxBytes) {
            overflowed = true;
            kept = NOTHING;
            count = 0;
        }
        if (!overflowed) {
            reserve(count + more);
            data.get(data.position(), kept, count, more);
            count += more;
        }
        if (chunk.last()) {
            end = chunk.failure() == null ? Chunk.end() : chunk;
        }
    }

    private void reserve(int bytes) {
        if (bytes > kept.length) {
            // What is announced may never come, so not all room for it is made at once.
            int all = (int) Math.max(Math.min(body.length(), MOST_AT_FIRST), Math.min(2L * kept.length, maxBytes));
            kept = Arrays.copyOf(kept, Math.max(all, bytes));
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
