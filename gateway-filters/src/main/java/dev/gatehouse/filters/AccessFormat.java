package dev.gatehouse.filters;

import dev.gatehouse.Attempt;
import dev.gatehouse.Completion;
import dev.gatehouse.http.GatewayException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the lines of an access log. */
final class AccessFormat {

    private static final DateTimeFormatter CLF_TIME =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** With three digits always: lines sort as text then. */
    private static final DateTimeFormatter JSON_TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

    private final AccessLogFilter.Format format;
    private final Set<String> parameters;
    private final List<String> headers;

    /**
     * A format.
     *
     * @param parameters the names of query parameters to show
     * @param headers the names of request header fields to show; JSON only
     */
    AccessFormat(AccessLogFilter.Format format, Set<String> parameters, List<String> headers) {
        this.format = format;
        this.parameters = Set.copyOf(parameters);
        this.headers = List.copyOf(headers);
    }

    String line(AccessRecord exchange) {
        return switch (format) {
            case COMMON -> common(exchange).toString();
            case COMBINED -> combined(exchange);
            case JSON -> json(exchange);
        };
    }

    private StringBuilder common(AccessRecord exchange) {
        Completion end = exchange.completion();
        StringBuilder line = new StringBuilder(160)
                .append(exchange.client() == null ? "-" : exchange.client())
                .append(" - - [")
                .append(CLF_TIME.format(exchange.began()))
                .append("] \"");
        LogText.appendQuoted(line, exchange.method());
        line.append(' ');
        LogText.appendQuoted(line, LogText.target(exchange.target(), parameters));
        line.append(' ').append(exchange.protocol()).append("\" ").append(end.status());
        return end.bytes() == 0 ? line.append(" -") : line.append(' ').append(end.bytes());
    }

    private String combined(AccessRecord exchange) {
        StringBuilder line = common(exchange);
        String referer = exchange.headers().get("Referer");
        appendField(line, referer == null ? null : LogText.referer(referer));
        appendField(line, exchange.headers().get("User-Agent"));
        return line.toString();
    }

    private static void appendField(StringBuilder line, @Nullable String text) {
        line.append(" \"");
        LogText.appendQuoted(line, text == null ? "-" : text);
        line.append('"');
    }

    private String json(AccessRecord exchange) {
        Completion end = exchange.completion();
        StringBuilder line = new StringBuilder(320).append('{');
        text(line, "time", JSON_TIME.format(exchange.began()));
        text(line, "client", exchange.client());
        text(line, "method", exchange.method());
        text(line, "target", LogText.target(exchange.target(), parameters));
        text(line, "protocol", exchange.protocol());
        number(line, "status", end.status());
        number(line, "bytes", end.bytes());
        number(line, "micros", end.duration().toNanos() / 1000);
        text(line, "route", exchange.route());
        attempts(line, exchange.attempts());
        text(line, "error", end.failure().map(AccessFormat::code).orElse(null));
        if (end.aborted().isPresent()) {
            member(line, "aborted").append("true");
        }
        headers(line, exchange);
        return line.append('}').toString();
    }

    private static void attempts(StringBuilder line, List<Attempt> attempts) {
        if (!attempts.isEmpty()) {
            text(line, "endpoint", attempts.get(attempts.size() - 1).endpoint());
            number(line, "attempts", attempts.size());
        }
    }

    private void headers(StringBuilder line, AccessRecord exchange) {
        if (headers.isEmpty()) {
            return;
        }
        member(line, "headers").append('{');
        for (String name : headers) {
            String value = exchange.headers().get(name);
            if (value != null) {
                text(line, name.toLowerCase(Locale.ROOT), LogText.isSecret(name) ? LogText.MASK : value);
            }
        }
        line.append('}');
    }

    private static String code(GatewayException failure) {
        return failure.kind().code();
    }

    private static void text(StringBuilder line, String name, @Nullable String value) {
        if (value != null) {
            LogText.appendJson(member(line, name), value);
        }
    }

    private static void number(StringBuilder line, String name, long value) {
        member(line, name).append(value);
    }

    private static StringBuilder member(StringBuilder line, String name) {
        if (line.charAt(line.length() - 1) != '{') {
            line.append(',');
        }
        return line.append('"').append(name).append("\":");
    }
}
