package dev.gatehouse.balancer;

/** No endpoint is usable: there is none, all are down, ejected or draining, or a limit of calls in flight is reached. */
public final class NoEndpointException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NoEndpointException(String message) {
        super(message, null, false, false);
    }
}
