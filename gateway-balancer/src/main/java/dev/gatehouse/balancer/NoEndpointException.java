package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * No endpoint is usable: there is none, all are down, ejected or draining, their circuits are open, or a limit of calls in
 * flight is reached. The message says which, with numbers but without addresses.
 */
public final class NoEndpointException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Whether it is for a limit only. */
    private final boolean limited;

    private final @Nullable Duration retryAfter;

    NoEndpointException(String message) {
        this(message, false, null);
    }

    NoEndpointException(String message, boolean limited) {
        this(message, limited, null);
    }

    NoEndpointException(String message, boolean limited, @Nullable Duration retryAfter) {
        super(message, null, false, false);
        this.limited = limited;
        this.retryAfter = retryAfter;
    }

    /**
     * After how long another call may pass, where that can be told: when circuits are open, as soon as the first of them lets
     * trial calls through.
     *
     * @return 0 or more; empty if nobody knows
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /**
     * Whether endpoints are usable, but a limit of calls in flight, or of trial calls, is reached, so that another
     * try soon may pass.
     *
     * @return true for a limit, also if the call has waited in vain
     */
    public boolean limited() {
        return limited;
    }
}
