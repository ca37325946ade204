package dev.gatehouse.http;

/** A body had more bytes than its reader was ready to keep. */
public final class BodyTooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The most that was allowed. */
    private final long maxBytes;

    BodyTooLargeException(long maxBytes) {
        super("the body has more than " + maxBytes + " bytes");
        this.maxBytes = maxBytes;
    }

    /**
     * The most that was allowed.
     *
     * @return bytes
     */
    public long maxBytes() {
        return maxBytes;
    }
}
