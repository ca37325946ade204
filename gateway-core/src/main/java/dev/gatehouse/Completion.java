package dev.gatehouse;

import dev.gatehouse.http.GatewayException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How an exchange ended: known once the last byte is written, or nothing more can be. */
public final class Completion {

    private final int status;
    private final long bytes;
    private final Duration duration;
    private final @Nullable GatewayException failure;
    private final @Nullable Throwable aborted;

    Completion(
            int status,
            long bytes,
            Duration duration,
            @Nullable GatewayException failure,
            @Nullable Throwable aborted) {
        this.status = status;
        this.bytes = bytes;
        this.duration = duration;
        this.failure = failure;
        this.aborted = aborted;
    }

    /**
     * The status that the client was sent.
     *
     * @return 200 to 599
     */
    public int status() {
        return status;
    }

    /**
     * How many bytes of content the client was sent.
     *
     * @return 0 or more; 0 for HEAD
     */
    public long bytes() {
        return bytes;
    }

    /**
     * How long the exchange took, to its very end.
     *
     * @return zero or more
     */
    public Duration duration() {
        return duration;
    }

    /**
     * The gateway's own error that the client was told of.
     *
     * @return empty if the response came from an upstream, the host, a handler or a filter
     */
    public Optional<GatewayException> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * Why the response broke off after its header section, or never reached the client.
     *
     * @return empty if all of it was written
     */
    public Optional<Throwable> aborted() {
        return Optional.ofNullable(aborted);
    }

    @Override
    public String toString() {
        String end = failure == null ? "" : " " + failure.kind().code();
        return status + ", " + bytes + " bytes in " + duration.toMillis() + " ms" + end
                + (aborted == null ? "" : ", aborted");
    }
}
