package dev.gatehouse.internal.host;

import dev.gatehouse.Gateway;
import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Request;
import java.util.Objects;

/** What an adapter needs of a gateway. */
public interface Serving {

    /**
     * Announces a host, before it serves.
     *
     * @param capabilities what the host can carry
     */
    void attach(HostCapabilities capabilities);

    /**
     * Serves one request; returns without waiting for the answer.
     *
     * @param received the request as the server received it
     * @param host the way to answer
     */
    void serve(Request received, HostExchange host);

    /**
     * A gateway as what adapters need of it.
     *
     * @param gateway the gateway
     * @return a view of it
     */
    static Serving by(Gateway gateway) {
        Objects.requireNonNull(gateway);
        return new Serving() {
            @Override
            public void attach(HostCapabilities capabilities) {
                gateway.attach(capabilities);
            }

            @Override
            public void serve(Request received, HostExchange host) {
                gateway.serve(received, host);
            }
        };
    }
}
