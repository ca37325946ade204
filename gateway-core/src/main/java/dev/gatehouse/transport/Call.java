package dev.gatehouse.transport;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.http.Request;
import java.time.Duration;

/**
 * What a transport is asked to do.
 *
 * @param endpoint where to
 * @param request what to send
 * @param protocol which version of HTTP to speak
 * @param connectTimeout how long the request may wait for a connection: for a new one, TLS included, or for one in use to
 *     become free; more than zero
 * @param idleTimeout how long nothing may be sent or received for the request once it is under way; zero for no limit
 */
public record Call(
        Endpoint endpoint, Request request, Protocol protocol, Duration connectTimeout, Duration idleTimeout) {

    /** The version of HTTP to speak with an endpoint. */
    public enum Protocol {
        /** HTTP/1.1, over TLS if the endpoint's scheme is {@code https}. */
        HTTP_1_1,
        /**
         * HTTP/2: over TLS, by ALPN, if the endpoint's scheme is {@code https}; otherwise in clear text with prior
         * knowledge (RFC 9113 §3.3).
         */
        HTTP_2
    }
}
