package dev.gatehouse;

import dev.gatehouse.balancer.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When a request that is not answered yet is sent to a second endpoint as well (Dean and Barroso, "The Tail at Scale",
 * Communications of the ACM, 2013): the first answer counts, and the other attempt is given up. For requests without
 * content whose method is idempotent or that have an {@code Idempotency-Key}, and within the upstream's budget for extra
 * load, which hedges share with retries and mirrored requests.
 *
 * <p>Not for upstreams whose slow answers come from too much load: more of it makes them slower. Immutable.
 *
 * @param percentile of the upstream's latencies of late after which an attempt counts as slow, 0.5 to 0.999. <b>Default:</b>
 *     0.95, as in the paper: one request in twenty is sent twice
 * @param minDelay how long to wait at least, 0 to {@link TimeSource#LONGEST}. <b>Default:</b> 1 ms, under which a second
 *     attempt saves nothing
 */
public record HedgePolicy(double percentile, Duration minDelay) {

    private static final double LOWEST = 0.5;
    private static final double HIGHEST = 0.999;
    private static final HedgePolicy DEFAULTS = new HedgePolicy(0.95, Duration.ofMillis(1));

    /**
     * A policy.
     *
     * @throws IllegalArgumentException if a value is out of its range; names all that are
     */
    public HedgePolicy {
        List<String> problems = new ArrayList<>();
        if (!(percentile >= LOWEST && percentile <= HIGHEST)) {
            problems.add("percentile: " + percentile + " (expected: " + LOWEST + " to " + HIGHEST + ")");
        }
        if (minDelay == null || minDelay.isNegative() || minDelay.compareTo(TimeSource.LONGEST) > 0) {
            problems.add("minDelay: " + minDelay + " (expected: 0 to " + TimeSource.LONGEST + ")");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    /** Collects the settings of a policy. Not safe for use by several threads. */
    public static final class Builder {

        private double percentile = DEFAULTS.percentile;
        private @Nullable Duration minDelay = DEFAULTS.minDelay;

        Builder() {}

        /**
         * Sets {@link HedgePolicy#percentile}.
         *
         * @param value 0.5 to 0.999
         * @return this builder
         */
        public Builder percentile(double value) {
            percentile = value;
            return this;
        }

        /**
         * Sets {@link HedgePolicy#minDelay}.
         *
         * @param value 0 or more
         * @return this builder
         */
        public Builder minDelay(Duration value) {
            minDelay = value;
            return this;
        }

        HedgePolicy build() {
            return new HedgePolicy(percentile, Objects.requireNonNull(minDelay, "minDelay"));
        }
    }

    @Override
    public String toString() {
        return "after the " + percentile + " quantile of latencies, " + minDelay + " at least";
    }
}
