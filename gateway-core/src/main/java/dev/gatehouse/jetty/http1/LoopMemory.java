package dev.gatehouse.jetty.http1;

import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one loop share to read with. A loop reads one connection after the other, and mostly is done with
 * what it has read before it reads again: the buffer that became free last is kept for the next, and a pool is asked only
 * where that one is still in use. Buffers may come and go on any thread.
 */
public final class LoopMemory {

    /** Room for a usual header section with a small content, and few enough reads for a large one. */
    private static final int BYTES = 32 * 1024;

    private final HeadScanner scanner = new HeadScanner();
    private final AtomicReference<@Nullable RetainableByteBuffer> spare = new AtomicReference<>();
    private volatile boolean closed;

    /** For header sections; on the loop's thread only. */
    HeadScanner scanner() {
        return scanner;
    }

    /**
     * An empty buffer.
     *
     * @param pool where to get one if there is none
     * @return a buffer to be {@linkplain #release released}
     */
    public RetainableByteBuffer acquire(ByteBufferPool pool) {
        RetainableByteBuffer kept = spare.getAndSet(null);
        return kept == null ? pool.acquire(BYTES, true) : kept;
    }

    /**
     * Gives back one of the references to a buffer.
     *
     * @param buffer from {@link #acquire}
     */
    public void release(RetainableByteBuffer buffer) {
        if (buffer.isRetained()) {
            buffer.release();
            return;
        }
        buffer.clear();
        if (!spare.compareAndSet(null, buffer)) {
            buffer.release();
        }
        if (closed) {
            releaseSpare();
        }
    }

    /** The loop has stopped: nothing is kept any more. */
    public void close() {
        closed = true;
        releaseSpare();
    }

    private void releaseSpare() {
        RetainableByteBuffer kept = spare.getAndSet(null);
        if (kept != null) {
            kept.release();
        }
    }
}
