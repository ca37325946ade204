package dev.gatehouse.internal.host;

import dev.gatehouse.http.Chunk;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Memory for what is read of one request: a buffer comes back when its chunk is released, and is used again. */
public final class ChunkBuffers {

    /** One TLS record; what a socket hands over at once is seldom more. */
    private static final int BYTES = 16 * 1024;

    private final AtomicReference<byte @Nullable []> free = new AtomicReference<>();

    /**
     * A buffer.
     *
     * @return the buffer that came back last, or a new one
     */
    public byte[] take() {
        byte[] known = free.getAndSet(null);
        return known == null ? new byte[BYTES] : known;
    }

    /**
     * A chunk of what was read.
     *
     * @param buffer from {@link #take()}
     * @param count how many bytes of it are read
     * @param last whether nothing comes after them
     * @return a chunk that gives the buffer back
     */
    public Chunk chunk(byte[] buffer, int count, boolean last) {
        return new Read(ByteBuffer.wrap(buffer, 0, count), last, buffer);
    }

    private final class Read implements Chunk {

        private final ByteBuffer data;
        private final boolean last;
        private byte @Nullable [] buffer;

        Read(ByteBuffer data, boolean last, byte[] buffer) {
            this.data = data;
            this.last = last;
            this.buffer = buffer;
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
            byte[] back = buffer;
            buffer = null;
            if (back != null) {
                free.set(back);
            }
        }
    }
}
