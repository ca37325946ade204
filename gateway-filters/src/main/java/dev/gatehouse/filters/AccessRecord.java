package dev.gatehouse.filters;

import dev.gatehouse.Attempt;
import dev.gatehouse.Completion;
import dev.gatehouse.http.Headers;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a line tells of an exchange at its end.
 *
 * @param ended when its last byte was written or it broke off
 * @param client the client's address, or null for a call within the process
 * @param headers the request's header section
 * @param attempts the attempts, in order
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
