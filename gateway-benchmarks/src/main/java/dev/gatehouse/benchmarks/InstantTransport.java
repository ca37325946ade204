package dev.gatehouse.benchmarks;

import dev.gatehouse.http.Response;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;

/**
 * A transport that answers each request at once and keeps nothing, so that what is measured is the gateway alone.
 *
 * @param answer what it answers; without content, since it is read by many
 */
record InstantTransport(Response answer) implements Transport {

    /** Everything is over when it is handed out. */
    private static final Handle OVER = reason -> {};

    @Override
    public Handle send(Call call, Callback callback) {
        callback.response(answer);
        return OVER;
    }

    @Override
    public void close() {}
}
