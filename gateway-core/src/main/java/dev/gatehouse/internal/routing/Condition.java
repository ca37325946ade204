package dev.gatehouse.internal.routing;

import dev.gatehouse.http.Request;
import dev.gatehouse.internal.syntax.FieldSyntax;
import dev.gatehouse.internal.syntax.Printable;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a route asks of a request beside host, path and method. Where a field or parameter comes more than once, the
 * first one counts.
 *
 * @param query whether it concerns a query parameter; otherwise a header field
 * @param name of the parameter, or of the field in lower case
 * @param value what it must be; null if it only must be there
 */
public record Condition(
        boolean query, String name, @Nullable String value) {

    /**
     * A header field must be there.
     *
     * @throws IllegalArgumentException if it is no field name
     */
    public static Condition header(String name) {
        FieldSyntax.checkName(name);
        return new Condition(false, name.toLowerCase(Locale.ROOT), null);
    }

    /**
     * A header field must have this value.
     *
     * @throws IllegalArgumentException if no field can have this name or value
     */
    public static Condition header(String name, String value) {
        FieldSyntax.checkName(name);
        FieldSyntax.checkValue(name, value);
        return new Condition(false, name.toLowerCase(Locale.ROOT), value);
    }

    /** A query parameter must be there. */
    public static Condition query(String name) {
        return new Condition(true, name, null);
    }

    /** A query parameter must have this value. */
    public static Condition query(String name, String value) {
        return new Condition(true, name, value);
    }

    boolean matches(Request request) {
        String actual = query
                ? parameter(request.target().rawQuery())
                : request.headers().get(name);
        return actual != null && (value == null || value.equals(actual));
    }

    /** What it concerns, whatever the value: two conditions on one subject are about the same text of a request. */
    String subject() {
        return (query ? "query " : "header ") + name;
    }

    private @Nullable String parameter(@Nullable String query) {
        if (query == null) {
            return null;
        }
        int start = 0;
        while (start <= query.length()) {
            int ampersand = query.indexOf('&', start);
            int end = ampersand < 0 ? query.length() : ampersand;
            int equals = query.indexOf('=', start);
            int nameEnd = equals < 0 || equals > end ? end : equals;
            if (decoded(query.substring(start, nameEnd)).equals(name)) {
                return nameEnd == end ? "" : decoded(query.substring(nameEnd + 1, end));
            }
            start = end + 1;
        }
        return null;
    }

    /** As forms are encoded. What cannot be decoded is taken as it is, and matches only itself. */
    private static String decoded(String text) {
        if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
            return text;
        }
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return text;
        }
    }

    @Override
    public String toString() {
        return Printable.of(value == null ? subject() : subject() + '=' + value);
    }
}
