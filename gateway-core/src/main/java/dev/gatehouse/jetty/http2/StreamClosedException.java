package dev.gatehouse.jetty.http2;

import java.io.IOException;

/** A stream has ended before its time. */
public final class StreamClosedException extends IOException {

    private static final long serialVersionUID = 1L;

    private final boolean unprocessed;

    /**
     * A stream of no use any more.
     *
     * @param message what ended it
     * @param unprocessed whether the peer says that it has not looked at the request (RFC 9113 §8.7)
     */
    public StreamClosedException(String message, boolean unprocessed) {
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
