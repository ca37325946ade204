package dev.gatehouse.testkit.fleet;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and numbers as a scenario file writes them. */
final class Texts {

    private static final Pattern DURATION = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(ns|us|ms|s|m|h)");
    private static final List<String> UNITS = List.of("ns", "us", "ms", "s", "m", "h");
    private static final double[] NANOS = {1, 1e3, 1e6, 1e9, 60e9, 3_600e9};
    private static final int SECONDS = 3;
    private static final int DIGITS = 4;

    private Texts() {}

    /** Such as {@code 40ms}; four digits. */
    static String duration(double nanos) {
        int unit = 0;
        while (unit < SECONDS && nanos >= NANOS[unit + 1]) {
            unit++;
        }
        return number(nanos / NANOS[unit]) + UNITS.get(unit);
    }

    static String duration(Duration time) {
        return duration((double) time.toNanos());
    }

    static String number(double value) {
        BigDecimal rounded = BigDecimal.valueOf(value).round(new MathContext(DIGITS));
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }

    static Duration parseDuration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(text + " (expected: a time such as 40ms, 1.5s or 2m)");
        }
        double nanos = Double.parseDouble(matcher.group(1)) * NANOS[UNITS.indexOf(matcher.group(2))];
        return Duration.ofNanos(Math.round(nanos));
    }

    static double parseNumber(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(text + " (expected: a number)", e);
        }
    }

    static int parseInt(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(text + " (expected: a whole number)", e);
        }
    }
}
