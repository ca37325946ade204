package dev.gatehouse.internal.host;

import dev.gatehouse.Gateway;
import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Request;
import dev.gatehouse.jetty.client.internal.ServerParts;
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
     * Lends the gateway's own transport what a running server has. Does nothing for a gateway that was given a transport.
     *
     * @param parts what the server lends, until they are {@linkplain #takeBack taken back}
     */
    default void lend(ServerParts parts) {}

    /**
     * Takes back what was lent, before the server stops. Nothing uses it when this returns.
     *
     * @param parts what was lent, or never was
     */
    default void takeBack(ServerParts parts) {}

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

            @Override
            public void lend(ServerParts parts) {
                GatewayAccess.ownTransport(gateway).lend(parts);
            }

            @Override
            public void takeBack(ServerParts parts) {
                GatewayAccess.ownTransport(gateway).takeBack(parts);
            }
        };
    }
}
