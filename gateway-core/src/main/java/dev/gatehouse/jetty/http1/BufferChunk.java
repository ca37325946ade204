package dev.gatehouse.jetty.http1;

import dev.gatehouse.http.Chunk;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.RetainableByteBuffer;

/**
 * A part of a buffer that was read into.
 *
 * @param data the bytes
 * @param last whether nothing follows
 * @param buffer whose the bytes are; released with the chunk
 * @param memory where the buffer goes back to
 */
public record BufferChunk(ByteBuffer data, boolean last, RetainableByteBuffer buffer, LoopMemory memory)
        implements Chunk {

    @Override
    public void release() {
        memory.release(buffer);
    }
}
