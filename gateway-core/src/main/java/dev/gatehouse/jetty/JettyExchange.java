package dev.gatehouse.jetty;

import dev.gatehouse.host.Done;
import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Headers;
import dev.gatehouse.internal.host.BodyWriter;
import dev.gatehouse.jetty.internal.JettyFields;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.QuietException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** One request of Jetty's, on its way through the gateway. */
final class JettyExchange implements HostExchange {

    /** Whose the request is. */
    private enum Phase {
        /** The gateway's, and the thread that brought it is still inside it. */
        SERVING,
        /** The gateway's, for as long as it takes. */
        SERVED,
        /** Left to the wrapped handler. */
        PASSED_ON
    }

    private final GatewayHandler handler;
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final @Nullable RequestBody body;
    private final dev.gatehouse.http.Request received;

    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.SERVING);
    private final AtomicBoolean goneSeen = new AtomicBoolean();
    private volatile @Nullable Throwable gone;
    private volatile @Nullable Consumer<Throwable> onGone;
    private volatile @Nullable BodyWriter writer;
    private volatile boolean hostRuns;
    private CompletableFuture<@Nullable Void> interims = CompletableFuture.completedFuture(null);

    JettyExchange(GatewayHandler handler, Request request, Response response, Callback callback) {
        this.handler = handler;
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.body = Requests.body(request, this::gone);
        this.received = Requests.received(request, body);
    }

    /** The request for the gateway. */
    dev.gatehouse.http.Request received() {
        return received;
    }

    /**
     * Ends the gateway's turn on the thread that brought the request.
     *
     * @return true if the gateway answers or has answered; false if it left the request to the wrapped handler
     */
    boolean served() {
        return phase.compareAndSet(Phase.SERVING, Phase.SERVED);
    }

    /** The request as other code must see it: with the content that was looked at already. */
    Request untouched() {
        return body == null ? request : Requests.unread(request, body);
    }

    @Override
    public HostCapabilities capabilities() {
        return handler.capabilities();
    }

    @Override
    public void interim(int status, Headers headers) {
        if (request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_0) {
            return; // RFC 9110 §15.2: never to an HTTP/1.0 client
        }
        if (!interims.isDone()) {
            return; // a client that does not read must not make us keep what it may do without
        }
        // Jetty writes one at a time. It refuses a 100 that it has sent by itself already: nothing is lost then.
        interims = interims.thenCompose(written -> response.writeInterim(status, JettyFields.toJetty(headers)))
                .exceptionally(refused -> null);
    }

    @Override
    public void respond(dev.gatehouse.http.Response answer, Done done) {
        if (interims.isDone()) {
            write(answer, done);
        } else {
            interims = interims.thenRun(() -> write(answer, done));
        }
    }

    private void write(dev.gatehouse.http.Response answer, Done done) {
        ResponseSink sink = new ResponseSink(request, response, answer);
        BodyWriter bodyWriter = new BodyWriter(answer.body(), sink, failure -> ended(failure, done));
        writer = bodyWriter;
        Throwable reason = gone;
        if (reason != null) {
            bodyWriter.cancel(reason);
        }
        bodyWriter.start();
    }

    private void ended(@Nullable Throwable failure, Done done) {
        try {
            done.done(failure);
        } finally {
            if (body != null && body.isUnread()) {
                body.cancel(failure == null ? new QuietException.Exception("the response is complete") : failure);
            }
            if (failure != null) {
                Aborting.abort(request, response, callback, failure);
            } else if (body != null) {
                Lingering.complete(request, body, callback);
            } else {
                callback.succeeded();
            }
        }
    }

    @Override
    public void onClientGone(Consumer<Throwable> listener) {
        onGone = listener;
        request.addIdleTimeoutListener(this::isIdleTimeoutFatal);
        request.addFailureListener(this::failed);
        Throwable reason = gone;
        if (reason != null) {
            tellGone(reason);
        }
    }

    /**
     * Nothing is read or written when this is asked: the client waits for its answer. How long that may take is up to the
     * gateway's own timeouts, but code of the host's own is treated as Jetty treats it without us.
     */
    private boolean isIdleTimeoutFatal(TimeoutException timeout) {
        return hostRuns || phase.get() == Phase.PASSED_ON;
    }

    private void failed(Throwable failure) {
        if (RequestBody.isGone(failure)) {
            gone(failure);
        }
    }

    private void gone(Throwable failure) {
        gone = failure;
        tellGone(failure);
        BodyWriter current = writer;
        if (current != null) {
            current.cancel(failure);
        }
    }

    private void tellGone(Throwable failure) {
        @Nullable Consumer<Throwable> listener = onGone;
        if (listener != null && phase.get() != Phase.PASSED_ON && goneSeen.compareAndSet(false, true)) {
            listener.accept(failure);
        }
    }

    @Override
    public void toHost(dev.gatehouse.http.Request changed, HostCallback answer) {
        hostRuns = true;
        HostCode code = new HostCode(handler, new HostRequest(request, received, changed), response, answer);
        if (!handler.dispatch(request, code)) {
            answer.failed(GatewayHandler.overloaded());
        }
    }

    @Override
    public boolean passesUnmatched() {
        return capabilities().toHost();
    }

    @Override
    public void passOn() {
        if (phase.getAndSet(Phase.PASSED_ON) == Phase.SERVED) {
            handler.dispatchUnmatched(untouched(), response, callback);
        }
    }
}
