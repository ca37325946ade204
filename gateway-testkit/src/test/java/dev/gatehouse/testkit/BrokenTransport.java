package dev.gatehouse.testkit;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A good transport with a defect. */
abstract class BrokenTransport implements Transport {

    private final Transport good;

    BrokenTransport(Transport good) {
        this.good = good;
    }

    /** The good transport. */
    interface Sender {
        Transport.Handle send(Request request, Transport.Callback callback);
    }

    abstract Handle send(Request request, Sender sender, Callback callback);

    @Override
    public final Handle send(Call call, Callback callback) {
        return send(
                call.request(),
                (request, told) -> good.send(
                        new Call(call.endpoint(), request, call.protocol(), call.connectTimeout(), call.idleTimeout()),
                        told),
                callback);
    }

    @Override
    public final void close() {
        good.close();
    }

    /** A callback that passes everything on. */
    static class Callbacks implements Callback {

        private final Callback callback;

        Callbacks(Callback callback) {
            this.callback = callback;
        }

        @Override
        public void interim(int status, Headers headers) {
            callback.interim(status, headers);
        }

        @Override
        public void response(Response response) {
            callback.response(response);
        }

        @Override
        public void failed(GatewayException failure) {
            callback.failed(failure);
        }
    }

    static void collect(Body body, Consumer<Body> then) {
        body.bytes(1 << 20).thenAccept(bytes -> then.accept(Body.of(bytes)));
    }

    static Body withoutTrailers(Body body) {
        return Body.of(
                new Changed(body) {
                    @Override
                    public Headers trailers() {
                        return Headers.empty();
                    }
                },
                body.length());
    }

    static Body neverBroken(Body body) {
        return Body.of(
                new Changed(body) {
                    @Override
                    public @Nullable Chunk read() {
                        Chunk chunk = super.read();
                        return chunk != null && chunk.failure() != null ? Chunk.end() : chunk;
                    }
                },
                body.length());
    }

    private static class Changed implements Body.Source {

        private final Body body;

        Changed(Body body) {
            this.body = body;
        }

        @Override
        public @Nullable Chunk read() {
            return body.read();
        }

        @Override
        public void demand(Runnable onAvailable) {
            body.demand(onAvailable);
        }

        @Override
        public void cancel(Throwable reason) {
            body.cancel(reason);
        }

        @Override
        public Headers trailers() {
            return body.trailers();
        }
    }
}
