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
     * Asks for a connection; who accepts it is well.
     *
     * @return a checker, equal to all of its kind
     */
    static HealthChecker tcp() {
        return new TcpHealthCheck();
    }
}
