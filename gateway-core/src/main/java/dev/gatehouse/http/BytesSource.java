package dev.gatehouse.http;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Bytes in memory, given out as one chunk. */
final class BytesSource implements Body.Source {

    private final byte[] bytes;
    private volatile @Nullable Throwable cancelled;
    private boolean given;

    BytesSource(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public Chunk read() {
        if (given || bytes.length == 0) {
            return Chunk.end();
        }
        Throwable reason = cancelled;
        if (reason != null) {
            return Chunk.failed(reason);
        }
        given = true;
        return Chunk.of(ByteBuffer.wrap(bytes).asReadOnlyBuffer(), true);
    }

    @Override
    public void demand(Runnable onAvailable) {
        onAvailable.run();
    }

    @Override
    public void cancel(Throwable reason) {
        // The empty body is shared by everyone, and has ended before anybody can cancel it.
        if (bytes.length > 0) {
            cancelled = reason;
        }
    }

    @Override
    public Body.Source replay() {
        return new BytesSource(bytes);
    }

    @Nullable
    ByteBuffer all() {
        return given || cancelled != null ? null : ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }
}
