package dev.gatehouse;

import dev.gatehouse.http.Response;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** How long to wait before a retry: what the endpoint asks for, else jittered exponential back-off. */
final class RetryDelay {

    private static final int TOO_MANY_REQUESTS = 429;

    private RetryDelay() {}

    /**
     * The wait.
     *
     * @param attempts how many attempts were made, at least 1
     * @param random evenly from 0 to 1
     * @return null if the endpoint asks for a longer wait than the policy allows, or says 429 and not for how long
     */
    static @Nullable Duration of(RetryPolicy policy, Response response, int attempts, DoubleSupplier random) {
        String asked =
                response.failure().isPresent() ? null : response.headers().get("Retry-After");
        if (asked != null) {
            Duration wait = seconds(asked);
            return wait != null && wait.compareTo(policy.maxBackOff()) <= 0 ? wait : null;
        }
        if (response.status() == TOO_MANY_REQUESTS && response.failure().isEmpty()) {
            return null;
        }
        long mean = policy.backOff().toNanos() << Math.min(attempts - 1, 20);
        long longest = Math.min(2 * mean, policy.maxBackOff().toNanos());
        return Duration.ofNanos((long) (random.getAsDouble() * longest));
    }

    /** Only the form in seconds (RFC 9110 §10.2.3): a date is as good as "too long", since it has whole seconds too. */
    private static @Nullable Duration seconds(String text) {
        if (text.isEmpty() || text.length() > 9 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        return Duration.ofSeconds(Long.parseLong(text));
    }
}
