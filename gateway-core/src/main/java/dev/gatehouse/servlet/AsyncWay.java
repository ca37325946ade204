package dev.gatehouse.servlet;

import dev.gatehouse.host.Done;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.internal.host.BodyWriter;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An exchange that holds no thread: bytes move when the container says that they can. */
final class AsyncWay implements Way, AsyncListener {

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final AbortableRequest abortable;
    private final AsyncContext async;
    private final AsyncContent content;
    private final AtomicBoolean over = new AtomicBoolean();

    private @Nullable BodyWriter writer;
    private @Nullable Throwable gone;
    private @Nullable Consumer<Throwable> onGone;

    AsyncWay(HttpServletRequest request, HttpServletResponse response, Request received) {
        this.request = request;
        this.response = response;
        this.abortable = new AbortableRequest(request);
        this.content = new AsyncContent(request, received.body().length());
        this.async = request.startAsync(abortable, response);
        async.setTimeout(0); // the gateway has timeouts of its own
        async.addListener(this);
    }

    @Override
    public Body.Source content() {
        return content;
    }

    @Override
    public void respond(Response answer, Done done) {
        AsyncSink sink = new AsyncSink(request, response, answer);
        BodyWriter mine = new BodyWriter(answer.body(), sink, failure -> ended(sink, failure, done));
        Throwable already;
        synchronized (this) {
            writer = mine;
            already = gone;
        }
        if (already != null) {
            mine.cancel(already);
        }
        mine.start();
    }

    private void ended(AsyncSink sink, @Nullable Throwable failure, Done done) {
        try {
            done.done(failure);
        } finally {
            if (failure == null) {
                finish(sink);
            } else if (sink.isBroken()) {
                complete();
            } else {
                abort(sink);
            }
        }
    }

    /** A client that still sends must not lose the answer to a reset: see {@link AsyncContent#discard}. */
    private void finish(AsyncSink sink) {
        boolean lingers = content.isUnread() && !Requests.isHttp2(request);
        if (lingers && (content.isTouched() || !Requests.awaitsContinue(request))) {
            sink.closeIfOpenEnded();
            onGone(nobody -> {});
            content.discard(this::complete);
        } else {
            complete();
        }
    }

    private void complete() {
        if (over.compareAndSet(false, true)) {
            try {
                async.complete();
            } catch (IllegalStateException completedByContainer) {
                // After an error that it has told us of; there is nothing left to complete.
            }
        }
    }

    private void abort(AsyncSink sink) {
        if (over.compareAndSet(false, true)) {
            sink.beginIfNot();
            abortable.abort(async, response);
        }
    }

    @Override
    public void onGone(Consumer<Throwable> listener) {
        Throwable already;
        synchronized (this) {
            onGone = listener;
            already = gone;
        }
        if (already != null) {
            listener.accept(already);
        }
    }

    /** The container's connection broke. */
    @Override
    public void onError(AsyncEvent event) {
        if (over.get()) {
            return; // we broke it
        }
        Throwable reason = event.getThrowable() == null ? new IOException("the exchange failed") : event.getThrowable();
        gone(reason);
        complete();
    }

    /** The container ended the exchange without us. */
    @Override
    public void onComplete(AsyncEvent event) {
        if (over.compareAndSet(false, true)) {
            gone(new IOException("the container ended the exchange"));
        }
    }

    private void gone(Throwable reason) {
        Consumer<Throwable> listener;
        BodyWriter writing;
        synchronized (this) {
            if (gone != null) {
                return;
            }
            gone = reason;
            listener = onGone;
            writing = writer;
        }
        content.fail(reason);
        if (writing != null) {
            writing.cancel(reason);
        }
        if (listener != null) {
            listener.accept(reason);
        }
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        // There is none.
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // Nobody else starts this one again.
    }
}
