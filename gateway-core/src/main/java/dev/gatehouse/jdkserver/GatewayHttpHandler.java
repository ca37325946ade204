package dev.gatehouse.jdkserver;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.gatehouse.Gateway;
import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.internal.host.Serving;
import java.io.IOException;

/**
 * A gateway as the handler of a context of the JDK's HTTP server. There is no code of the application's own behind it:
 * a gateway with a route that ends in {@code toHost()} is refused, and what no route matches is answered 404. For both
 * use {@link GatewayHttpFilter}.
 *
 * <p>Routes match the whole path as the client sent it, the context's path included.
 *
 * <p><b>Threads.</b> That server gives each exchange a thread for as long as it takes. Set an executor
 * ({@code HttpServer.setExecutor}) with as many threads as there shall be requests at a time: without one, the server
 * handles one request after another. Where an early answer meets an upload that stalls, the exchange has a second
 * thread for a while.
 *
 * <p>What this server cannot carry (trailers, interim responses, HTTP/2, news of a client that is gone) stands in the
 * table of hosts of the documentation. Safe for use by several threads.
 */
public final class GatewayHttpHandler implements HttpHandler {

    private static final HostCapabilities CAPABILITIES = JdkExchange.capabilities(false);

    private final Serving gateway;

    private GatewayHttpHandler(Serving gateway) {
        this.gateway = gateway;
        gateway.attach(CAPABILITIES);
    }

    /**
     * A handler that serves by a gateway.
     *
     * @param gateway the gateway; closing it is up to the caller
     * @return a handler
     * @throws RuntimeException if the gateway needs something that this server lacks
     */
    public static GatewayHttpHandler of(Gateway gateway) {
        return of(Serving.by(gateway));
    }

    static GatewayHttpHandler of(Serving gateway) {
        return new GatewayHttpHandler(gateway);
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        JdkExchange ours = new JdkExchange(exchange, CAPABILITIES);
        gateway.serve(ours.received(), ours);
        ours.await();
        ours.finish();
    }
}
