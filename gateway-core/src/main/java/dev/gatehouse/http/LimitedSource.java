package dev.gatehouse.http;

import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Passes chunks through until there were too many bytes. */
final class LimitedSource implements Body.Source {

    private final Body.Source source;
    private final long maxBytes;
    private final LongFunction<? extends Throwable> failure;
    private long bytes;
    private @Nullable Chunk tooLarge;

    LimitedSource(Body.Source source, long maxBytes, LongFunction<? extends Throwable> failure) {
        this.source = source;
        this.maxBytes = maxBytes;
        this.failure = failure;
    }

    @Override
    public @Nullable Chunk read() {
        if (tooLarge != null) {
            return tooLarge;
        }
        Chunk chunk = source.read();
        if (chunk == null) {
            return null;
        }
        bytes += chunk.data().remaining();
        if (bytes <= maxBytes) {
            return chunk;
        }
        chunk.release();
        Throwable reason = failure.apply(bytes);
        source.cancel(reason);
        tooLarge = Chunk.failed(reason);
        return tooLarge;
    }

    @Override
    public void demand(Runnable onAvailable) {
        source.demand(onAvailable);
    }

    @Override
    public void cancel(Throwable reason) {
        source.cancel(reason);
    }

    @Override
    public Headers trailers() {
        return source.trailers();
    }

    @Override
    public Body.@Nullable Source replay() {
        Body.Source again = source.replay();
        return again == null ? null : new LimitedSource(again, maxBytes, failure);
    }
}
