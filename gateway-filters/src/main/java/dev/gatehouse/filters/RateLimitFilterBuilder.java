package dev.gatehouse.filters;

import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.http.Request;
import java.time.Duration;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Collects the settings of a {@link RateLimitFilter}. Not safe for use by several threads. */
public final class RateLimitFilterBuilder {

    private static final int DEFAULT_MAX_KEYS = 100_000;
    private static final int LONGEST_NAME = 64;

    final KeyFunction key;
    ToLongFunction<Request> cost = request -> 1;
    String name = "default";
    long maxKeys = DEFAULT_MAX_KEYS;
    TimeSource time = TimeSource.system();

    @Nullable
    Long burst;

    private @Nullable Long refill;
    private @Nullable Duration period;

    RateLimitFilterBuilder(KeyFunction key) {
        this.key = Objects.requireNonNull(key, "key");
    }

    /**
     * Sets the rate that a key has in the long run. Required.
     *
     * @param tokens how many come back in each period, evenly spread over it; 1 or more, at most one for each nanosecond
     * @param each the period, at most {@link TimeSource#LONGEST}
     * @return this builder
     */
    public RateLimitFilterBuilder refill(long tokens, Duration each) {
        if (tokens < 1) {
            throw new IllegalArgumentException("refill: " + tokens + " tokens (expected: >= 1)");
        }
        if (each.isZero() || each.isNegative() || each.compareTo(TimeSource.LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "refill: each " + each + " (expected: > 0 and <= " + TimeSource.LONGEST + ")");
        }
        if (tokens > each.toNanos()) {
            throw new IllegalArgumentException(
                    "refill: " + tokens + " tokens each " + each + " (expected: <= 1 for each nanosecond)");
        }
        this.refill = tokens;
        this.period = each;
        return this;
    }

    /**
     * Sets how much a key may use at once: the capacity of its bucket. More than the tokens of a period lets clients that
     * were silent catch up; less makes them spread their requests. <b>Default:</b> the tokens of one period.
     *
     * @param tokens 1 or more
     * @return this builder
     */
    public RateLimitFilterBuilder burst(long tokens) {
        if (tokens < 1) {
            throw new IllegalArgumentException("burst: " + tokens + " (expected: >= 1)");
        }
        this.burst = tokens;
        return this;
    }

    /**
     * Sets how many tokens a request uses, for requests that differ in what they cost. <b>Default:</b> one each.
     *
     * @param tokens 0 or more: 0 passes even when nothing is left, and more than the burst counts as the burst; must not
     *     block
     * @return this builder
     */
    public RateLimitFilterBuilder cost(ToLongFunction<Request> tokens) {
        this.cost = Objects.requireNonNull(tokens, "cost");
        return this;
    }

    /**
     * Sets how many keys are counted at most. <b>Default:</b> 100 000, some 40 MB when all are in use, at about 400
     * bytes for each. Make it larger than the number of clients in the time that a bucket takes to fill.
     *
     * @param most 1 or more
     * @return this builder
     */
    public RateLimitFilterBuilder maxKeys(long most) {
        if (most < 1) {
            throw new IllegalArgumentException("maxKeys: " + most + " (expected: >= 1)");
        }
        this.maxKeys = most;
        return this;
    }

    /**
     * Names the policy in the response fields, in explanations and logs. Give each a name when a request passes several.
     * <b>Default:</b> {@code default}.
     *
     * @param policy 1 to 64 visible ASCII characters other than {@code "} and {@code \}
     * @return this builder
     */
    public RateLimitFilterBuilder name(String policy) {
        if (policy.isEmpty()
                || policy.length() > LONGEST_NAME
                || !policy.chars().allMatch(c -> isPlain((char) c))) {
            throw new IllegalArgumentException("name (expected: 1 to " + LONGEST_NAME
                    + " visible ASCII characters other than quote and backslash)");
        }
        this.name = policy;
        return this;
    }

    /**
     * Sets where time comes from, for tests under virtual time. <b>Default:</b> {@link TimeSource#system()}.
     *
     * @param source the time
     * @return this builder
     */
    public RateLimitFilterBuilder time(TimeSource source) {
        this.time = Objects.requireNonNull(source, "time");
        return this;
    }

    /**
     * Makes the filter.
     *
     * @return a filter in which every key has a full bucket
     * @throws IllegalArgumentException if {@link #refill} is missing
     */
    public RateLimitFilter build() {
        if (refill == null || period == null) {
            throw new IllegalArgumentException("rate limit " + name + ": refill is missing (how many, in which time?)");
        }
        return new RateLimitFilter(this, refill, period);
    }

    private static boolean isPlain(char c) {
        return c > ' ' && c < 0x7f && c != '"' && c != '\\';
    }
}
