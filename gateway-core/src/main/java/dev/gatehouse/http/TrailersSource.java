package dev.gatehouse.http;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Passes chunks through, and shows other trailers. */
final class TrailersSource implements Body.Source {

    private final Body.Source source;
    private final UnaryOperator<Headers> change;

    TrailersSource(Body.Source source, UnaryOperator<Headers> change) {
        this.source = source;
        this.change = change;
    }

    @Override
    public @Nullable Chunk read() {
        return source.read();
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
        Headers trailers = source.trailers();
        return trailers.size() == 0 ? trailers : change.apply(trailers);
    }

    @Override
    public Body.@Nullable Source replay() {
        Body.Source again = source.replay();
        return again == null ? null : new TrailersSource(again, change);
    }
}
