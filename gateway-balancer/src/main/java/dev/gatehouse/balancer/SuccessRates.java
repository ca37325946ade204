package dev.gatehouse.balancer;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The arithmetic of outlier detection: whose share of successes is too low, by itself or beside the others. */
final class SuccessRates {

    private static final double PERCENT = 100;

    private SuccessRates() {}

    /** How the calls to a node went over a window. */
    record Tally(Node node, long successes, long total) {

        double rate() {
            return (double) successes / total;
        }
    }

    /** A node that is to be ejected, and why. */
    record Outlier(Node node, double rate, String reason) {}

    /**
     * Finds the outliers.
     *
     * @param tallies one for each node that may be ejected
     * @param what was counted, for people
     */
    static List<Outlier> outliers(List<Tally> tallies, String what, OutlierDetection settings) {
        List<Tally> enough = tallies.stream()
                .filter(tally -> tally.total() >= settings.volume())
                .toList();
        boolean comparable = enough.size() >= settings.minHosts();
        double least = comparable ? leastRate(enough, settings) : 0;
        List<Outlier> found = new ArrayList<>();
        for (Tally tally : tallies) {
            boolean compared = comparable && tally.total() >= settings.volume();
            String reason = null;
            if (tally.total() >= settings.minRequests() && tally.rate() < settings.minSuccessRate()) {
                reason = "at least " + percent(settings.minSuccessRate()) + " is asked for";
            } else if (compared && tooManyFailures(tally, settings)) {
                reason = "at most " + settings.failurePercentage() + " % may fail";
            } else if (compared && tally.rate() < least) {
                reason = "more than " + settings.deviations() + " standard deviations below the mean, which is "
                        + percent(least);
            }
            if (reason != null) {
                String counted = percent(tally.rate()) + " of " + tally.total() + what;
                found.add(new Outlier(tally.node(), tally.rate(), counted + ": " + reason));
            }
        }
        return found;
    }

    private static boolean tooManyFailures(Tally tally, OutlierDetection settings) {
        long failures = tally.total() - tally.successes();
        return settings.failurePercentage() > 0 && PERCENT * failures > settings.failurePercentage() * tally.total();
    }

    /** The mean less some standard deviations, of the nodes themselves and not of a sample (gRFC A50). 0 if it is off. */
    static double leastRate(List<Tally> tallies, OutlierDetection settings) {
        if (settings.deviations() == 0) {
            return 0;
        }
        double mean = tallies.stream().mapToDouble(Tally::rate).average().orElse(0);
        double variance = tallies.stream()
                .mapToDouble(tally -> (tally.rate() - mean) * (tally.rate() - mean))
                .average()
                .orElse(0);
        return mean - settings.deviations() * Math.sqrt(variance);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", PERCENT * share);
    }
}
