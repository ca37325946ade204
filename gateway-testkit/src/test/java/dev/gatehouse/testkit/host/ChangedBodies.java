package dev.gatehouse.testkit.host;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
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
