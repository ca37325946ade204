package dev.gatehouse.filters;

import dev.gatehouse.Completion;
import dev.gatehouse.filters.AccessLogFilter.Format;
import dev.gatehouse.http.Headers;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The lines of an access log once more, written for their reader, at whatever cost: what the fast ones are compared with. */
record PlainLines(Format format, Set<String> parameters, List<String> headers) {

    private static final DateTimeFormatter CLF_TIME =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter JSON_TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

    String line(AccessRecord of) {
        return switch (format) {
            case COMMON -> common(of);
            case COMBINED -> {
                String referer = of.headers().get("Referer");
                yield common(of) + " "
                        + quoted(referer == null ? "-" : LogText.referer(referer)) + " "
                        + quoted(of.headers().first("User-Agent").orElse("-"));
            }
            case JSON -> json(of);
        };
    }

    private static Instant began(AccessRecord of) {
        return of.ended().minus(of.completion().duration());
    }

    private String common(AccessRecord of) {
        Completion end = of.completion();
        String request =
                quotable(of.method()) + " " + quotable(LogText.target(of.target(), parameters)) + " " + of.protocol();
        return (of.client() == null ? "-" : of.client()) + " - - [" + CLF_TIME.format(began(of)) + "] \"" + request
                + "\" " + end.status() + " " + (end.bytes() == 0 ? "-" : end.bytes());
    }

    private static String quoted(String text) {
        return '"' + quotable(text) + '"';
    }

    private static String quotable(String text) {
        return escaped(text, c -> String.format(c <= 0xff ? "\\x%02x" : "\\u%04x", (int) c));
    }

    private static String string(String text) {
        return '"' + escaped(text, c -> String.format("\\u%04x", (int) c)) + '"';
    }

    private interface Escape {
        String of(char c);
    }

    private static String escaped(String text, Escape escape) {
        return text.chars()
                        .limit(LogText.LONGEST)
                        .mapToObj(c -> (char) c)
                        .map(c -> c == '"' || c == '\\' ? "\\" + c : c < ' ' || c > '~' ? escape.of(c) : "" + c)
                        .collect(Collectors.joining())
                + (text.length() > LogText.LONGEST ? "..." : "");
    }

    private String json(AccessRecord of) {
        Completion end = of.completion();
        StringBuilder line = new StringBuilder("{\"time\":" + string(JSON_TIME.format(began(of))));
        if (of.client() != null) {
            line.append(",\"client\":").append(string(of.client()));
        }
        line.append(",\"method\":").append(string(of.method()));
        line.append(",\"target\":").append(string(LogText.target(of.target(), parameters)));
        line.append(",\"protocol\":").append(string(of.protocol()));
        line.append(",\"status\":" + end.status() + ",\"bytes\":" + end.bytes());
        line.append(",\"micros\":" + end.duration().toNanos() / 1000);
        line.append(",\"route\":").append(string(of.route()));
        if (!of.attempts().isEmpty()) {
            int last = of.attempts().size() - 1;
            line.append(",\"endpoint\":" + string(of.attempts().get(last).endpoint()));
            line.append(",\"attempts\":" + of.attempts().size());
        }
        end.failure().ifPresent(e -> line.append(",\"error\":" + string(e.kind().code())));
        end.aborted().ifPresent(e -> line.append(",\"aborted\":true"));
        if (!headers.isEmpty()) {
            line.append(",\"headers\":").append(shown(of.headers()));
        }
        return line + "}";
    }

    private String shown(Headers all) {
        return headers.stream()
                .filter(all::contains)
                .map(name -> string(name.toLowerCase(Locale.ROOT)) + ":"
                        + string(
                                LogText.isSecret(name) ? "***" : all.first(name).orElseThrow()))
                .collect(Collectors.joining(",", "{", "}"));
    }
}
