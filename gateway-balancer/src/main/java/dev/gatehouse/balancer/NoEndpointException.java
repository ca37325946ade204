package dev.gatehouse.balancer;

/** No endpoint is usable: there is none, or all are down or draining. */
public final class NoEndpointException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NoEndpointException(String message) {
        super(message, null, false, false);
    }
}
