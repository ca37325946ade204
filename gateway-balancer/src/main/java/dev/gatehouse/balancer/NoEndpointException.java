package dev.gatehouse.balancer;

/**
 * No endpoint is usable: there is none, all are down, ejected or draining, or a limit of calls in flight is reached. The
 * message says which, with numbers but without addresses.
 */
public final class NoEndpointException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Whether it is for a limit only. */
    private final boolean limited;

    NoEndpointException(String message) {
        this(message, false);
    }

    NoEndpointException(String message, boolean limited) {
        super(message, null, false, false);
        this.limited = limited;
    }

    /**
     * Whether endpoints are usable, but a limit of calls in flight is reached, so that another try soon may pass.
     *
     * @return true for a limit, also if the call has waited in vain
     */
    public boolean limited() {
        return limited;
    }
}
