package dev.gatehouse.internal.forward;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Headers;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Content that is copied while it is read; whoever wants the copy gets it whole or not at all. */
public final class CopiedSource implements Body.Source {

    private final Body body;
    private final int maxBytes;
    private @Nullable Consumer<byte[]> whole;

    /** Null once there was too much. The reader's alone, as {@code whole} is. */
    private @Nullable ByteArrayOutputStream copy = new ByteArrayOutputStream();

    /**
     * Content that nobody has read yet.
     *
     * @param body the content
     * @param maxBytes how much to copy
     * @param whole told the copy when the content has been read to its end, unless it was more or broke off
     */
    public CopiedSource(Body body, int maxBytes, Consumer<byte[]> whole) {
        this.body = body;
        this.maxBytes = maxBytes;
        this.whole = whole;
    }

    @Override
    public @Nullable Chunk read() {
        Chunk chunk = body.read();
        ByteArrayOutputStream soFar = copy;
        if (chunk == null || soFar == null) {
            return chunk;
        }
        ByteBuffer data = chunk.data().duplicate();
        if (chunk.failure() != null || data.remaining() > maxBytes - soFar.size()) {
            copy = null;
            return chunk;
        }
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        soFar.write(bytes, 0, bytes.length);
        Consumer<byte[]> told = whole;
        if (chunk.last() && told != null) {
            whole = null;
            copy = null;
            told.accept(soFar.toByteArray());
        }
        return chunk;
    }

    @Override
    public void demand(Runnable onAvailable) {
        body.demand(onAvailable);
    }

    @Override
    public void cancel(Throwable reason) {
        body.cancel(reason);
    }

    @Override
    public Headers trailers() {
        return body.trailers();
    }
}
