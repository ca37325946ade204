package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.Arrays;

/**
 * When calls show that a node fails, and for how long it is ejected then (the outlier detection of Envoy and of gRFC A50,
 * with the success rate of Finagle). The defaults and their reasons stand at the {@linkplain Builder builder}.
 *
 * <p>Failures in a row eject at once; what is counted over a window is looked at in each interval, the worst node first.
 * {@link Outcome#IGNORED} never counts. An ejected node returns through one call at a time: the first that succeeds ends
 * the ejection, one that fails ejects again.
 *
 * <p>Not for a dependency that all nodes share: if it fails, all nodes fail alike, and to eject the few that are allowed
 * helps nobody.
 *
 * @param consecutiveFailures failures in a row that eject; 0 is off
 * @param minSuccessRate the share of successes below which a node is ejected; 0 is off
 * @param minRequests how many calls a window needs for {@code minSuccessRate}
 * @param deviations how many standard deviations below the mean success rate a node is ejected; 0 is off
 * @param failurePercentage the percentage of failures above which a node is ejected, as {@code minHosts} and
 *     {@code volume} allow; 0 is off
 * @param minHosts how many nodes with enough calls {@code deviations} and {@code failurePercentage} need
 * @param volume how many calls in a window are enough for them
 * @param window how far back counts go, in whole intervals
 * @param interval how often the counts are looked at
 * @param localOriginApart whether CONNECT_FAILED, TIMEOUT and ABORTED are counted apart from SERVER_ERROR
 * @param baseEjection how long a node is ejected, times how often it was of late
 * @param maxEjection how long at most
 * @param maxEjectedShare the share of nodes that may be ejected at the same time; one always may
 */
