package dev.gatehouse.balancer;

import java.time.Duration;

/**
 * A limit of calls in flight for each node that moves with the node's latency (the Gradient2 limit of Netflix'
 * concurrency-limits). While calls take about as long as calls to an idle node, there is no queue, and the limit grows;
 * when they take longer than {@code tolerance} allows, it shrinks in proportion. The defaults and their reasons stand at
 * the {@linkplain Builder builder}.
 *
 * <p>Gradient2 compares with a long-term average of all calls. Under lasting load that average follows the queue, and the
 * limit drifts to its maximum. Here, calls are compared with those that began while at most {@code min} calls were in
 * flight: the mean of 50 of them, or of five times {@code min}. If there were not as many for {@code remeasureAfter}, or
 * calls take less than half of it, the limit is {@code min} until there are, as Envoy's gradient controller measures its
 * minimum latency. A node in balance has {@code tolerance} times the calls that it works on at the same time, and 4 more,
 * so that a queue shows what it could take.
 *
 * <p>The latency is that to the response's headers. Answers that are server errors are not looked at, since those that come
 * fast would open the limit of a node that is broken; time-outs count as what they took. A node at its limit is passed
 * over, as with {@link BalancerBuilder#maxInFlightPerNode}; where that is set too, the smaller one counts.
 *
 * <p>Not for nodes with a few calls at a time, which says nothing, and not for calls whose latencies differ by nature by
 * more than the tolerance, such as searches and look-ups through one balancer: when the mixture changes, the limit follows
 * it.
 *
 * @param initial the limit to begin with
 * @param min the least limit, at which a node must not be loaded yet
 * @param max the greatest limit
 * @param tolerance how many times the latency of an idle node is no queue yet
 * @param smoothing how far the limit moves with each window, of the way to what that shows
 * @param remeasureAfter how long the latency of an idle node holds
 */
public record AdaptiveConcurrency(
        int initial, int min, int max, double tolerance, double smoothing, Duration remeasureAfter) {

    private static final int MOST = 1_000_000;
    private static final int MOST_TOLERANCE = 10;
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final AdaptiveConcurrency DEFAULTS = builder().build();

    /**
     * Checks the settings together.
     *
     * @throws IllegalArgumentException listing everything that is wrong
     */
    public AdaptiveConcurrency {
        SettingProblems problems = new SettingProblems();
        problems.expect(min >= 1 && min <= MOST, "min", min, "1 to " + MOST);
        problems.expect(max >= min && max <= MOST, "max", max, "min to " + MOST);
        problems.expect(initial >= min && initial <= max, "initial", initial, "min to max");
        problems.expect(
                tolerance >= 1 && tolerance <= MOST_TOLERANCE, "tolerance", tolerance, "1 to " + MOST_TOLERANCE);
        problems.expect(smoothing > 0 && smoothing <= 1, "smoothing", smoothing, "more than 0, at most 1");
        boolean fits = remeasureAfter != null
                && remeasureAfter.compareTo(SHORTEST) >= 0
                && remeasureAfter.compareTo(TimeSource.LONGEST) <= 0;
        problems.expect(fits, "remeasureAfter", remeasureAfter, SHORTEST + " to " + TimeSource.LONGEST);
        problems.throwIfAny();
    }

    /**
     * The defaults.
     *
     * @return 20 at first, 20 to 200, with a tolerance of 1.5
     */
    public static AdaptiveConcurrency defaults() {
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

    /** Collects settings; {@link #build} checks them. Not safe for use by several threads. */
    public static final class Builder {

        private int initial = 20;
        private int min = 20;
        private int max = 200;
        private double tolerance = 1.5;
        private double smoothing = 0.2;
        private Duration remeasureAfter = Duration.ofSeconds(60);

        private Builder() {}

        /**
         * Sets the limit to begin with. <b>Default:</b> 20, as in concurrency-limits. From 20, a limit reaches 100 in
         * about 10 s, if calls come and the node takes them.
         *
         * @param value min to max
         * @return this builder
         */
        public Builder initial(int value) {
            this.initial = value;
            return this;
        }

        /**
         * Sets the least and the greatest limit. With the least one in flight, a node must work on all calls at once: what
         * calls take then is what all others are compared with. <b>Default:</b> 20 to 200, as in concurrency-limits. Lower
         * {@code least} for endpoints with fewer threads or cores than that; to raise {@code most} is safe.
         *
         * @param least 1 or more
         * @param most least or more, up to 1 000 000
         * @return this builder
         */
        public Builder limits(int least, int most) {
            this.min = least;
            this.max = most;
            return this;
        }

        /**
         * Sets how many times the latency of an idle node calls may take before the limit shrinks. <b>Default:</b> 1.5, as
         * in concurrency-limits. Greater for latencies that vary much by chance; the queue grows along.
         *
         * @param value 1 to 10
         * @return this builder
         */
        public Builder tolerance(double value) {
            this.tolerance = value;
            return this;
        }

        /**
         * Sets how far a limit moves with each window of 100 ms, or 10 calls if those take longer, of the way to what the
         * window shows. <b>Default:</b> 0.2, as in concurrency-limits. With it, a limit shrinks by 10 % for a window at
         * most.
         *
         * @param value more than 0, at most 1
         * @return this builder
         */
        public Builder smoothing(double value) {
            this.smoothing = value;
            return this;
        }

        /**
         * Sets after how long the latency of an idle node is measured anew, if the node was never so lately. For as long as
         * 50 calls take then, or five times the least limit, that is the limit; each node has its own time, up to 15 %
         * later. <b>Default:</b> 60 s, as in Envoy.
         *
         * @param value 1 s or more
         * @return this builder
         */
        public Builder remeasureAfter(Duration value) {
            this.remeasureAfter = value;
            return this;
        }

        /**
         * Makes the settings.
         *
         * @return settings
         * @throws IllegalArgumentException listing everything that is wrong
         */
        public AdaptiveConcurrency build() {
            return new AdaptiveConcurrency(initial, min, max, tolerance, smoothing, remeasureAfter);
        }
    }
}
