package dev.gatehouse.http;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes chunks through, and tells once how they ended. */
final class ObservedSource implements Body.Source {

    private static final Logger log = LoggerFactory.getLogger(Body.class);

    private final Body.Source source;
    private final AtomicReference<Body.@Nullable EndListener> listener;
    private volatile long bytes;

    ObservedSource(Body.Source source, Body.EndListener listener) {
        this.source = source;
        this.listener = new AtomicReference<>(listener);
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one reader at a time
    public @Nullable Chunk read() {
        Chunk chunk = source.read();
        if (chunk != null) {
            bytes += chunk.data().remaining();
            if (chunk.last()) {
                end(chunk.failure(), false);
            }
        }
        return chunk;
    }

    @Override
    public void demand(Runnable onAvailable) {
        source.demand(onAvailable);
    }

    @Override
    public void cancel(Throwable reason) {
        // In this order: the source may call back a demand, whose reader meets the failure and would be taken for its
        // cause.
        end(reason, true);
        source.cancel(reason);
    }

    @Override
    public Headers trailers() {
        return source.trailers();
    }

    @Override
    public Body.@Nullable Source replay() {
        return source.replay();
    }

    private void end(@Nullable Throwable failure, boolean cancelled) {
        Body.EndListener first = listener.getAndSet(null);
        if (first == null) {
            return;
        }
        try {
            first.ended(bytes, failure, cancelled);
        } catch (RuntimeException e) {
            // The reader is not to blame, and somebody must release its chunk.
            log.warn("a listener for the end of a body failed", e);
        }
    }
}
