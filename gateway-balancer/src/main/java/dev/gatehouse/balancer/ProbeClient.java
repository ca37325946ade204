package dev.gatehouse.balancer;

import java.util.concurrent.CompletionStage;

/**
 * Carries the questions of HTTP and gRPC checks to endpoints. Such a check says what to ask and judges the answer; over which
 * connection it goes is for this. A balancer used alone asks with the JDK's HTTP client. A gateway asks with the transport
 * that carries the upstream's traffic, and a check brings its own by {@link HealthChecker#through}.
 *
 * <p>Implementations are called from a timer thread: they must not block it, follow no redirect, never try again by
 * themselves, and are safe for use by several threads. They are equal if they ask in the same way: an update of a gateway
 * begins to check anew where they are not.
 */
@FunctionalInterface
public interface ProbeClient {

    /**
     * Asks once.
     *
     * @param endpoint the endpoint to ask
     * @param request what to ask
     * @return a stage that ends with the whole answer, whatever its status, or with an exception if there is none. When the
     *     balancer's time is over it is cancelled if it is a {@code Future}; nothing of the exchange may be left then
     */
    CompletionStage<ProbeResponse> send(Endpoint endpoint, ProbeRequest request);
}
