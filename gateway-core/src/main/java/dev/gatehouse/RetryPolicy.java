package dev.gatehouse;

import dev.gatehouse.http.Headers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * When a request is sent again, and how much load retries may add.
 *
 * <p>A request that no endpoint can have seen is always sent again, whatever its method and outside the budget. Any other
 * only if its method is idempotent (RFC 9110 §9.2.2) or it has an {@code Idempotency-Key}, its content can be repeated,
 * and the {@link Builder#budget budget} allows it. Each retry goes to another endpoint than the attempt before while one
 * is usable.
 *
 * @param maxAttempts how often a request is sent at most, 1 for no retries. <b>Default:</b> 3
 * @param statuses the statuses that are worth another attempt. <b>Default:</b> 502, 503, 504, and 429 if it says
 *     {@code Retry-After}
 * @param budget the share of requests that may be retries, over ten seconds, beside {@code minRetriesPerSecond}.
 *     <b>Default:</b> 0.2, as in Finagle: an upstream that is down costs a fifth more, not three times as much
 * @param minRetriesPerSecond retries that are allowed in any case, so that few requests can be retried too.
 *     <b>Default:</b> 10
 * @param backOff the mean wait before the first retry, doubled with each further one; the real wait is drawn evenly from
 *     zero to twice that, so that clients do not come back in step. <b>Default:</b> 25 ms
 * @param maxBackOff the longest wait, at most one hour, since a client waits meanwhile; an endpoint that asks for a longer
 *     one by {@code Retry-After} is not asked again. <b>Default:</b> 1 s
 * @param maxReplayBytes how much of a request's content is kept for another attempt. <b>Default:</b> 64 KiB: above it, a
 *     request is sent once
 */
public record RetryPolicy(
        int maxAttempts,
        Set<Integer> statuses,
        double budget,
        int minRetriesPerSecond,
        Duration backOff,
        Duration maxBackOff,
        int maxReplayBytes) {

    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE");
    private static final Duration LONGEST_BACK_OFF = Duration.ofHours(1);
    private static final RetryPolicy DEFAULTS = new RetryPolicy(
            3, Set.of(429, 502, 503, 504), 0.2, 10, Duration.ofMillis(25), Duration.ofSeconds(1), 64 * 1024);

    /**
     * Checks each setting.
     *
     * @throws IllegalArgumentException listing each that is out of its range
     */
    public RetryPolicy {
        List<String> problems = new ArrayList<>();
        check(problems, maxAttempts >= 1 && maxAttempts <= 10, "maxAttempts", maxAttempts, "1 to 10");
        for (int status : statuses) {
            check(problems, status >= 400 && status <= 599, "statuses", status, "400 to 599");
        }
        check(problems, budget >= 0 && budget <= 1, "budget", budget, "0 to 1");
        check(problems, minRetriesPerSecond >= 0, "minRetriesPerSecond", minRetriesPerSecond, ">= 0");
        if (check(problems, backOff != null && !backOff.isNegative(), "backOff", backOff, ">= 0")) {
            check(
                    problems,
                    maxBackOff != null
                            && maxBackOff.compareTo(backOff) >= 0
                            && maxBackOff.compareTo(LONGEST_BACK_OFF) <= 0,
                    "maxBackOff",
                    maxBackOff,
                    "backOff to " + LONGEST_BACK_OFF);
        }
        check(problems, maxReplayBytes >= 0, "maxReplayBytes", maxReplayBytes, ">= 0");
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        statuses = Set.copyOf(statuses);
    }

    /**
     * The defaults.
     *
     * @return at most 3 attempts within a budget of 20 % and 10 a second
     */
    public static RetryPolicy defaults() {
        return DEFAULTS;
    }

    /**
     * A builder that starts from this policy.
     *
     * @return a new builder
     */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Whether a second execution does no harm. */
    static boolean isRepeatable(String method, Headers headers) {
        return IDEMPOTENT.contains(method) || headers.contains("Idempotency-Key");
    }

    private static boolean check(
            List<String> problems, boolean holds, String name, @Nullable Object value, String expected) {
        if (!holds) {
            problems.add(name + ": " + value + " (expected: " + expected + ")");
        }
        return holds;
    }

    @Override
    public String toString() {
        return maxAttempts == 1
                ? "none"
                : "up to " + maxAttempts + " attempts on " + new TreeSet<>(statuses) + ", budget "
                        + Math.round(budget * 100) + " % + " + minRetriesPerSecond + "/s, back-off " + backOff + " to "
                        + maxBackOff + ", replay up to " + maxReplayBytes + " bytes";
    }

    /** Collects settings. Not safe for use by several threads. */
    public static final class Builder {

        private int maxAttempts;
        private Set<Integer> statuses;
        private double budget;
        private int minRetriesPerSecond;
        private Duration backOff;
        private Duration maxBackOff;
        private int maxReplayBytes;

        /** What this builder was told, for those to whom not every setting has an effect. */
        private final Set<String> changed = new LinkedHashSet<>();

        private Builder(RetryPolicy from) {
            maxAttempts = from.maxAttempts;
            statuses = from.statuses;
            budget = from.budget;
            minRetriesPerSecond = from.minRetriesPerSecond;
            backOff = from.backOff;
            maxBackOff = from.maxBackOff;
            maxReplayBytes = from.maxReplayBytes;
        }

        /**
         * Sets {@link RetryPolicy#maxAttempts}.
         *
         * @param value 1 to 10
         * @return this builder
         */
        public Builder maxAttempts(int value) {
            changed.add("maxAttempts");
            maxAttempts = value;
            return this;
        }

        /**
         * Replaces {@link RetryPolicy#statuses}.
         *
         * @param values 400 to 599 each
         * @return this builder
         */
        public Builder statuses(int... values) {
            Set<Integer> set = new TreeSet<>();
            Arrays.stream(values).forEach(set::add);
            changed.add("statuses");
            statuses = set;
            return this;
        }

        /**
         * Sets {@link RetryPolicy#budget}.
         *
         * @param value 0 to 1
         * @return this builder
         */
        public Builder budget(double value) {
            changed.add("budget");
            budget = value;
            return this;
        }

        /**
         * Sets {@link RetryPolicy#minRetriesPerSecond}.
         *
         * @param value 0 or more
         * @return this builder
         */
        public Builder minRetriesPerSecond(int value) {
            changed.add("minRetriesPerSecond");
            minRetriesPerSecond = value;
            return this;
        }

        /**
         * Sets {@link RetryPolicy#backOff} and {@link RetryPolicy#maxBackOff}.
         *
         * @param first 0 or more
         * @param longest {@code first} or more, at most one hour
         * @return this builder
         */
        public Builder backOff(Duration first, Duration longest) {
            changed.add("backOff");
            backOff = first;
            maxBackOff = longest;
            return this;
        }

        /**
         * Sets {@link RetryPolicy#maxReplayBytes}.
         *
         * @param value 0 or more, in bytes
         * @return this builder
         */
        public Builder maxReplayBytes(int value) {
            changed.add("maxReplayBytes");
            maxReplayBytes = value;
            return this;
        }

        /**
         * Makes the policy.
         *
         * @return a policy
         * @throws IllegalArgumentException listing each setting that is out of its range, or else each that was set beside
         *     {@code maxAttempts(1)}, with which none has an effect
         */
        public RetryPolicy build() {
            RetryPolicy policy = new RetryPolicy(
                    maxAttempts, statuses, budget, minRetriesPerSecond, backOff, maxBackOff, maxReplayBytes);
            Set<String> others = new LinkedHashSet<>(changed);
            others.remove("maxAttempts");
            if (maxAttempts == 1 && !others.isEmpty()) {
                throw new IllegalArgumentException(
                        String.join(", ", others) + " without effect: maxAttempts is 1, so nothing is sent again");
            }
            return policy;
        }

        /** The names of the settings that were set since this builder was made. */
        Set<String> changed() {
            return changed;
        }
    }
}
