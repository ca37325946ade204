package dev.gatehouse.jetty.http2;

import java.io.IOException;

/** A stream has ended before its time. */
public final class StreamClosedException extends IOException {

    private static final long serialVersionUID = 1L;

    private final boolean unprocessed;

    StreamClosedException(String message) {
        this(message, false);
    }

    StreamClosedException(String message, boolean unprocessed) {
        super(message);
        this.unprocessed = unprocessed;
    }

    /**
     * Whether the peer says that it has not looked at the request (RFC 9113 §8.7).
     *
     * @return true if it can be sent again
     */
    public boolean isUnprocessed() {
        return unprocessed;
    }
}
