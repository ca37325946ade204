package dev.gatehouse.jetty.client;

import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import dev.gatehouse.jetty.loop.Dial;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way over a loop, from {@link Transport#send} to the end of its response. What the callback hears
 * is decided by {@link #state} alone.
 */
final class LoopExchange implements Transport.Handle {

    /** What carries an exchange once it is connected. */
    interface Carrier {

        /**
         * Ends an exchange early, from any thread. Does nothing if it is not under way there.
         *
         * @param exchange which one
         * @param cause what its readers are told
         */
        void giveUp(LoopExchange exchange, Throwable cause);
    }

    private enum State {
        WAITING,
        CONNECTED,
        ANSWERED,
        FAILED
    }

    private final Call call;
    private final Transport.Callback callback;
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private volatile @Nullable GatewayException aborted;
    private volatile @Nullable Carrier carrier;
    private volatile @Nullable Sending sending;
    private volatile @Nullable Runnable leaveQueue;
    private volatile @Nullable Dial dial;
    private volatile boolean opening;
    private volatile TimeSource.@Nullable Timer timer;
    private volatile boolean answering;

    LoopExchange(Call call, Transport.Callback callback) {
        this.call = call;
        this.callback = callback;
    }

    Call call() {
        return call;
    }

    boolean isOver() {
        State current = state.get();
        return current == State.FAILED || (current == State.ANSWERED && carrier == null);
    }

    /**
     * Waits for a connection.
     *
     * @param opens whether for one that is being opened
     * @param leave how to leave the queue, or null if it is in none
     */
    void await(TimeSource time, boolean opens, @Nullable Runnable leave) {
        stopTimer();
        leaveQueue = leave;
        opening = opens;
        timer = time.schedule(this::waitedTooLong, call.connectTimeout());
        if (state.get() != State.WAITING) {
            stopWaiting();
        }
    }

    /** The connection is being opened. */
    void dialled(Dial opened) {
        dial = opened;
        if (state.get() != State.WAITING) {
            opened.close();
        }
    }

    /** A connection takes the request; false if nobody wants it any more. */
    boolean connected(Carrier taken, Sending request) {
        carrier = taken;
        sending = request;
        boolean wanted = state.compareAndSet(State.WAITING, State.CONNECTED);
        if (!wanted) {
            carrier = null;
        }
        stopTimer();
        return wanted;
    }

    private void waitedTooLong() {
        String after = " within " + call.connectTimeout().toMillis() + " ms: "
                + call.endpoint().id();
        if (state.get() == State.WAITING) {
            abort(
                    opening
                            ? new GatewayException(Kind.CONNECT_TIMEOUT, "not connected" + after)
                            : new GatewayException(Kind.REJECTED_OVERLOAD, "no connection became free" + after));
        }
    }

    @Override
    public void abort(GatewayException reason) {
        if (isOver() || aborted != null) {
            return;
        }
        aborted = reason;
        breakOff(reason);
    }

    /** It cannot go on, whatever its state. */
    void breakOff(Throwable cause) {
        // In this order: what giving up makes fail, such as a write under way, is not why; and how much was sent is
        // known
        // only when the connection is closed.
        boolean first = isFailedNow();
        Carrier current = carrier;
        if (current != null) {
            current.giveUp(this, cause);
        }
        if (first) {
            tellFailed(failure(cause));
        }
    }

    private boolean isFailedNow() {
        State before = state.getAndUpdate(current -> current == State.ANSWERED ? current : State.FAILED);
        return before == State.WAITING || before == State.CONNECTED;
    }

    /** A connection could not be had. */
    void notConnected(GatewayException failure) {
        if (isFailedNow()) {
            tellFailed(failure);
        }
    }

    private void tellFailed(GatewayException failure) {
        stopWaiting();
        callback.failed(failure);
    }

    /** Something of a response has come. */
    void answering() {
        answering = true;
    }

    void interim(int status, Headers headers) {
        if (state.get() == State.CONNECTED) {
            callback.interim(status, headers);
        }
    }

    /** The header section of the final response has come. */
    void answered(int status, Headers headers, Body body) {
        if (state.compareAndSet(State.CONNECTED, State.ANSWERED)) {
            callback.response(Response.of(status, headers, body));
        } else {
            body.cancel(new IllegalStateException("the exchange has been given up"));
        }
    }

    /** The connection is done with it. */
    void ended() {
        carrier = null;
    }

    private void stopWaiting() {
        stopTimer();
        Runnable leave = leaveQueue;
        if (leave != null) {
            leave.run();
        }
        Dial dialling = dial;
        if (dialling != null) {
            dialling.close();
        }
    }

    private void stopTimer() {
        TimeSource.Timer waiting = timer;
        if (waiting != null) {
            waiting.cancel();
        }
    }

    private GatewayException failure(Throwable cause) {
        GatewayException reason = aborted;
        if (reason != null) {
            return Failures.aborted(reason, sent());
        }
        Sending request = sending;
        if (request == null) {
            return Failures.beforeConnection(cause, call, true);
        }
        boolean known = cause instanceof GatewayException ours
                && (ours.kind() == Kind.UPSTREAM_PROTOCOL || ours.kind() == Kind.CONNECT_FAILED);
        return known ? (GatewayException) cause : Failures.beforeResponse(cause, request, sent());
    }

    /**
     * Why the content of the response ends early.
     *
     * @param readerWaits whether its reader has asked for more than came
     */
    GatewayException bodyFailure(Throwable cause, boolean readerWaits) {
        GatewayException reason = aborted;
        if (reason != null) {
            return Failures.aborted(reason, RequestSent.YES);
        }
        Sending request = sending;
        return request == null
                ? Failures.beforeConnection(cause, call, true)
                : Failures.duringResponse(cause, request, readerWaits);
    }

    private RequestSent sent() {
        Sending request = sending;
        if (answering) {
            return RequestSent.YES;
        }
        return request != null && request.isSent() ? RequestSent.MAYBE : RequestSent.NO;
    }
}
