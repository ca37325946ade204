package dev.gatehouse.balancer;

import java.util.concurrent.CompletionStage;

/**
 * Asks one endpoint whether it is well. The balancer decides when to ask, how long to wait and what to make of the
 * answers ({@link HealthCheckSettings}); a checker only asks.
 *
 * <p>Implementations are called from a timer thread: they must not block it, and are safe for use by several threads.
 */
@FunctionalInterface
public interface HealthChecker {

    /**
     * Asks once.
     *
     * @param endpoint the endpoint to ask
     * @return a stage that ends normally if the endpoint is well, and with an exception that says why if not; the
     *     balancer stops waiting at its time-out and cancels the stage if it is a {@code Future}
     */
    CompletionStage<Void> check(Endpoint endpoint);

    /**
     * This check, asked over other connections. A gateway calls it with what asks by the upstream's transport.
     *
     * @param client what HTTP and gRPC checks ask with
     * @return a check that is equal to others of the same settings and an equal client. <b>Default:</b> this one, for
     *     checks that open their own connections
     */
    default HealthChecker through(ProbeClient client) {
        return this;
    }

    /**
     * Asks with an HTTP GET; 200 to 399 is well. {@link #httpBuilder} has more settings.
     *
     * @param path path and query to ask for, such as {@code /health}
     * @return a checker, equal to others for the same path
     */
    static HealthChecker http(String path) {
        return HttpHealthCheck.builder(path).build();
    }

    /**
     * Asks with an HTTP GET and looks at the status, the content, or both.
     *
     * @param path path and query to ask for, such as {@code /health}
     * @return a builder
     */
    static HttpHealthCheck.Builder httpBuilder(String path) {
        return HttpHealthCheck.builder(path);
    }

    /**
     * Asks over gRPC how the whole server is. The same as {@link #grpc(String)} with an empty name.
     *
     * @return a checker, equal to all of its kind
     */
    static HealthChecker grpc() {
        return grpc("");
    }

    /**
     * Asks over gRPC, by the {@code Check} of {@code grpc.health.v1.Health}; who answers {@code SERVING} is well
     * (the gRPC Health Checking Protocol). It always speaks HTTP/2, in clear text with prior knowledge, whatever the
     * upstream's traffic does. Who has no health service, or does not know the name, is not well.
     *
     * <p>It works in a gateway, by the upstream's transport. The JDK's client can neither begin with HTTP/2 in clear text
     * nor read trailers, so a balancer alone refuses the check unless it has a client by {@link #through}.
     *
     * @param service the name that the server keeps a state for, such as {@code shop.Orders}; empty for the whole server
     * @return a checker, equal to others for the same name
     * @throws IllegalArgumentException if the name has more than 1024 bytes
     */
    static HealthChecker grpc(String service) {
        return new GrpcHealthCheck(service, null);
    }

    /**
     * Asks for a connection; who accepts it is well.
     *
     * @return a checker, equal to all of its kind
     */
    static HealthChecker tcp() {
        return new TcpHealthCheck();
    }
}
