package dev.gatehouse.filters;

import dev.gatehouse.Exchange;
import dev.gatehouse.http.Request;
import org.jspecify.annotations.Nullable;

/**
 * Says who or what a request is counted for. Called from I/O threads, several at once; must not block. Ready-made ones
 * are in {@link Keys}.
 */
@FunctionalInterface
public interface KeyFunction {

    /**
     * The key of a request.
     *
     * @param request the request, as filters before left it
     * @param exchange the exchange, for the client, the route and attributes
     * @return requests with equal keys share one limit; null exempts the request from the limit
     */
    @Nullable
    String key(Request request, Exchange exchange);
}
