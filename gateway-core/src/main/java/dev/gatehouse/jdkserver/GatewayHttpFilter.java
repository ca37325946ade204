package dev.gatehouse.jdkserver;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import dev.gatehouse.Gateway;
import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.internal.host.BlockingTurn.HostRun;
import dev.gatehouse.internal.host.Serving;
import java.io.IOException;

/**
 * A gateway in front of the handler of a context of the JDK's HTTP server, added with
 * {@code context.getFilters().add(…)}. Routes that end in {@code toHost()} run that handler, and what no route matches
 * goes to it untouched.
 *
 * <p>On {@code toHost()} the handler, and filters added after this one, see the request as the gateway's filters left it,
 * and what they answer passes the gateway's response filters: the header section when they send it, the content as a
 * stream. The thread stays with the exchange until it is complete, also where the handler leaves its work to another.
 *
 * <p>A context with an {@code Authenticator} cannot end routes in {@code toHost()}: the server runs it behind all
 * filters and refuses an exchange that a filter has wrapped. Such a request fails; a filter of the gateway can
 * authenticate instead.
 *
 * <p>Routes match the whole path as the client sent it, the context's path included. Threads and what this server
 * cannot carry are as described at {@link GatewayHttpHandler}. Safe for use by several threads.
 */
public final class GatewayHttpFilter extends Filter {

    private static final HostCapabilities CAPABILITIES = JdkExchange.capabilities(true);

    private final Serving gateway;

    private GatewayHttpFilter(Serving gateway) {
        this.gateway = gateway;
        gateway.attach(CAPABILITIES);
    }

    /**
     * A filter that serves by a gateway.
     *
     * @param gateway the gateway; closing it is up to the caller
     * @return a filter
     * @throws RuntimeException if the gateway needs something that this server lacks
     */
    public static GatewayHttpFilter of(Gateway gateway) {
        return of(Serving.by(gateway));
    }

    static GatewayHttpFilter of(Serving gateway) {
        return new GatewayHttpFilter(gateway);
    }

    @Override
    public String description() {
        return "Gatehouse gateway";
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        JdkExchange ours = new JdkExchange(exchange, CAPABILITIES);
        gateway.serve(ours.received(), ours);
        switch (ours.await()) {
            case PASS_ON -> {
                chain.doFilter(exchange);
                return;
            }
            case RUN_HOST -> runHost(ours, exchange, chain);
            case ANSWER -> {}
        }
        ours.finish();
    }

    private static void runHost(JdkExchange ours, HttpExchange exchange, Chain chain) {
        HostRun run = ours.hostRun();
        if (exchange.getHttpContext().getAuthenticator() != null) {
            run.callback()
                    .failed(new IllegalStateException(
                            "context " + exchange.getHttpContext().getPath()
                                    + " has an Authenticator: it cannot run behind a route that ends in toHost()"));
            return;
        }
        HostHttpExchange wrapped = new HostHttpExchange(exchange, ours, run);
        try {
            chain.doFilter(wrapped.forHandler());
            wrapped.awaitEnd();
        } catch (IOException | RuntimeException | Error failure) {
            wrapped.failed(failure);
        }
    }
}
