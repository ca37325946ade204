package dev.gatehouse;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Response;

/** Makes the response for an error of the gateway's own. A pure mapping: it must not block, and has no effects. */
@FunctionalInterface
public interface ErrorHandler {

    /**
     * Makes a response.
     *
     * @param exchange the exchange that failed
     * @param failure what went wrong; its message is for logs, never for the client
     * @return the response
     */
    Response handle(Exchange exchange, GatewayException failure);

    /**
     * The default: a problem report (RFC 9457) with the status and sentence of the failure's kind.
     *
     * @return an error handler
     */
    static ErrorHandler problem() {
        return (exchange, failure) -> Errors.problem(failure);
    }
}
