package dev.gatehouse.examples;

import dev.gatehouse.Gateway;
import dev.gatehouse.balancer.HealthChecker;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.filters.Keys;
import dev.gatehouse.filters.RateLimitFilter;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.jetty.GatewayServer;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Three instances of a service and a gateway in front of them, on 127.0.0.1:8080: to be called with curl.
 *
 * <p>Argument: another port, if 8080 is taken.
 */
public final class Quickstart implements AutoCloseable {

    private static final String HOST = "127.0.0.1";
    private static final int PORT = 8080;
    private static final int REQUESTS_PER_SECOND = 5;

    private final Map<String, OrderService> services = new ConcurrentHashMap<>();
    final Gateway gateway;
    private final GatewayServer server;

    private Quickstart(int port) {
        for (String name : List.of("orders-1", "orders-2", "orders-3")) {
            services.put(name, OrderService.start(name));
        }
        gateway = gateway();
        try {
            server = GatewayServer.start(gateway, HOST, port);
        } catch (RuntimeException e) {
            closeAllBehindTheServer();
            throw e;
        }
    }

    private Gateway gateway() {
        String[] endpoints = services.values().stream().map(OrderService::uri).toArray(String[]::new);
        return Gateway.builder()
                .upstream(
                        "orders",
                        up -> up.endpoints(endpoints)
                                .strategy(Strategy.roundRobin())
                                .healthCheck(HealthChecker.http("/health"), hc -> hc.interval(Duration.ofSeconds(2)))
                                .retry(r -> r.maxAttempts(3)))
                .route(
                        "/orders/**",
                        r -> r.filter(RateLimitFilter.perSecond(REQUESTS_PER_SECOND, Keys.clientIp()))
                                .to("orders"))
                .route(
                        "/services/{name}/stop",
                        r -> r.methods("POST")
                                .handle((request, exchange) -> CompletableFuture.completedFuture(
                                        stop(exchange.pathVariables().get("name")))))
                .route(
                        "/explain",
                        r -> r.methods("GET")
                                .handle((request, exchange) -> CompletableFuture.completedFuture(
                                        explain(request.target().rawQuery()))))
                .build();
    }

    private Response stop(@Nullable String name) {
        OrderService service = name == null ? null : services.remove(name);
        if (service == null) {
            return Response.problem(404, "unknown-service", "The services that run: " + services.keySet());
        }
        service.close();
        return Response.text(200, name + " is stopped; still running: " + services.keySet() + "\n");
    }

    private Response explain(@Nullable String query) {
        if (query == null || !query.startsWith("path=")) {
            return Response.problem(400, "no-path", "Ask for /explain?path=/orders/42");
        }
        String path = URLDecoder.decode(query.substring("path=".length()), StandardCharsets.UTF_8);
        return Response.text(200, gateway.explain(Request.get(path).build()).toString());
    }

    /**
     * Starts everything.
     *
     * @param port the port on 127.0.0.1, 0 for a free one
     * @return what runs
     * @throws UncheckedIOException if the port cannot be had
     */
    static Quickstart start(int port) {
        return new Quickstart(port);
    }

    int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.close();
        closeAllBehindTheServer();
    }

    private void closeAllBehindTheServer() {
        gateway.close();
        services.values().forEach(OrderService::close);
    }

    /**
     * Starts everything and waits.
     *
     * @param args the port, if it shall not be 8080
     * @throws InterruptedException if the wait ends
     */
    public static void main(String[] args) throws InterruptedException {
        int port = PORT;
        try {
            if (args.length > 0) {
                port = port(args[0]);
            }
            serve(port);
        } catch (IllegalArgumentException wrong) {
            System.err.println(wrong.getMessage());
            System.exit(1);
        } catch (UncheckedIOException e) {
            System.err.println(CannotListen.text(HOST, port, e) + "; try another port: java -jar quickstart.jar "
                    + (port == PORT ? PORT + 1 : PORT));
            System.exit(1);
        }
    }

    private static int port(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("port: " + text + " (expected: a number)", e);
        }
    }

    private static void serve(int port) throws InterruptedException {
        try (Quickstart quickstart = start(port)) {
            System.out.printf("""
                Gatehouse listens on %1$s. Try, in another terminal:
                  curl %1$s/orders/42                                  again and again: the services take turns
                  curl -X POST %1$s/services/orders-2/stop             one of them goes away, no request is lost
                  curl -s -o /dev/null -w '%%{http_code} ' '%1$s/orders/[1-40]'    429 once the limit of %2$d a second is used up
                  curl '%1$s/explain?path=/orders/42'                  why a request goes where it goes
                """, quickstart.server.uri(), REQUESTS_PER_SECOND);
            quickstart.server.join();
        }
    }
}
