package dev.gatehouse.jetty;

import dev.gatehouse.balancer.TimeSource;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** A {@code Date} field line (RFC 9110 §6.6.1), written once a second. Safe for use by several threads. */
final class DateField {

    private static final DateTimeFormatter IMF_FIXDATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private volatile Line current = new Line(Long.MIN_VALUE, "");

    private static final class Line {

        final long second;
        final String value;
        final byte[] bytes;

        Line(long second, String value) {
            this.second = second;
            this.value = value;
            this.bytes = ("Date: " + value + "\r\n").getBytes(StandardCharsets.US_ASCII);
        }
    }

    /** The line for now, its end included; not to be changed. */
    byte[] line() {
        return now().bytes;
    }

    /** The value for now. */
    String value() {
        return now().value;
    }

    private Line now() {
        Instant now = TimeSource.system().now();
        Line known = current;
        if (known.second != now.getEpochSecond()) {
            known = new Line(now.getEpochSecond(), IMF_FIXDATE.format(now));
            current = known;
        }
        return known;
    }
}
