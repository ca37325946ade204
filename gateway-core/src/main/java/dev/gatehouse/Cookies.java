package dev.gatehouse;

import dev.gatehouse.http.Headers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One cookie among those of a request (RFC 6265 §4.2.1); names are case-sensitive. */
final class Cookies {

    private Cookies() {}

    /** The values of a cookie, as they stand there, in order; a client sends several for different paths. */
    static List<String> values(Headers headers, String name) {
        List<String> values = List.of();
        for (int i = 0; i < headers.size(); i++) {
            if (!headers.name(i).equalsIgnoreCase("Cookie") || !headers.value(i).contains(name)) {
                continue;
            }
            for (String pair : headers.value(i).split(";", -1)) {
                if (isNamed(pair, name)) {
                    values = values.isEmpty() ? new ArrayList<>(1) : values;
                    values.add(unquoted(pair.substring(pair.indexOf('=') + 1).trim()));
                }
            }
        }
        return values;
    }

    /** The headers without a cookie; all others stay as they stand there. */
    static Headers without(Headers headers, String name) {
        if (values(headers, name).isEmpty()) {
            return headers;
        }
        Headers.Builder kept = Headers.builder(headers.size());
        for (int i = 0; i < headers.size(); i++) {
            String value = headers.value(i);
            String left = headers.name(i).equalsIgnoreCase("Cookie") ? without(value, name) : value;
            if (left != null) {
                kept.addParsed(headers.name(i), left);
            }
        }
        return kept.build();
    }

    /** The headers of a response without {@code Set-Cookie} for a name. */
    static Headers withoutSet(Headers headers, String name) {
        Headers.Builder kept = null;
        for (int i = 0; i < headers.size(); i++) {
            boolean sets = headers.name(i).equalsIgnoreCase("Set-Cookie") && isNamed(headers.value(i), name);
            if (sets && kept == null) {
                kept = Headers.builder(headers.size());
                for (int before = 0; before < i; before++) {
                    kept.addParsed(headers.name(before), headers.value(before));
                }
            } else if (!sets && kept != null) {
                kept.addParsed(headers.name(i), headers.value(i));
            }
        }
        return kept == null ? headers : kept.build();
    }

    private static @Nullable String without(String line, String name) {
        StringBuilder left = new StringBuilder();
        boolean removed = false;
        for (String pair : line.split(";", -1)) {
            if (isNamed(pair, name)) {
                removed = true;
            } else if (!pair.isBlank()) {
                left.append(left.isEmpty() ? "" : "; ").append(pair.trim());
            }
        }
        if (!removed) {
            return line;
        }
        return left.isEmpty() ? null : left.toString();
    }

    private static boolean isNamed(String pair, String name) {
        int equals = pair.indexOf('=');
        return equals > 0 && pair.substring(0, equals).trim().equals(name);
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
    }
}
