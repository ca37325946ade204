package dev.gatehouse.filters;

import dev.gatehouse.Attempt;
import dev.gatehouse.Completion;
import dev.gatehouse.Exchange;
import dev.gatehouse.filters.AccessLogFilter.Format;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Knows what a line of an access log needs, and writes it. Safe for use by several threads. */
final class AccessFormat {

    private final Format format;
    private final Set<String> parameters;
    private final List<Field> fields;

    private final TimeText clfTime = new TimeText(DateTimeFormatter.ofPattern("dd/MMM/yyyy", Locale.ROOT), ':');
    private final TimeText jsonTime = new TimeText(DateTimeFormatter.ISO_LOCAL_DATE, 'T');

    /** A header field that is shown. */
    private record Field(String name, String member, boolean secret) {

        static Field of(String name) {
            return new Field(name, '"' + name.toLowerCase(Locale.ROOT) + "\":", LogText.isSecret(name));
        }
    }

    /**
     * A format.
     *
     * @param parameters the names of query parameters to show
     * @param headers the names of request header fields to show; JSON only
     */
    AccessFormat(Format format, Set<String> parameters, List<String> headers) {
        this.format = format;
        this.parameters = Set.copyOf(parameters);
        this.fields = headers.stream().map(Field::of).toList();
    }

    /** What a line needs of an exchange. */
    static AccessRecord record(Instant ended, Exchange exchange, Completion completion) {
        Request request = exchange.request();
        return new AccessRecord(
                ended,
                exchange.client().address(),
                request.method(),
                request.target().raw(),
                request.connection().protocol(),
                request.headers(),
                exchange.routeId(),
                exchange.attempts(),
                completion);
    }

    /** Appends a line, without its end. */
    void append(LineBuffer line, AccessRecord exchange) {
        if (format == Format.JSON) {
            json(line, exchange);
            return;
        }
        common(line, exchange);
        if (format == Format.COMBINED) {
            String referer = exchange.headers().get("Referer");
            field(line, referer == null ? null : LogText.referer(referer));
            field(line, exchange.headers().get("User-Agent"));
        }
    }

    private void common(LineBuffer line, AccessRecord exchange) {
        LogText.appendQuoted(line, exchange.client() == null ? "-" : exchange.client());
        line.append(" - - [");
        clfTime.append(line, exchange.began());
        line.append(" +0000] \"");
        LogText.appendQuoted(line, exchange.method());
        line.append(' ');
        String target = exchange.target();
        int end = plainEnd(target);
        if (end < 0) {
            LogText.appendQuoted(line, LogText.target(target, parameters));
        } else {
            LogText.appendQuoted(line, target, end);
        }
        line.append(' ');
        LogText.appendQuoted(line, exchange.protocol());
        Completion completion = exchange.completion();
        line.append("\" ").append((long) completion.status()).append(' ');
        if (completion.bytes() == 0) {
            line.append('-');
        } else {
            line.append(completion.bytes());
        }
    }

    /** Where the path of a target ends that is shown without its query, as most are; -1 for others. */
    private int plainEnd(String target) {
        int query = target.indexOf('?');
        if (!target.startsWith("/") || (query >= 0 && !parameters.isEmpty())) {
            return -1;
        }
        return query < 0 ? target.length() : query;
    }

    private static void field(LineBuffer line, @Nullable String text) {
        line.append(" \"");
        LogText.appendQuoted(line, text == null ? "-" : text);
        line.append('"');
    }

    private void json(LineBuffer line, AccessRecord exchange) {
        line.append("{\"time\":\"");
        Instant began = exchange.began();
        jsonTime.append(line, began);
        line.append('.').append(began.get(ChronoField.MILLI_OF_SECOND), 3).append("Z\"");
        text(line, ",\"client\":", exchange.client());
        text(line, ",\"method\":", exchange.method());
        line.append(",\"target\":");
        String target = exchange.target();
        int end = plainEnd(target);
        if (end < 0) {
            LogText.appendJson(line, LogText.target(target, parameters));
        } else {
            LogText.appendJson(line, target, end);
        }
        text(line, ",\"protocol\":", exchange.protocol());
        Completion completion = exchange.completion();
        line.append(",\"status\":").append((long) completion.status());
        line.append(",\"bytes\":").append(completion.bytes());
        line.append(",\"micros\":").append(completion.duration().toNanos() / 1000);
        text(line, ",\"route\":", exchange.route());
        attempts(line, exchange.attempts());
        text(line, ",\"error\":", completion.failure().map(AccessFormat::code).orElse(null));
        if (completion.aborted().isPresent()) {
            line.append(",\"aborted\":true");
        }
        headers(line, exchange.headers());
        line.append('}');
    }

    private static void attempts(LineBuffer line, List<Attempt> attempts) {
        if (!attempts.isEmpty()) {
            text(line, ",\"endpoint\":", attempts.get(attempts.size() - 1).endpoint());
            line.append(",\"attempts\":").append((long) attempts.size());
        }
    }

    private void headers(LineBuffer line, Headers headers) {
        if (fields.isEmpty()) {
            return;
        }
        line.append(",\"headers\":{");
        for (Field field : fields) {
            String value = headers.get(field.name());
            if (value != null) {
                if (line.last() != '{') {
                    line.append(',');
                }
                text(line, field.member(), field.secret() ? LogText.MASK : value);
            }
        }
        line.append('}');
    }

    private static String code(GatewayException failure) {
        return failure.kind().code();
    }

    private static void text(LineBuffer line, String member, @Nullable String value) {
        if (value != null) {
            LogText.appendJson(line.append(member), value);
        }
    }
}
