package dev.gatehouse;

import dev.gatehouse.http.GatewayException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One try to get a response from an endpoint, as it stood when its response headers came or it failed.
 *
 * @param endpoint the endpoint's id
 * @param status the status that the endpoint answered with; null if it did not
 * @param failure why there is no status; null if there is one
 * @param latency from the choice of the endpoint to its response headers or the failure
 */
public record Attempt(
        String endpoint, @Nullable Integer status, @Nullable GatewayException failure, Duration latency) {

    @Override
    public String toString() {
        return endpoint + " " + (failure == null ? status : failure.kind().code()) + " in " + latency.toMillis()
                + " ms";
    }
}
