package dev.gatehouse.balancer;

import java.time.Duration;

/**
 * When the circuit to an endpoint opens, so that no calls go there, and how it closes again (Nygard, "Release It!", 2007;
 * the figures are mostly those of Hystrix). The defaults and their reasons stand at the {@linkplain Builder builder}.
 *
 * <p>Calls are counted over a sliding window of ten slots. When enough of them have failed, the circuit opens: the endpoint
 * gets no call at all, be it the only one, and in panic too. After a wait a few trial calls go to it; most of them decide
 * whether the circuit closes or opens again, for longer then. {@link Outcome#IGNORED} counts for nothing, a
 * {@link Outcome#TIMEOUT} is a failure like others, and what calls say that began before the circuit changed comes too
 * late.
 *
 * <p>Outlier detection is another thing: that compares nodes, ejects few of them and never the last one, so that as many
 * calls as possible succeed. A circuit breaker gives up calls, to spare the endpoint and the time of callers. Both may be
 * used together. Not for endpoints that answer some kinds of calls with 5xx and others well: the good ones are given up
 * too.
 *
 * @param failureRate the share of failures at which the circuit opens
 * @param minCalls how many calls the window needs for that
 * @param window how far back calls count
 * @param baseWait how long the circuit is open, twice as long each time that it opens again
 * @param maxWait how long at most
 * @param trialCalls how many calls decide whether it closes
 */
public record CircuitBreaking(
        double failureRate, int minCalls, Duration window, Duration baseWait, Duration maxWait, int trialCalls) {

    /** A slot of a window counts up to 65 535: so many are seen in any case. */
    private static final int MOST_MIN_CALLS = 50_000;

    private static final int MOST_TRIAL_CALLS = 1_000;
    private static final Duration SHORTEST_WINDOW = Duration.ofSeconds(1);

    /** Doubled more often than that, any wait is longer than the longest. */
    private static final int MOST_DOUBLINGS = 40;

    private static final CircuitBreaking DEFAULTS = builder().build();

    /**
     * Checks the settings together.
     *
     * @throws IllegalArgumentException listing everything that is wrong
     */
    public CircuitBreaking {
        SettingProblems problems = new SettingProblems();
        problems.expect(failureRate > 0 && failureRate <= 1, "failureRate", failureRate, "more than 0, at most 1");
        problems.expect(minCalls >= 1 && minCalls <= MOST_MIN_CALLS, "minCalls", minCalls, "1 to " + MOST_MIN_CALLS);
        problems.expect(
                SettingProblems.isTime(window) && window.compareTo(SHORTEST_WINDOW) >= 0,
                "window",
                window,
                SHORTEST_WINDOW + " to " + TimeSource.LONGEST);
        boolean base = SettingProblems.isTime(baseWait);
        problems.expect(base, "baseWait", baseWait, "> 0 and <= " + TimeSource.LONGEST);
        boolean max = SettingProblems.isTime(maxWait) && (!base || maxWait.compareTo(baseWait) >= 0);
        problems.expect(max, "maxWait", maxWait, ">= baseWait and <= " + TimeSource.LONGEST);
        problems.expect(
                trialCalls >= 1 && trialCalls <= MOST_TRIAL_CALLS,
                "trialCalls",
                trialCalls,
                "1 to " + MOST_TRIAL_CALLS);
        problems.throwIfAny();
    }

    /**
     * The defaults.
     *
     * @return half of at least 20 calls within 10 s; for 5 s, doubled up to 60 s; 5 trial calls
     */
    public static CircuitBreaking defaults() {
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

    /** Whether so many failures open a circuit. A quotient, since that is as exact as the rate that somebody wrote. */
    boolean opens(int failures, int calls) {
        return calls >= minCalls && (double) failures / calls >= failureRate;
    }

    /** How many of the trial calls must fail for the circuit to open again. */
    int failuresToReopen() {
        int failures = 1;
        while ((double) failures / trialCalls < failureRate) {
            failures++;
        }
        return failures;
    }

    /** How long the n-th opening in a row lasts. */
    Duration wait(int number) {
        double doubled = baseWait.toNanos() * Math.pow(2, Math.min(number - 1, MOST_DOUBLINGS));
        return Duration.ofNanos((long) Math.min(doubled, (double) maxWait.toNanos()));
    }

    /** Collects settings; {@link #build} checks them. Not safe for use by several threads. */
    public static final class Builder {

        private double failureRate = 0.5;
        private int minCalls = 20;
        private Duration window = Duration.ofSeconds(10);
        private Duration baseWait = Duration.ofSeconds(5);
        private Duration maxWait = Duration.ofSeconds(60);
        private int trialCalls = 5;

        private Builder() {}

        /**
         * Sets the share of failures at which the circuit opens. <b>Default:</b> 0.5, as in Hystrix and Resilience4j. Well
         * below, most of the calls that are given up would have succeeded.
         *
         * @param value more than 0, at most 1
         * @return this builder
         */
        public Builder failureRate(double value) {
            this.failureRate = value;
            return this;
        }

        /**
         * Sets how many calls a window needs before its failures count. <b>Default:</b> 20, as in Hystrix: of an endpoint
         * that fails one call in ten by chance, ten of twenty fail about once in 140 000 windows. Resilience4j waits for
         * 100.
         *
         * @param value 1 to 50 000
         * @return this builder
         */
        public Builder minCalls(int value) {
            this.minCalls = value;
            return this;
        }

        /**
         * Sets how far back calls count, in ten slots of which the oldest drops out as a whole. <b>Default:</b> 10 s, as in
         * Hystrix; Resilience4j counts the last 100 calls, whenever they were.
         *
         * @param value 1 s or more
         * @return this builder
         */
        public Builder window(Duration value) {
            this.window = value;
            return this;
        }

        /**
         * Sets how long the circuit is open before trial calls go to the endpoint. Twice as long each time that it opens
         * again, up to a maximum; from the start once it has been closed for a whole window. <b>Default:</b> 5 s, as in
         * Hystrix, since most failures are short, up to 60 s, the wait of Resilience4j, for those that are not.
         *
         * @param base more than 0
         * @param most the base or more; the base for always the same
         * @return this builder
         */
        public Builder openFor(Duration base, Duration most) {
            this.baseWait = base;
            this.maxWait = most;
            return this;
        }

        /**
         * Sets how many calls an endpoint gets after the wait. The same share of them as {@link #failureRate} opens the
         * circuit again, and as soon as that cannot come about any more, it closes; what other trial calls say then has no
         * effect.
         * <b>Default:</b> 5: one, as in Hystrix, is decided by chance, and each of the 10 of Resilience4j is somebody's
         * call.
         *
         * @param value 1 to 1 000
         * @return this builder
         */
        public Builder trialCalls(int value) {
            this.trialCalls = value;
            return this;
        }

        /**
         * Makes the settings.
         *
         * @return settings
         * @throws IllegalArgumentException listing everything that is wrong
         */
        public CircuitBreaking build() {
            return new CircuitBreaking(failureRate, minCalls, window, baseWait, maxWait, trialCalls);
        }
    }
}
