package dev.gatehouse.internal.host;

import dev.gatehouse.host.Done;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Moves a body to a sink, one chunk at a time and as fast as the sink takes them. Bytes are not copied; each chunk is
 * released when the sink is done with it.
 *
 * <p>At any time one thing is awaited: the body's demand or the sink's write. Their call backs may come from any thread,
 * also inside the call that asked for them: they only count an event, and whoever counted the first one works all of
 * them off in a loop, so that a body and a sink that are always ready do not grow the stack.
 */
public final class BodyWriter {

    private static final ByteBuffer NO_BYTES = ByteBuffer.allocate(0).asReadOnlyBuffer();
    private static final Chunk NOTHING = Chunk.of(NO_BYTES, false);

    private final Body body;
    private final Sink sink;
    private final Done done;
    private final AtomicInteger events = new AtomicInteger();
    private final Runnable available = this::event;
    private final Done written = this::written;

    private @Nullable Chunk writing;
    private @Nullable Throwable writeFailure;
    private boolean begun;
    private boolean over;

    /** Where the bytes go. Called serially. */
    public interface Sink {

        /**
         * Writes bytes. The first call comes at once, with no bytes if the body has none yet, so that a header section
         * goes out without waiting for content.
         *
         * @param data the bytes, valid until {@code done} is called; may be empty
         * @param last whether nothing comes after them; the body's trailers are known then
         * @param done called once, from any thread, possibly inside this call
         */
        void write(ByteBuffer data, boolean last, Done done);
    }

    /**
     * A writer that has not begun.
     *
     * @param body what to write; read to its end, or cancelled if the sink fails
     * @param sink where to write it
     * @param done called once: with null after the last write, else with what broke the body or the sink
     */
    public BodyWriter(Body body, Sink sink, Done done) {
        this.body = body;
        this.sink = sink;
        this.done = done;
    }

    /** Begins. Called once. */
    public void start() {
        event();
    }

    /**
     * Gives up, from any thread: the body is cancelled, and the writer ends with the failure that its next read or the
     * write under way answers.
     *
     * @param reason why
     */
    public void cancel(Throwable reason) {
        body.cancel(reason);
    }

    private void written(@Nullable Throwable failure) {
        writeFailure = failure;
        event();
    }

    private void event() {
        if (events.getAndIncrement() != 0) {
            return;
        }
        do {
            if (!over) {
                guardedStep();
            }
        } while (events.decrementAndGet() != 0);
    }

    private void guardedStep() {
        try {
            step();
        } catch (RuntimeException | Error broken) {
            // A source or sink that throws: nothing more can be awaited from either.
            giveUp(broken);
        }
    }

    private void step() {
        if (writeFailure != null) {
            giveUp(writeFailure);
            return;
        }
        if (releaseWritten()) {
            end(null);
            return;
        }
        Chunk chunk = nextWithBytes();
        if (chunk == null && begun) {
            body.demand(available);
            return;
        }
        if (chunk == null) {
            chunk = NOTHING;
        } else if (chunk.failure() != null) {
            Throwable failure = chunk.failure();
            chunk.release();
            end(failure);
            return;
        }
        begun = true;
        writing = chunk;
        sink.write(chunk.data(), chunk.last(), written);
    }

    /** The next chunk that says something, or null if there is none yet. */
    private @Nullable Chunk nextWithBytes() {
        while (true) {
            Chunk chunk = body.read();
            if (chunk == null
                    || chunk.last()
                    || chunk.failure() != null
                    || chunk.data().hasRemaining()) {
                return chunk;
            }
            chunk.release();
        }
    }

    private boolean releaseWritten() {
        Chunk chunk = writing;
        writing = null;
        if (chunk == null) {
            return false;
        }
        chunk.release();
        return chunk.last();
    }

    private void giveUp(Throwable reason) {
        // In this order, so that whoever made the chunk does not take its release for success.
        body.cancel(reason);
        releaseWritten();
        end(reason);
    }

    private void end(@Nullable Throwable failure) {
        over = true;
        done.done(failure);
    }
}
