package dev.gatehouse.testkit;

import java.security.KeyStore;
import java.time.Duration;

/**
 * How {@link TransportContract} wants a transport to be made.
 *
 * @param trust the only certificates to trust
 * @param maxConnectionsPerEndpoint how many connections to open to one endpoint
 * @param maxQueuedPerEndpoint how many requests may wait for a connection to one endpoint
 * @param maxResponseHeaderBytes how large the header section of a response may be
 * @param idleTimeout how long to keep an unused connection
 */
public record TransportSetup(
        KeyStore trust,
        int maxConnectionsPerEndpoint,
        int maxQueuedPerEndpoint,
        int maxResponseHeaderBytes,
        Duration idleTimeout) {

    static TransportSetup usual() {
        return new TransportSetup(TestTls.trust(), 64, 64, 16 * 1024, Duration.ofSeconds(30));
    }

    TransportSetup withConnections(int max, int queued) {
        return new TransportSetup(trust, max, queued, maxResponseHeaderBytes, idleTimeout);
    }

    TransportSetup withTrust(KeyStore store) {
        return new TransportSetup(
                store, maxConnectionsPerEndpoint, maxQueuedPerEndpoint, maxResponseHeaderBytes, idleTimeout);
    }

    TransportSetup withIdleTimeout(Duration timeout) {
        return new TransportSetup(
                trust, maxConnectionsPerEndpoint, maxQueuedPerEndpoint, maxResponseHeaderBytes, timeout);
    }
}
