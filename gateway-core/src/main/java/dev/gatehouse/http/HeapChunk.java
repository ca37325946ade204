package dev.gatehouse.http;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A chunk that needs no release. */
record HeapChunk(ByteBuffer data, boolean last, @Nullable Throwable failure) implements Chunk {

    static final ByteBuffer NO_BYTES = ByteBuffer.allocate(0).asReadOnlyBuffer();
    static final Chunk END = new HeapChunk(NO_BYTES, true, null);
}
