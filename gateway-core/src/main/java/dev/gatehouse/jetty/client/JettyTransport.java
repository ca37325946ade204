package dev.gatehouse.jetty.client;

import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;

/**
 * Sends requests through Jetty's HTTP client, over pooled connections: HTTP/1.1 and HTTP/2, in clear text and over TLS.
 *
 * <p>Messages pass through as they are: no redirect is followed, no cookie kept, no content decoded, no field added but
 * those of framing and {@code Host}. Nothing is sent twice: Jetty sends a request again only if the connection it was
 * given to had been closed before anything was written. Bodies stream, and a chunk that came from a Jetty server or goes
 * to one is not copied.
 *
 * <p>Endpoints with the same scheme, host, port and protocol share their connections. Each endpoint has a limit of
 * connections and, for requests that wait for one, of the queue. A connection that its endpoint closed just when it
 * was taken from the pool fails with {@link dev.gatehouse.http.GatewayException.Kind#UPSTREAM_CLOSED}; to make that rare,
 * connections are closed from this side after a short time without use.
 *
 * <p>Safe for use by several threads. Callbacks run on the threads that serve sockets, so they must not block.
 */
public final class JettyTransport implements Transport {

    private final UpstreamClient client;
    private final TimeSource time;

    JettyTransport(UpstreamClient client, TimeSource time) {
        this.client = client;
        this.time = time;
        try {
            client.start();
        } catch (Exception failure) {
            throw new IllegalStateException("the HTTP client did not start", failure);
        }
    }

    /**
     * A transport with the defaults.
     *
     * @return a running transport
     */
    public static JettyTransport create() {
        return builder().build();
    }

    /**
     * A builder with the defaults.
     *
     * @return a new builder
     */
    public static JettyTransportBuilder builder() {
        return new JettyTransportBuilder();
    }

    @Override
    public Handle send(Call call, Callback callback) {
        client.allowConnecting(call.connectTimeout().toMillis());
        Exchange exchange = new Exchange(client, time, call, callback);
        exchange.send();
        return exchange;
    }

    /** Closes all connections; exchanges under way fail. Later ones fail with {@code CLOSING}. */
    @Override
    public void close() {
        try {
            client.stop();
        } catch (Exception failure) {
            throw new IllegalStateException("the HTTP client did not stop", failure);
        }
    }
}
