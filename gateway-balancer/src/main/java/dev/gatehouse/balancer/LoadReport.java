package dev.gatehouse.balancer;

/**
 * What an endpoint says of its load, as in the reports of ORCA (Open Request Cost Aggregation, gRFC A51). The numbers are
 * the endpoint's own, over all of its clients, and of late: a mean over some seconds. Immutable.
 *
 * @param utilization how much of what limits the endpoint is in use, mostly its processors: 0 is nothing, 1 all; more than 1
 *     if calls wait
 * @param requestsPerSecond how many requests it answers
 * @param errorsPerSecond how many of these answers are errors
 */
public record LoadReport(double utilization, double requestsPerSecond, double errorsPerSecond) {

    /**
     * A report.
     *
     * @throws IllegalArgumentException if a number is negative, infinite or none
     */
    public LoadReport {
        check("utilization", utilization);
        check("requestsPerSecond", requestsPerSecond);
        check("errorsPerSecond", errorsPerSecond);
    }

    private static void check(String name, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: >= 0 and finite)");
        }
    }
}
