package dev.gatehouse.balancer;

import java.time.Duration;

/**
 * What Prequal may be told; the defaults are those of the paper's test bed (Wydrowski et al., "Load is not what you should
 * balance: Introducing Prequal", NSDI 2024, §5). Immutable.
 *
 * @param poolSize how many answers are kept, of as many nodes, 2 or more; never more than there are nodes. <b>Default:</b>
 *     16
 * @param probesPerCall how many nodes are asked for each call, on average, 0 or more; with 0 only what comes with responses
 *     counts. <b>Default:</b> 3
 * @param maxAge after which an answer counts no more, 1 ms or more. <b>Default:</b> 1 s
 * @param removesWorst whether each call removes an answer beside the one it uses, the worst and the oldest in turn, so that
 *     the pool does not end as a list of the nodes that nobody wants; only where more than one answer for each call is of
 *     a node that is not in the pool, as with 25 nodes and the other defaults. <b>Default:</b> true
 * @param netGain how much faster the pool fills than it is emptied, more than 0 (δ of the paper); it decides how often an
 *     answer may be used. <b>Default:</b> 1
 * @param hotQuantile from which quantile of the requests in flight on a node counts as hot, 0 to 1; 0 goes by requests in
 *     flight only, 1 by latency only. <b>Default:</b> 0.84, which is 2<sup>-1/4</sup>
 */
public record PrequalSettings(
        int poolSize, double probesPerCall, Duration maxAge, boolean removesWorst, double netGain, double hotQuantile) {

    private static final Duration SHORTEST_AGE = Duration.ofMillis(1);
    private static final double MOST_PROBES = 100;
    private static final int LARGEST_POOL = 1000;
    private static final PrequalSettings DEFAULTS = new PrequalSettings(16, 3, Duration.ofSeconds(1), true, 1, 0.84);

    /**
     * Settings.
     *
     * @throws IllegalArgumentException if one is out of its range; names all that are
     */
    public PrequalSettings {
        SettingProblems problems = new SettingProblems();
        boolean poolFits = poolSize >= ProbePool.FEWEST && poolSize <= LARGEST_POOL;
        problems.expect(poolFits, "poolSize", poolSize, ProbePool.FEWEST + " to " + LARGEST_POOL);
        boolean probesFit = probesPerCall >= 0 && probesPerCall <= MOST_PROBES;
        problems.expect(probesFit, "probesPerCall", probesPerCall, "0 to 100");
        boolean ageFits =
                maxAge != null && maxAge.compareTo(SHORTEST_AGE) >= 0 && maxAge.compareTo(TimeSource.LONGEST) <= 0;
        problems.expect(ageFits, "maxAge", maxAge, SHORTEST_AGE + " to " + TimeSource.LONGEST);
        problems.expect(netGain > 0 && netGain < Double.POSITIVE_INFINITY, "netGain", netGain, "> 0 and finite");
        problems.expect(hotQuantile >= 0 && hotQuantile <= 1, "hotQuantile", hotQuantile, "0 to 1");
        problems.throwIfAny();
    }

    /**
     * The defaults.
     *
     * @return a shared value
     */
    public static PrequalSettings defaults() {
        return DEFAULTS;
    }

    /**
     * Whether each call removes an answer: not where the pool holds so much of the fleet that it fills more slowly.
     *
     * @param nodes how many nodes there are
     */
    boolean removesOf(int nodes) {
        return removesWorst && gain(nodes) > 1;
    }

    /**
     * How often an answer may be used before it goes: the paper's equation (1). Without a bound where the pool holds all of
     * the fleet: its answers are replaced, not used up.
     *
     * @param nodes how many nodes there are
     */
    double usesOf(int nodes) {
        double gain = gain(nodes) - (removesOf(nodes) ? 1 : 0);
        return gain <= 0 ? Double.POSITIVE_INFINITY : Math.max(1, (1 + netGain) / gain);
    }

    /** How many answers for each call are of nodes that are not in the pool. */
    private double gain(int nodes) {
        return (1 - (double) Math.min(poolSize, nodes) / nodes) * probesPerCall;
    }

    /**
     * A copy with another {@link #poolSize}.
     *
     * @param value 2 to 1000
     * @return the changed copy
     */
    public PrequalSettings withPoolSize(int value) {
        return new PrequalSettings(value, probesPerCall, maxAge, removesWorst, netGain, hotQuantile);
    }

    /**
     * A copy with another {@link #probesPerCall}.
     *
     * @param value 0 to 100
     * @return the changed copy
     */
    public PrequalSettings withProbesPerCall(double value) {
        return new PrequalSettings(poolSize, value, maxAge, removesWorst, netGain, hotQuantile);
    }

    /**
     * A copy with another {@link #maxAge}.
     *
     * @param value 1 ms or more
     * @return the changed copy
     */
    public PrequalSettings withMaxAge(Duration value) {
        return new PrequalSettings(poolSize, probesPerCall, value, removesWorst, netGain, hotQuantile);
    }

    /**
     * A copy with another {@link #removesWorst}.
     *
     * @param value whether each call removes an answer
     * @return the changed copy
     */
    public PrequalSettings withRemovesWorst(boolean value) {
        return new PrequalSettings(poolSize, probesPerCall, maxAge, value, netGain, hotQuantile);
    }

    /**
     * A copy with another {@link #netGain}.
     *
     * @param value more than 0
     * @return the changed copy
     */
    public PrequalSettings withNetGain(double value) {
        return new PrequalSettings(poolSize, probesPerCall, maxAge, removesWorst, value, hotQuantile);
    }

    /**
     * A copy with another {@link #hotQuantile}.
     *
     * @param value 0 to 1
     * @return the changed copy
     */
    public PrequalSettings withHotQuantile(double value) {
        return new PrequalSettings(poolSize, probesPerCall, maxAge, removesWorst, netGain, value);
    }
}
