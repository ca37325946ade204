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
}
