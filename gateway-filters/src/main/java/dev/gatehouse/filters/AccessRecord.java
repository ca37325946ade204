package dev.gatehouse.filters;

import dev.gatehouse.Attempt;
import dev.gatehouse.Completion;
import dev.gatehouse.Exchange;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an exchange at its end, for a line to be written later. Holds no more than it says: a line that waits
 * must not hold a body, and with it a connection, in memory.
 *
 * @param began when the request came
 * @param client the client's address, or null for a call within the process
 * @param headers the request's header section
 */
record AccessRecord(
        Instant began,
        @Nullable String client,
        String method,
        String target,
        String protocol,
        Headers headers,
        String route,
        List<Attempt> attempts,
        Completion completion) {

    static AccessRecord of(Instant ended, Exchange exchange, Completion completion) {
        Request request = exchange.request();
        return new AccessRecord(
                ended.minus(completion.duration()),
                exchange.client().address(),
                request.method(),
                request.target().raw(),
                request.connection().protocol(),
                request.headers(),
                exchange.routeId(),
                exchange.attempts(),
                completion);
    }
}
