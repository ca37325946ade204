package dev.gatehouse.jetty.internal;

import dev.gatehouse.http.Chunk;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/** Chunks of ours over Jetty's buffers, and Jetty's over ours. No byte is copied either way. */
public final class JettyChunks {

    private JettyChunks() {}

    /**
     * A chunk of Jetty's as ours. Whoever releases the result releases the original.
     *
     * @param chunk a chunk that this call takes over
     * @return the same bytes, the same end or the same failure; a failure is always the last chunk
     */
    public static Chunk fromJetty(Content.Chunk chunk) {
        Throwable failure = chunk.getFailure();
        if (failure != null) {
            chunk.release();
            return Chunk.failed(failure);
        }
        if (chunk.isLast() && !chunk.hasRemaining()) {
            chunk.release();
            return Chunk.end();
        }
        return new Wrapped(chunk);
    }

    /**
     * A chunk of ours as Jetty's. Whoever releases the result to the end releases the original.
     *
     * @param chunk a chunk that this call takes over
     * @return the same bytes, the same end or the same failure
     */
    public static Content.Chunk toJetty(Chunk chunk) {
        Throwable failure = chunk.failure();
        if (failure != null) {
            chunk.release();
            return Content.Chunk.from(failure, true);
        }
        if (chunk instanceof Wrapped wrapped) {
            return wrapped.chunk;
        }
        if (!chunk.data().hasRemaining()) {
            boolean last = chunk.last();
            chunk.release();
            return last ? Content.Chunk.EOF : Content.Chunk.EMPTY;
        }
        return Content.Chunk.from(chunk.data(), chunk.last(), chunk::release);
    }

    private record Wrapped(Content.Chunk chunk) implements Chunk {

        @Override
        public ByteBuffer data() {
            return chunk.getByteBuffer();
        }

        @Override
        public boolean last() {
            return chunk.isLast();
        }

        @Override
        public @Nullable Throwable failure() {
            return null;
        }

        @Override
        public void release() {
            chunk.release();
        }
    }
}
