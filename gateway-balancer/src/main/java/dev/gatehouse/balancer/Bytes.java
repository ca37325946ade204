package dev.gatehouse.balancer;

import java.nio.ByteBuffer;

/** Bytes that nobody changes any more. */
final class Bytes {

    private Bytes() {}

    /** A read-only copy of what remains; the original is left as it is. */
    static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining())
                .put(bytes.duplicate())
                .flip()
                .asReadOnlyBuffer();
    }
}
