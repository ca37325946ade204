package dev.gatehouse.jetty.client;

import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;

/**
 * Sends requests over pooled connections: HTTP/1.1 and HTTP/2, in clear text and over TLS.
 *
 * <p>Clear text goes over the loop that the caller works for, if it works for one, as every thread of
 * {@link dev.gatehouse.jetty.GatewayServer} does: such a request changes no thread. TLS goes through Jetty's HTTP client. What a transport needs for either, threads included, is made when it is first needed.
 *
 * <p>Messages pass through as they are: no redirect is followed, no cookie kept, no content decoded, no field added but
 * those of framing and {@code Host}. Nothing is sent twice: a request goes out again only if the connection it was
 * given to had been closed before anything was written. Bodies stream, and the bytes of a chunk are not copied.
 *
 * <p>Endpoints with the same scheme, host, port and protocol share their connections. Each endpoint has a limit of
 * connections and, for requests that wait for one, of the queue. A connection that its endpoint closed just when it
 * was taken from the pool fails with {@link dev.gatehouse.http.GatewayException.Kind#UPSTREAM_CLOSED}; to make that rare,
 * connections are closed from this side after a short time without use.
 *
 * <p>Safe for use by several threads. Callbacks run on the threads that serve sockets, so they must not block.
 */
public final class JettyTransport implements Transport {

    private final Resources resources;
    private final LoopClient loops;

    JettyTransport(Resources resources) {
        this.resources = resources;
        this.loops = new LoopClient(resources);
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
        if (isClear(call)) {
            return loops.send(call, callback);
        }
        UpstreamClient client = resources.client();
        client.allowConnecting(call.connectTimeout().toMillis());
        Exchange exchange = new Exchange(client, resources.time(), call, callback);
        exchange.send();
        return exchange;
    }

    private static boolean isClear(Call call) {
        return "http".equals(call.endpoint().uri().getScheme());
    }

    /** Closes all connections; exchanges under way fail. Later ones fail with {@code CLOSING}. */
    @Override
    public void close() {
        loops.close();
        resources.close();
    }
}
