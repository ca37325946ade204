package dev.gatehouse.balancer;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When nodes are checked, and what is made of the answers.
 *
 * @param interval from the end of one check to the next, while nothing changes; at most {@link TimeSource#LONGEST}.
 *     <b>Default:</b> 5 s
 * @param changingInterval the same while the last answer contradicts the node's state, so that a change is noticed soon.
 *     <b>Default:</b> a fifth of the interval
 * @param timeout how long an answer may take; less than the interval. <b>Default:</b> 2 s
 * @param unhealthyAfter failures in a row that make a node DOWN. <b>Default:</b> 3, as in HAProxy
 * @param healthyAfter successes in a row that make it UP again. <b>Default:</b> 2, as in HAProxy
 * @param jitter the share of an interval that is drawn at random to either side, so that many gateways do not check at
 *     once. <b>Default:</b> 0.2
 */
public record HealthCheckSettings(
        Duration interval,
        Duration changingInterval,
        Duration timeout,
        int unhealthyAfter,
        int healthyAfter,
        double jitter) {

    private static final HealthCheckSettings DEFAULTS = builder().build();

    /**
     * Checks the settings together.
     *
     * @throws IllegalArgumentException listing everything that is wrong
     */
    public HealthCheckSettings {
        SettingProblems problems = new SettingProblems();
        boolean valid = isPositive(interval) && interval.compareTo(TimeSource.LONGEST) <= 0;
        problems.expect(valid, "interval", interval, "> 0 and <= " + TimeSource.LONGEST);
        problems.expect(
                isPositive(changingInterval) && (!valid || changingInterval.compareTo(interval) <= 0),
                "changingInterval",
                changingInterval,
                "> 0 and <= interval");
        problems.expect(
                isPositive(timeout) && (!valid || timeout.compareTo(interval) < 0),
                "timeout",
                timeout,
                "> 0 and < interval " + interval);
        problems.expect(unhealthyAfter >= 1, "unhealthyAfter", unhealthyAfter, ">= 1");
        problems.expect(healthyAfter >= 1, "healthyAfter", healthyAfter, ">= 1");
        problems.expect(jitter >= 0 && jitter < 1, "jitter", jitter, "0 to less than 1");
        problems.throwIfAny();
    }

    /**
     * The defaults.
     *
     * @return every 5 s, 3 failures, 2 successes
     */
    public static HealthCheckSettings defaults() {
        return DEFAULTS;
    }

    /**
     * A builder with the defaults.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    private static boolean isPositive(@Nullable Duration time) {
        return time != null && !time.isZero() && !time.isNegative();
    }

    /** Collects settings; {@link #build} checks them. Not safe for use by several threads. */
    public static final class Builder {

        private static final int CHANGING_SHARE = 5;

        private Duration interval = Duration.ofSeconds(5);
        private Duration changingInterval = Duration.ofSeconds(1);
        private Duration timeout = Duration.ofSeconds(2);
        private boolean changingIntervalSet;
        private boolean timeoutSet;
        private int unhealthyAfter = 3;
        private int healthyAfter = 2;
        private double jitter = 0.2;

        private Builder() {}

        /**
         * Sets {@link HealthCheckSettings#interval}. An interval of 4 s or less halves the default time-out with it.
         *
         * @param value more than 0, at most {@link TimeSource#LONGEST}
         * @return this builder
         */
        public Builder interval(Duration value) {
            this.interval = value;
            return this;
        }

        /**
         * Sets {@link HealthCheckSettings#changingInterval}.
         *
         * @param value more than 0, at most the interval
         * @return this builder
         */
        public Builder changingInterval(Duration value) {
            this.changingInterval = value;
            this.changingIntervalSet = true;
            return this;
        }

        /**
         * Sets {@link HealthCheckSettings#timeout}.
         *
         * @param value more than 0, less than the interval
         * @return this builder
         */
        public Builder timeout(Duration value) {
            this.timeout = value;
            this.timeoutSet = true;
            return this;
        }

        /**
         * Sets {@link HealthCheckSettings#unhealthyAfter}.
         *
         * @param value 1 or more
         * @return this builder
         */
        public Builder unhealthyAfter(int value) {
            this.unhealthyAfter = value;
            return this;
        }

        /**
         * Sets {@link HealthCheckSettings#healthyAfter}.
         *
         * @param value 1 or more
         * @return this builder
         */
        public Builder healthyAfter(int value) {
            this.healthyAfter = value;
            return this;
        }

        /**
         * Sets {@link HealthCheckSettings#jitter}.
         *
         * @param value 0 to less than 1
         * @return this builder
         */
        public Builder jitter(double value) {
            this.jitter = value;
            return this;
        }

        /**
         * Makes the settings.
         *
         * @return settings
         * @throws IllegalArgumentException listing everything that is wrong
         */
        public HealthCheckSettings build() {
            Duration changing = changingInterval;
            Duration effective = timeout;
            // What follows from an interval that cannot be is not worth a word of its own.
            if (isPositive(interval)) {
                if (!changingIntervalSet) {
                    changing = interval.dividedBy(CHANGING_SHARE);
                }
                Duration half = interval.dividedBy(2);
                if (!timeoutSet && timeout.compareTo(half) > 0) {
                    effective = half;
                }
            }
            return new HealthCheckSettings(interval, changing, effective, unhealthyAfter, healthyAfter, jitter);
        }
    }
}
