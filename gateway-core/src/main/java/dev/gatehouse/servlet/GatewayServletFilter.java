package dev.gatehouse.servlet;

import dev.gatehouse.Gateway;
import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.internal.host.Serving;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * A gateway in front of the servlets of a web application.
 *
 * <p>What no route matches goes down the filter chain, untouched and on the same thread. Where a route ends in
 * {@code toHost()}, the rest of the chain sees the request as the gateway's filters left it, and its response passes the
 * gateway's response filters: the header section when it is committed, the content as a stream. Everything else is
 * answered by the gateway, asynchronously: no thread waits for an upstream or a client.
 *
 * <p><b>Registration.</b> Asynchronous processing must be supported ({@code setAsyncSupported(true)}) by this filter and
 * by every one before it; otherwise each request that it would answer fails, and says so. Map it for {@code REQUEST}. Map it
 * for {@code ASYNC} too if servlets behind {@code toHost()} dispatch ({@code AsyncContext.dispatch}, as Spring MVC does).
 * Forwards, includes and error pages pass it by: the gateway judges what clients ask for, not where the application turns
 * to.
 *
 * <p><b>Paths.</b> Routes match, and upstreams get, the path within the web application: what the client sent after the
 * context path, as it was sent. Where that cannot be told, for the context path is encoded or hidden behind dot segments
 * and the container does not say how it came, the request is answered 400. On the way to the host's own code a filter may change everything but the path: the container has chosen
 * the servlet already.
 *
 * <p><b>Threads.</b> While a filter before {@code toHost()} waits for something, the container's thread waits with it, as
 * in every blocking servlet filter; servlets offer no way to go on down the chain from another thread without leaving out
 * filters. Requests that are proxied hold no thread.
 *
 * <p><b>Limits.</b> There are no interim responses. A filter that replaces a request's content is not seen by
 * {@code getPart} and {@code getParts}, which refuse then. A request with a session cookie keeps its session, whatever a
 * filter does to the cookie. Safe for use by several threads.
 */
public final class GatewayServletFilter implements Filter {

    private final Serving gateway;
    private HostCapabilities capabilities = ServletExchange.capabilities("");

    private GatewayServletFilter(Serving gateway) {
        this.gateway = gateway;
    }

    /**
     * A filter that serves by a gateway.
     *
     * @param gateway the gateway; closing it is up to the caller
     * @return a filter, to be registered with the container
     */
    public static GatewayServletFilter of(Gateway gateway) {
        return of(Serving.by(gateway));
    }

    static GatewayServletFilter of(Serving gateway) {
        return new GatewayServletFilter(gateway);
    }

    /**
     * Announces the container to the gateway.
     *
     * @throws RuntimeException if the gateway needs something that servlets lack
     */
    @Override
    public void init(FilterConfig config) {
        capabilities = ServletExchange.capabilities(config.getServletContext().getServerInfo());
        gateway.attach(capabilities);
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!(request instanceof HttpServletRequest http) || !(response instanceof HttpServletResponse answer)) {
            chain.doFilter(request, response);
            return;
        }
        if (request.getDispatcherType() == DispatcherType.REQUEST) {
            serve(http, answer, chain);
        } else {
            HostRun.redispatched(http, answer, chain);
        }
    }

    private void serve(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!request.isAsyncSupported()) {
            throw new ServletException(
                    "the gateway needs asynchronous processing: register its filter, and every filter"
                            + " before it, with async-supported = true");
        }
        ServletExchange exchange = new ServletExchange(capabilities, request, response);
        gateway.serve(exchange.received(), exchange);
        exchange.goOn(chain);
    }
}
