package dev.gatehouse.balancer;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The text form of a report: names of the ORCA message with their values. */
final class LoadReportText {

    private static final String PREFIX = "TEXT ";
    private static final String APPLICATION = "application_utilization";
    private static final String PROCESSORS = "cpu_utilization";
    private static final String REQUESTS = "rps_fractional";
    private static final String ERRORS = "eps";
    private static final String IN_FLIGHT = "named_metrics.requests_in_flight";
    private static final String LATENCY = "named_metrics.latency_ms";

    /** More is no report but an attack on whoever reads it. */
    private static final int LONGEST = 4096;

    private static final double NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private double application = -1;
    private double processors;
    private double requests;
    private double errors;
    private double inFlight = LoadReport.UNSAID;
    private double latencyMillis = LoadReport.UNSAID;

    private LoadReportText() {}

    static String of(LoadReport report) {
        StringBuilder text = new StringBuilder(PREFIX);
        text.append(APPLICATION).append('=').append(report.utilization());
        text.append(',').append(REQUESTS).append('=').append(report.requestsPerSecond());
        text.append(',').append(ERRORS).append('=').append(report.errorsPerSecond());
        if (report.requestsInFlight() != LoadReport.UNSAID) {
            text.append(',').append(IN_FLIGHT).append('=').append(report.requestsInFlight());
        }
        if (report.latencyNanos() != LoadReport.UNSAID) {
            text.append(',').append(LATENCY).append('=').append(report.latencyNanos() / NANOS_PER_MILLI);
        }
        return text.toString();
    }

    static @Nullable LoadReport read(String value) {
        if (!value.startsWith(PREFIX) || value.length() > LONGEST) {
            return null;
        }
        LoadReportText text = new LoadReportText();
        try {
            for (String metric : value.substring(PREFIX.length()).split(",", -1)) {
                int equals = metric.indexOf('=');
                if (equals < 0) {
                    return null;
                }
                text.take(metric.substring(0, equals).strip(), metric.substring(equals + 1));
            }
            return text.report();
        } catch (IllegalArgumentException notNumbers) {
            return null;
        }
    }

    private void take(String name, String value) {
        switch (name) {
            case APPLICATION -> application = Double.parseDouble(value);
            case PROCESSORS -> processors = Double.parseDouble(value);
            case REQUESTS -> requests = Double.parseDouble(value);
            case ERRORS -> errors = Double.parseDouble(value);
            case IN_FLIGHT -> inFlight = notNegative(Double.parseDouble(value));
            case LATENCY -> latencyMillis = notNegative(Double.parseDouble(value));
            default -> {
                // A metric of somebody else's.
            }
        }
    }

    private static double notNegative(double value) {
        if (!(value >= 0)) {
            throw new IllegalArgumentException("negative or no number");
        }
        return value;
    }

    private LoadReport report() {
        long latencyNanos = latencyMillis < 0 ? LoadReport.UNSAID : (long) (latencyMillis * NANOS_PER_MILLI);
        return new LoadReport(
                application > 0 ? application : processors, requests, errors, (int) inFlight, latencyNanos);
    }
}
