package dev.gatehouse.filters;

import dev.gatehouse.Attempt;
import dev.gatehouse.Completion;
import dev.gatehouse.http.Headers;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an exchange at its end, for a line to be written later. Holds no more than it says: a line that waits
 * must not hold a body, and with it a connection, in memory.
 *
 * @param ended when its last byte was written or it broke off
 * @param client the client's address, or null for a call within the process
 * @param headers the request's header section; empty if the format shows nothing of it
 * @param attempts the attempts; empty if the format does not show them
 */
record AccessRecord(
        Instant ended,
        @Nullable String client,
        String method,
        String target,
        String protocol,
        Headers headers,
        String route,
        List<Attempt> attempts,
        Completion completion) {

    /** When the request came. */
    Instant began() {
        return ended.minus(completion.duration());
    }
}
