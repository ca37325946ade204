package dev.gatehouse.jetty.client;

import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import dev.gatehouse.jetty.internal.JettyFields;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.client.AbstractConnectionPool;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way, from {@link Transport#send} to the end of its response.
 *
 * <p>Jetty reports to it from several threads: the caller's, the one that selects, and timers. What the callback hears is
 * decided by {@link #settled} alone.
 */
final class Exchange implements Transport.Handle {

    /**
     * How long the last bytes of a request may still be on their way when its response is complete. They are in the
     * socket's buffer by then unless the endpoint has stopped reading.
     */
    static final Duration LAST_BYTES = Duration.ofSeconds(1);

    private final Call call;
    private final Transport.Callback callback;
    private final TimeSource time;
    private final UpstreamClient client;
    private final UpstreamRequest request;
    private final RequestContent content;
    private final int headSize;

    private final AtomicBoolean settled = new AtomicBoolean();
    private final AtomicReference<TimeSource.@Nullable Timer> timer = new AtomicReference<>();
    private final AtomicReference<@Nullable GatewayException> aborted = new AtomicReference<>();
    private final AtomicReference<@Nullable Throwable> givenUp = new AtomicReference<>();
    private final AtomicBoolean toAbort = new AtomicBoolean(true);
    private volatile boolean connected;
    private volatile boolean answering;
    private volatile boolean requestComplete;
    private volatile boolean over;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable ResponseBody body;

    Exchange(UpstreamClient client, TimeSource time, Call call, Transport.Callback callback) {
        this.client = client;
        this.time = time;
        this.call = call;
        this.callback = callback;
        this.content = new RequestContent(call.request());
        this.request = new UpstreamRequest(client, call, this);
        this.headSize = RequestHead.fill(request, call, content);
        request.idleTimeout(call.idleTimeout().toMillis(), TimeUnit.MILLISECONDS);
        request.onResponseContentSource(this::answered);
    }

    void send() {
        if (headSize > client.getMaxRequestHeadersSize()) {
            refuse();
            return;
        }
        try {
            request.send(this::completed);
        } catch (RuntimeException refused) {
            broken(refused);
        }
        if (!connected && !over) {
            schedule(this::waitedTooLong, call.connectTimeout());
            if (connected || over) {
                stopTimer();
            }
        }
    }

    @Override
    public void abort(GatewayException reason) {
        if (over || !aborted.compareAndSet(null, reason)) {
            return;
        }
        stopTimer();
        giveUp(reason);
        fail(Failures.aborted(reason, requestSent()));
    }

    /** Jetty has a connection for the request and is about to write it. */
    void connected(Connection connection) {
        connected = true;
        stopTimer();
        if (!client.limits().fits(connection, headSize)) {
            refuse();
        }
    }

    private void refuse() {
        abort(new GatewayException(
                Kind.BAD_REQUEST, "the header section is too large to send: " + headSize + " bytes"));
    }

    /** Something of a response has come. */
    void answering() {
        answering = true;
    }

    void interim(int status, Headers headers) {
        if (!settled.get()) {
            callback.interim(status, headers);
        }
    }

    /** Jetty has written the last byte of the request. */
    void requestComplete() {
        requestComplete = true;
    }

    /** The last byte of the response has been read. */
    void responseComplete() {
        if (requestComplete) {
            return;
        }
        if (content.isLast()) {
            schedule(this::giveUpTheRest, LAST_BYTES);
        } else {
            giveUpTheRest();
        }
    }

    /**
     * Gives the request up, whatever its state. Does nothing the second time, and after the end.
     *
     * @param reason what readers are told
     */
    void giveUp(Throwable reason) {
        if (givenUp.compareAndSet(null, reason)) {
            tidyUp();
        }
    }

    /** Called when a reader has left Jetty: does what had to wait for that. */
    void readerLeft() {
        if (givenUp.get() != null || failure != null) {
            tidyUp();
        }
    }

    /**
     * Does to an HTTP/1.1 connection what must not happen while anyone reads from it: Jetty's parser and its buffer are not
     * safe for several threads. Those who read are the thread that selects, and whoever reads the body.
     */
    private void tidyUp() {
        if (request.getConnection() instanceof AbstractConnection http1) {
            UpstreamSockets.whenSelecting(http1.getEndPoint(), () -> {
                ResponseBody current = body;
                if (current == null) {
                    tidy(http1);
                } else {
                    current.unlessReading(() -> tidy(http1));
                }
            });
        } else {
            abortIfGivenUp();
        }
    }

    private void tidy(AbstractConnection http1) {
        abortIfGivenUp();
        if (failure != null && ((Connection) http1).isClosed()) {
            // Jetty gives back the buffer it has read into when it comes to read again, which after a failure between
            // two reads it never would.
            http1.onFillable();
        }
    }

    private void abortIfGivenUp() {
        Throwable reason = givenUp.get();
        if (reason != null && toAbort.compareAndSet(true, false)) {
            // What it came to is told by listeners.
            CompletableFuture<Boolean> unused = request.abort(reason);
            closeIfWriting();
        }
    }

    /** Jetty waits for a write that is under way before it closes. If the endpoint has stopped reading, it never ends. */
    private void closeIfWriting() {
        Connection connection = request.getConnection();
        if (connection != null && call.protocol() == Call.Protocol.HTTP_1_1 && content.isSent() && !requestComplete) {
            connection.close();
        }
    }

    /** Why the content of the response can no longer be read. */
    GatewayException ended() {
        Throwable reason = givenUp.get();
        Throwable cause = reason != null ? reason : failure;
        return bodyFailure(cause != null ? cause : new IllegalStateException("the exchange has ended"));
    }

    /** Why the content of the response ends early, in our terms. */
    GatewayException bodyFailure(Throwable cause) {
        GatewayException reason = aborted.get();
        if (reason != null) {
            return Failures.aborted(reason, RequestSent.YES);
        }
        ResponseBody current = body;
        return Failures.duringResponse(cause, content, current == null || current.isWaiting());
    }

    /** No response will come. */
    void broken(Throwable cause) {
        GatewayException reason = aborted.get();
        fail(
                reason != null
                        ? Failures.aborted(reason, requestSent())
                        : connected
                                ? Failures.beforeResponse(cause, content, requestSent())
                                : Failures.beforeConnection(cause, call, client.isRunning()));
    }

    private void answered(Response response, Content.Source source) {
        int status = response.getStatus();
        if (status < 200 || status > 599) {
            protocolFailure("the endpoint answered with status " + status);
            return;
        }
        Headers headers = JettyFields.fromJetty(response.getHeaders());
        ResponseBody streaming = new ResponseBody(this, response, source);
        body = streaming;
        report(dev.gatehouse.http.Response.of(status, headers, content(response, streaming)), streaming);
        if (request.getConnection() instanceof AbstractConnection http1 && !streaming.isComplete()) {
            UpstreamSockets.whenSelecting(http1.getEndPoint(), streaming::open);
        } else {
            streaming.open();
        }
    }

    private Body content(Response response, ResponseBody streaming) {
        if (isEmpty(response)) {
            streaming.drain();
            return Body.empty();
        }
        return Body.of(streaming, response.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH));
    }

    private void report(dev.gatehouse.http.Response response, ResponseBody streaming) {
        if (!settled.compareAndSet(false, true)) {
            streaming.cancel(new IllegalStateException("the exchange has been given up"));
            return;
        }
        try {
            callback.response(response);
        } catch (RuntimeException fromCallback) {
            streaming.cancel(fromCallback);
            throw fromCallback;
        }
    }

    /** Whether there can be no content, whatever the header section says (RFC 9112 §6.3). */
    private boolean isEmpty(Response response) {
        int status = response.getStatus();
        return HttpMethod.HEAD.is(request.getMethod())
                || status == HttpStatus.NO_CONTENT_204
                || status == HttpStatus.NOT_MODIFIED_304
                || response.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH) == 0;
    }

    private void completed(Result result) {
        over = true;
        stopTimer();
        Throwable cause = result.getFailure();
        if (cause != null) {
            failure = cause;
            broken(cause);
            tidyUp();
        }
    }

    private void protocolFailure(String message) {
        GatewayException reason = new GatewayException(Kind.UPSTREAM_PROTOCOL, RequestSent.YES, message, null);
        aborted.compareAndSet(null, reason);
        giveUp(reason);
        fail(reason);
    }

    /** The response is complete, and the endpoint wants nothing more of the request. */
    private void giveUpTheRest() {
        if (!requestComplete) {
            giveUp(new IllegalStateException("the response was complete before the request"));
        }
    }

    private void waitedTooLong() {
        if (connected || over) {
            return;
        }
        boolean connecting =
                client.resolveDestination(request.origin()).getConnectionPool() instanceof AbstractConnectionPool pool
                        && pool.getPendingConnectionCount() > 0;
        String after = " within " + call.connectTimeout().toMillis() + " ms: "
                + call.endpoint().id();
        abort(
                connecting
                        ? new GatewayException(Kind.CONNECT_TIMEOUT, "not connected" + after)
                        : new GatewayException(Kind.REJECTED_OVERLOAD, "no connection became free" + after));
    }

    private RequestSent requestSent() {
        return answering ? RequestSent.YES : content.isSent() ? RequestSent.MAYBE : RequestSent.NO;
    }

    private void fail(GatewayException reason) {
        if (settled.compareAndSet(false, true)) {
            callback.failed(reason);
        }
    }

    private void schedule(Runnable task, Duration delay) {
        timer.set(time.schedule(task, delay));
    }

    private void stopTimer() {
        TimeSource.Timer waiting = timer.getAndSet(null);
        if (waiting != null) {
            waiting.cancel();
        }
    }
}
