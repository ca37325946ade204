package dev.gatehouse.http;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a body: some bytes, the end, both, or a failure. Whoever reads a chunk owns it and must
 * {@link #release()} it once, when its bytes have been used; a transport may then reuse the memory.
 *
 * <p>Transports and hosts implement this interface over their own buffers, so that bytes pass from one to the other
 * without being copied; everyone else uses the factories.
 */
public interface Chunk {

    /**
     * The bytes.
     *
     * @return a buffer whose position and limit bound the bytes; empty at a bare end and for a failure
     */
    ByteBuffer data();

    /**
     * Whether nothing comes after this chunk.
     *
     * @return true for the last chunk and for a failure
     */
    boolean last();

    /**
     * Why the body ends before its time.
     *
     * @return the failure, or null if this chunk has bytes or is the regular end
     */
    default @Nullable Throwable failure() {
        return null;
    }

    /** Gives the memory back. The bytes must not be used afterwards. */
    default void release() {}

    /**
     * Bytes on the heap that nobody needs back.
     *
     * @param data the bytes
     * @param last whether they are the last ones
     * @return a chunk
     */
    static Chunk of(ByteBuffer data, boolean last) {
        return new HeapChunk(data, last, null);
    }

    /**
     * The end of a body, without bytes.
     *
     * @return a shared chunk
     */
    static Chunk end() {
        return HeapChunk.END;
    }

    /**
     * The end of a body that broke off.
     *
     * @param failure why
     * @return a chunk
     */
    static Chunk failed(Throwable failure) {
        return new HeapChunk(HeapChunk.NO_BYTES, true, failure);
    }
}
