package dev.gatehouse.jetty.http1;

import dev.gatehouse.http.Chunk;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.io.RetainableByteBuffer;

/**
 * A part of a buffer that was read into. Its release is refused the second time: the buffer may be somebody else's by then.
 */
final class BufferChunk extends AtomicBoolean implements Chunk {

    private static final long serialVersionUID = 1L;

    private final transient ByteBuffer data;
    private final boolean last;
    private final transient RetainableByteBuffer buffer;
    private final transient LoopMemory memory;

    /**
     * A chunk.
     *
     * @param data the bytes
     * @param last whether nothing follows
     * @param buffer whose the bytes are; a reference to it goes with the chunk
     * @param memory where the buffer goes back to
     */
    BufferChunk(ByteBuffer data, boolean last, RetainableByteBuffer buffer, LoopMemory memory) {
        this.data = data;
        this.last = last;
        this.buffer = buffer;
        this.memory = memory;
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
        if (!compareAndSet(false, true)) {
            throw new IllegalStateException("the chunk has been released already");
        }
        memory.release(buffer);
    }
}
