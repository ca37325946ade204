package dev.gatehouse.balancer;

import java.util.List;
import java.util.Locale;

/**
 * What a strategy did, and what another one would have done with the same calls. Immutable.
 *
 * @param strategy the one that chose
 * @param shadow the other one
 * @param calls for which both chose
 * @param same calls for which both chose the same endpoint
 * @param meanFound how many other calls of this balancer a call found at its endpoint, in the mean; 0 without calls
 * @param shadowMeanFound how many it would have found at the other one's choice, if every call took as long there
 * @param endpoints by endpoint, in the order of the source; those that have left are forgotten, and those that drain
 */
public record ShadowReport(
        String strategy,
        String shadow,
        long calls,
        long same,
        double meanFound,
        double shadowMeanFound,
        List<PerEndpoint> endpoints) {

    private static final double PERCENT = 100;

    /** Copies the list. */
    public ShadowReport {
        endpoints = List.copyOf(endpoints);
    }

    /**
     * What one endpoint got, and would have got.
     *
     * @param endpoint the endpoint's id
     * @param calls that it got
     * @param shadowCalls that it would have got
     * @param mostInFlight the most calls that it had at once
     * @param shadowMostInFlight the most that it would have had
     */
    public record PerEndpoint(
            String endpoint, long calls, long shadowCalls, int mostInFlight, int shadowMostInFlight) {}

    /** For people: a line for the whole, and one for each endpoint. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%d calls, %.1f %% to the same endpoint; a call found %.2f others by %s, and would have found %.2f by"
                        + " %s%n",
                calls,
                calls == 0 ? PERCENT : PERCENT * same / calls,
                meanFound,
                strategy,
                shadowMeanFound,
                shadow));
        for (PerEndpoint each : endpoints) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %s: %d calls, would have been %d; at most %d in flight, would have been %d%n",
                    each.endpoint(),
                    each.calls(),
                    each.shadowCalls(),
                    each.mostInFlight(),
                    each.shadowMostInFlight()));
        }
        return text.toString();
    }
}
