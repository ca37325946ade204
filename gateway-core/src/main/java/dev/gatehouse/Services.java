package dev.gatehouse;

import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Response;
import java.util.Objects;

/** What exchanges need of their gateway. */
record Services(
        TimeSource time, BlockingExecutor blocking, Watchdog watchdog, Listeners listeners, ErrorHandler errors) {

    /** The response for an error; the user's handler may fail too. */
    Response error(Exchange exchange, GatewayException failure) {
        try {
            return Objects.requireNonNull(errors.handle(exchange, failure)).withFailure(failure);
        } catch (RuntimeException e) {
            listeners.failed("error handler", e);
            return Errors.problem(failure);
        }
    }
}
