package dev.gatehouse.testkit.host;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** What a broken host makes of content. */
final class ChangedBodies {

    private ChangedBodies() {}

    static Body neverBroken(Body body) {
        return changed(body, chunk -> chunk != null && chunk.failure() != null ? Chunk.end() : chunk, true);
    }

    static Body waitsForEver(Body body) {
        return changed(body, chunk -> chunk != null && chunk.failure() != null ? null : chunk, true);
    }

    static Body neverCancelled(Body body) {
        return changed(body, chunk -> chunk, false);
    }

    /** Copies each chunk, and then uses its array for something else. */
    static Body writtenInto(Body body) {
        return changed(
                body,
                chunk -> {
                    if (chunk == null || !chunk.data().hasArray()) {
                        return chunk;
                    }
                    byte[] copy = new byte[chunk.data().remaining()];
                    chunk.data().duplicate().get(copy);
                    Arrays.fill(chunk.data().array(), (byte) 'x');
                    return Chunk.of(ByteBuffer.wrap(copy), chunk.last());
                },
                true);
    }

    private static Body changed(Body body, UnaryOperator<Chunk> change, boolean cancels) {
        return Body.of(
                new Body.Source() {
                    @Override
                    public Chunk read() {
                        return change.apply(body.read());
                    }

                    @Override
                    public void demand(Runnable onAvailable) {
                        body.demand(onAvailable);
                    }

                    @Override
                    public void cancel(Throwable reason) {
                        if (cancels) {
                            body.cancel(reason);
                        }
                    }
                },
                body.length());
    }
}
