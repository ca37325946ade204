package dev.gatehouse.jetty;

import dev.gatehouse.host.Done;
import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.internal.host.BodyWriter;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One request straight from a loop to the gateway, of either version: there is no code of the host's own. */
abstract class LoopHostExchange implements HostExchange {

    private final Http1Loop factory;
    private final AtomicBoolean goneTold = new AtomicBoolean();
    private volatile @Nullable Throwable gone;
    private volatile @Nullable Consumer<Throwable> onGone;
    private volatile @Nullable BodyWriter writer;

    LoopHostExchange(Http1Loop factory) {
        this.factory = factory;
    }

    @Override
    public final HostCapabilities capabilities() {
        return factory.capabilities();
    }

    /** Writes a response, unless the client is gone. */
    final void write(Response response, BodyWriter.Sink sink, Done done) {
        BodyWriter bodyWriter = new BodyWriter(response.body(), sink, done);
        writer = bodyWriter;
        Throwable reason = gone;
        if (reason != null) {
            bodyWriter.cancel(reason);
        }
        bodyWriter.start();
    }

    @Override
    public final void onClientGone(Consumer<Throwable> listener) {
        onGone = listener;
        Throwable reason = gone;
        if (reason != null) {
            tell(reason);
        }
    }

    /** Nobody is there any more: tells who listens. {@link #cancelWriting} follows. */
    final void tellGone(Throwable reason) {
        gone = reason;
        tell(reason);
    }

    private void tell(Throwable reason) {
        Consumer<Throwable> listener = onGone;
        if (listener != null && goneTold.compareAndSet(false, true)) {
            listener.accept(reason);
        }
    }

    final void cancelWriting(Throwable reason) {
        BodyWriter current = writer;
        if (current != null) {
            current.cancel(reason);
        }
    }

    @Override
    public final void toHost(Request changed, HostCallback callback) {
        throw new IllegalStateException("there is no code of the host's own");
    }

    @Override
    public final boolean passesUnmatched() {
        return false;
    }

    @Override
    public final void passOn() {
        throw new IllegalStateException("there is no code of the host's own");
    }
}
