package dev.gatehouse.examples;

import dev.gatehouse.Gateway;
import dev.gatehouse.filters.Keys;
import dev.gatehouse.filters.RateLimitFilter;
import dev.gatehouse.servlet.GatewayServletFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.EnumSet;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * An application with servlets of its own: one path goes to a service elsewhere, another is guarded and answered in place,
 * the rest never notices the gateway.
 */
public final class ServletMiddleware {

    private ServletMiddleware() {}

    /** What the application had before. */
    static final class Greeting extends HttpServlet {

        private static final long serialVersionUID = 1L;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.setContentType("text/plain");
            response.getWriter().print("hello from " + request.getRequestURI());
        }
    }

    static Gateway gateway(String legacy) {
        return Gateway.builder()
                .upstream("legacy", up -> up.endpoints(legacy))
                .route("/orders/**", r -> r.to("legacy"))
                .route(
                        "/v2/**",
                        r -> r.filter(RateLimitFilter.perSecond(5, Keys.clientIp()))
                                .toHost())
                .build();
    }

    static Server server(Gateway gateway, int port) {
        ServletContextHandler context = new ServletContextHandler("/");
        FilterHolder filter = new FilterHolder(GatewayServletFilter.of(gateway));
        filter.setAsyncSupported(true);
        context.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST));
        context.addServlet(new ServletHolder(new Greeting()), "/*");
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        connector.setPort(port);
        server.addConnector(connector);
        server.setHandler(context);
        return server;
    }

    /**
     * Runs the application on 127.0.0.1:8080.
     *
     * @param args none
     * @throws Exception if the server cannot start
     */
    public static void main(String[] args) throws Exception {
        try (OrderService legacy = OrderService.start("legacy");
                Gateway gateway = gateway(legacy.uri())) {
            Server server = server(gateway, 8080);
            try {
                server.start();
                System.out.println("curl http://127.0.0.1:8080/orders/42; curl -i http://127.0.0.1:8080/v2/greeting");
                server.join();
            } finally {
                server.stop();
            }
        }
    }
}
