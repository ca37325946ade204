package dev.gatehouse.balancer;

import org.jspecify.annotations.Nullable;

/**
 * What an endpoint says of its load, as in the reports of ORCA (Open Request Cost Aggregation, gRFC A51). The numbers are
 * the endpoint's own, over all of its clients, and of late: a mean over some seconds. Immutable.
 *
 * @param utilization how much of what limits the endpoint is in use, mostly its processors: 0 is nothing, 1 all. Calls that
 *     wait do not count: weights by a number that grows without end drive calls back and forth
 * @param requestsPerSecond how many requests it answers
 * @param errorsPerSecond how many of these answers are errors
 * @param requestsInFlight how many requests the endpoint has now; -1 if it does not say
 * @param latencyNanos how long a request takes that comes now, in nanoseconds, as others of late that found as many in flight;
 *     -1 if the endpoint does not say
 */
public record LoadReport(
        double utilization, double requestsPerSecond, double errorsPerSecond, int requestsInFlight, long latencyNanos) {

    /** The response field of a report, as Envoy and gRPC have it. */
    public static final String FIELD = "endpoint-load-metrics";

    /** What stands for a number that the endpoint does not say. */
    public static final int UNSAID = -1;

    /**
     * A report.
     *
     * @throws IllegalArgumentException if a number is negative that may not be, infinite or none
     */
    public LoadReport {
        check("utilization", utilization);
        check("requestsPerSecond", requestsPerSecond);
        check("errorsPerSecond", errorsPerSecond);
        if (requestsInFlight < UNSAID) {
            throw new IllegalArgumentException("requestsInFlight: " + requestsInFlight + " (expected: >= -1)");
        }
        if (latencyNanos < UNSAID) {
            throw new IllegalArgumentException("latencyNanos: " + latencyNanos + " (expected: >= -1)");
        }
    }

    /**
     * A report without requests in flight and latency.
     *
     * @param utilization 0 or more
     * @param requestsPerSecond 0 or more
     * @param errorsPerSecond 0 or more
     * @throws IllegalArgumentException if a number is negative, infinite or none
     */
    public LoadReport(double utilization, double requestsPerSecond, double errorsPerSecond) {
        this(utilization, requestsPerSecond, errorsPerSecond, UNSAID, UNSAID);
    }

    /**
     * A report as the value of the field {@value #FIELD}, in its text form, with requests in flight and latency as named
     * metrics.
     *
     * @return such as {@code TEXT application_utilization=0.6,rps_fractional=1200.0,eps=3.0}
     */
    public String toField() {
        return LoadReportText.of(this);
    }

    /**
     * Reads the value of the field {@value #FIELD}, in its text form. The application's utilization counts before the
     * processors'; metrics of other names are skipped.
     *
     * @param value as it came
     * @return the report, or null if the value has another form or says what cannot be
     */
    public static @Nullable LoadReport ofField(String value) {
        return LoadReportText.read(value);
    }

    private static void check(String name, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: >= 0 and finite)");
        }
    }
}