public record OutlierDetection(
        int consecutiveFailures,
        double minSuccessRate,
        int minRequests,
        double deviations,
        int failurePercentage,
        int minHosts,
        int volume,
        Duration window,
        Duration interval,
        boolean localOriginApart,
        Duration baseEjection,
        Duration maxEjection,
        double maxEjectedShare) {

    private static final OutlierDetection DEFAULTS = builder().build();

    /**
     * Checks the settings together.
     *
     * @throws IllegalArgumentException listing everything that is wrong
     */
    public OutlierDetection {
        SettingProblems problems = new SettingProblems();
        problems.expect(consecutiveFailures >= 0, "consecutiveFailures", consecutiveFailures, ">= 0; 0 is off");
        problems.expect(
                minSuccessRate >= 0 && minSuccessRate <= 1, "minSuccessRate", minSuccessRate, "0 to 1; 0 is off");
        problems.expect(minRequests >= 1, "minRequests", minRequests, ">= 1");
        problems.expect(deviations >= 0 && deviations < 100, "deviations", deviations, "0 to 100; 0 is off");
        problems.expect(
                failurePercentage >= 0 && failurePercentage < 100,
                "failurePercentage",
                failurePercentage,
                "0 to 99; 0 is off");
        problems.expect(minHosts >= 1, "minHosts", minHosts, ">= 1");
        problems.expect(volume >= 1, "volume", volume, ">= 1");
        expectTimes(problems, interval, window, baseEjection, maxEjection);
        problems.expect(
                maxEjectedShare > 0 && maxEjectedShare <= 1,
                "maxEjectedShare",
                maxEjectedShare,
                "more than 0, at most 1");
        problems.expect(
                isOn(consecutiveFailures, minSuccessRate, deviations, failurePercentage),
                "outlierDetection",
                "nothing ejects",
                "at least one criterion that is not off");
        expectEffect(problems, minSuccessRate, minRequests, failurePercentage, volume);
        problems.throwIfAny();
    }

    private static void expectEffect(
            SettingProblems problems, double minSuccessRate, int minRequests, int failurePercentage, int volume) {
        boolean seen = failurePercentage <= 0
                || minSuccessRate <= 0
                || failurePercentage / 100.0 < 1 - minSuccessRate
                || volume < minRequests;
        String less =
                "less than minSuccessRate " + minSuccessRate + " leaves, which ejects before; or minSuccessRate 0";
        problems.expect(seen, "failurePercentage", failurePercentage, less);
    }

    private static boolean isOn(double... criteria) {
        return Arrays.stream(criteria).anyMatch(criterion -> criterion != 0);
    }

    private static void expectTimes(
            SettingProblems problems, Duration interval, Duration window, Duration baseEjection, Duration maxEjection) {
        boolean valid = SettingProblems.isTime(interval);
        problems.expect(valid, "interval", interval, "> 0 and <= " + TimeSource.LONGEST);
        boolean fits = SettingProblems.isTime(window) && (!valid || window.compareTo(interval) >= 0);
        problems.expect(fits, "window", window, ">= interval and <= " + TimeSource.LONGEST);
        boolean base = SettingProblems.isTime(baseEjection);
        problems.expect(base, "baseEjection", baseEjection, "> 0 and <= " + TimeSource.LONGEST);
        boolean max = SettingProblems.isTime(maxEjection) && (!base || maxEjection.compareTo(baseEjection) >= 0);
        problems.expect(max, "maxEjection", maxEjection, ">= baseEjection and <= " + TimeSource.LONGEST);
    }

    /**
     * The defaults.
     *
     * @return 5 failures in a row, or under 80 % within 30 s, or 1.9 standard deviations
     */
    public static OutlierDetection defaults() {
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

    /** How long the n-th ejection of late lasts. */
    Duration ejection(int number) {
        long nanos = baseEjection.toNanos();
        long most = maxEjection.toNanos();
        return Duration.ofNanos(number >= most / nanos ? most : nanos * number);
    }

    /** How many of some nodes may be ejected. */
    int mostEjected(int nodes) {
        return Math.max(1, (int) (nodes * maxEjectedShare));
    }

    /** How many intervals a window has. */
    int intervals() {
        return (int) Math.min(Short.MAX_VALUE, -Math.floorDiv(-window.toNanos(), interval.toNanos()));
    }

    /** Collects settings; {@link #build} checks them. Not safe for use by several threads. */
    public static final class Builder {

        private int consecutiveFailures = 5;
        private double minSuccessRate = 0.8;
        private int minRequests = 5;
        private double deviations = 1.9;
        private int failurePercentage;
        private int minHosts = 5;
        private int volume = 100;
        private Duration window = Duration.ofSeconds(30);
        private Duration interval = Duration.ofSeconds(10);
        private boolean localOriginApart;
        private Duration baseEjection = Duration.ofSeconds(30);
        private Duration maxEjection = Duration.ofMinutes(5);
        private double maxEjectedShare = 0.1;

        private Builder() {}

        /**
         * Sets how many failures in a row eject, at once. A success ends the row, even one that breaks off later.
         * <b>Default:</b> 5, as in Envoy and Finagle: a node with 10 % of failures by chance has such a row once in a
         * hundred thousand calls.
         *
         * @param value 1 or more; 0 is off
         * @return this builder
         */
        public Builder consecutiveFailures(int value) {
            this.consecutiveFailures = value;
            return this;
        }

        /**
         * Sets the share of successes below which a node is ejected, and how many calls the window needs for that.
         * <b>Default:</b> 0.8 of at least 5, as in Finagle.
         *
         * @param rate 0 to 1; 0 is off
         * @param requests 1 or more
         * @return this builder
         */
        public Builder minSuccessRate(double rate, int requests) {
            this.minSuccessRate = rate;
            this.minRequests = requests;
            return this;
        }

        /**
         * Sets how many standard deviations a node's success rate may be below the mean of all. <b>Default:</b> 1.9, as in
         * Envoy and gRFC A50. It finds the one that is worse than the others, be it by little: among nodes that never
         * fail, one that fails once in a hundred calls is far from the mean. Switch it off where that is no reason.
         *
         * @param value more than 0; 0 is off
         * @return this builder
         */
        public Builder deviations(double value) {
            this.deviations = value;
            return this;
        }

        /**
         * Sets the percentage of failures above which a node is ejected, once {@link #minHosts} nodes have
         * {@link #volume}. <b>Default:</b> off, since {@link #minSuccessRate} ejects before; Envoy's is 85.
         *
         * @param value 1 to 99; 0 is off
         * @return this builder
         */
        public Builder failurePercentage(int value) {
            this.failurePercentage = value;
            return this;
        }

        /**
         * Sets how many nodes with enough calls {@link #deviations} and {@link #failurePercentage} need.
         * <b>Default:</b> 5, as in Envoy: the only bad one of n is never further than √(n − 1) deviations from the mean, so
         * among four none could be.
         *
         * @param value 1 or more
         * @return this builder
         */
        public Builder minHosts(int value) {
            this.minHosts = value;
            return this;
        }

        /**
         * Sets how many calls within the window are enough for {@link #deviations} and {@link #failurePercentage}.
         * <b>Default:</b> 100, as in Envoy, which counts them over an interval.
         *
         * @param value 1 or more
         * @return this builder
         */
        public Builder volume(int value) {
            this.volume = value;
            return this;
        }

        /**
         * Sets how far back counts go. <b>Default:</b> 30 s, as in Finagle.
         *
         * @param value the interval or more; is rounded up to whole intervals
         * @return this builder
         */
        public Builder window(Duration value) {
            this.window = value;
            return this;
        }

        /**
         * Sets how often counts are looked at. Also the time after which a node that was not ejected again is one ejection
         * less to blame. <b>Default:</b> 10 s, as in Envoy.
         *
         * @param value more than 0, at most the window
         * @return this builder
         */
        public Builder interval(Duration value) {
            this.interval = value;
            return this;
        }

        /**
         * Counts {@link Outcome#CONNECT_FAILED}, {@link Outcome#TIMEOUT} and {@link Outcome#ABORTED} apart from
         * {@link Outcome#SERVER_ERROR}: any answer then is a success of the connection, and what never was answered says
         * nothing of the answers. Each of the two has its own row and its own rates. <b>Default:</b> together, as in Envoy.
         * Apart, a node that answers 503 and resets by turns is noticed later.
         *
         * @param value whether apart
         * @return this builder
         */
        public Builder localOriginApart(boolean value) {
            this.localOriginApart = value;
            return this;
        }

        /**
         * Sets how long a node is ejected: this, times how often it was ejected of late, up to a maximum.
         * <b>Default:</b> 30 s up to 300 s, as in Envoy.
         *
         * @param base more than 0
         * @param most the base or more
         * @return this builder
         */
        public Builder ejection(Duration base, Duration most) {
            this.baseEjection = base;
            this.maxEjection = most;
            return this;
        }

        /**
         * Sets the share of nodes that may be ejected at the same time. One always may, but never the last usable one.
         * <b>Default:</b> 0.1, as in Envoy: if more fail, it is rather something that they share.
         *
         * @param value more than 0, at most 1
         * @return this builder
         */
        public Builder maxEjectedShare(double value) {
            this.maxEjectedShare = value;
            return this;
        }

        /**
         * Makes the settings.
         *
         * @return settings
         * @throws IllegalArgumentException listing everything that is wrong
         */
        public OutlierDetection build() {
            return new OutlierDetection(
                    consecutiveFailures,
                    minSuccessRate,
                    minRequests,
                    deviations,
                    failurePercentage,
                    minHosts,
                    volume,
                    window,
                    interval,
                    localOriginApart,
                    baseEjection,
                    maxEjection,
                    maxEjectedShare);
        }
    }
}
