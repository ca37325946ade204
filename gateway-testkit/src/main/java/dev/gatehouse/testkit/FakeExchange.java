package dev.gatehouse.testkit;

import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import dev.gatehouse.transport.Transport;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One request to a {@link FakeTransport}. */
final class FakeExchange implements Transport.Handle {

    private final SentRequest request;
    private final Reply reply;
    private final TimeSource time;
    private final Transport.Callback callback;
    private final AtomicBoolean settled = new AtomicBoolean();
    private volatile boolean reading;
    private volatile @Nullable GivenBody given;

    FakeExchange(SentRequest request, Reply reply, TimeSource time, Transport.Callback callback) {
        this.request = request;
        this.reply = reply;
        this.time = time;
        this.callback = callback;
    }

    void start() {
        if (reply.isEarly()) {
            answer();
        } else {
            reading = true;
            readContent();
        }
    }

    @Override
    public void abort(GatewayException reason) {
        request.abort(reason);
        fail(new GatewayException(reason.kind(), sent(), String.valueOf(reason.getMessage()), reason.getCause()));
        GivenBody body = given;
        if (body != null) {
            body.breakOff(reason);
        }
    }

    private RequestSent sent() {
        return reading ? RequestSent.MAYBE : RequestSent.NO;
    }

    private void readContent() {
        Body body = request.request().body();
        while (!settled.get()) {
            Chunk chunk = body.read();
            if (chunk == null) {
                body.demand(this::readContent);
                return;
            }
            request.add(chunk);
            chunk.release();
            if (chunk.last()) {
                contentEnded(chunk.failure());
                return;
            }
        }
    }

    private void contentEnded(@Nullable Throwable failure) {
        if (failure == null) {
            answer();
        } else {
            Kind kind = failure instanceof GatewayException known ? known.kind() : Kind.REQUEST_BODY_CLIENT;
            fail(new GatewayException(kind, RequestSent.MAYBE, "the request's content broke off", failure));
        }
    }

    private void answer() {
        for (Answer.Interim interim : reply.interims()) {
            callback.interim(interim.status(), interim.headers());
        }
        if (reply.delay().isZero()) {
            settle();
        } else {
            time.schedule(this::settle, reply.delay());
        }
    }

    private void settle() {
        GatewayException failure = reply.failure();
        Response response = reply.response();
        if (failure != null) {
            fail(failure);
        } else if (response != null && settled.compareAndSet(false, true)) {
            GivenBody body = new GivenBody(response.body());
            given = body;
            callback.response(
                    response.body().isEmpty()
                            ? response
                            : response.withBody(Body.of(body, response.body().length())));
        }
    }

    private void fail(GatewayException failure) {
        if (settled.compareAndSet(false, true)) {
            callback.failed(failure);
        }
    }

    /** A response's content, which ends when the request is given up. */
    private final class GivenBody implements Body.Source {

        private final Body body;
        private volatile @Nullable GatewayException broken;

        GivenBody(Body body) {
            this.body = body;
        }

        void breakOff(GatewayException reason) {
            broken = new GatewayException(
                    reason.kind(), RequestSent.YES, String.valueOf(reason.getMessage()), reason.getCause());
            body.cancel(reason);
        }

        @Override
        public @Nullable Chunk read() {
            Chunk chunk = body.read();
            GatewayException reason = broken;
            return chunk != null && chunk.failure() != null && reason != null ? Chunk.failed(reason) : chunk;
        }

        @Override
        public void demand(Runnable onAvailable) {
            body.demand(onAvailable);
        }

        @Override
        public void cancel(Throwable reason) {
            request.cancelResponse(reason);
            body.cancel(reason);
        }

        @Override
        public Headers trailers() {
            return body.trailers();
        }
    }
}
