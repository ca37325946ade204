package dev.gatehouse;

import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.util.concurrent.CompletionStage;

/** A route's own answer, computed in the process. Called from an I/O thread; must not block. */
@FunctionalInterface
public interface Handler {

    /**
     * Answers one request.
     *
     * @param request the request as the filters left it
     * @param exchange the exchange, with the path variables
     * @return ends with the response; never null. A failure becomes an error response
     */
    CompletionStage<Response> handle(Request request, Exchange exchange);
}
