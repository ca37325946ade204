package dev.gatehouse.servlet;

import jakarta.servlet.http.Cookie;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What servlets ask of header fields that a filter changed: the container has parsed the old ones. */
final class Fields {

    private Fields() {}

    /**
     * A date.
     *
     * @return milliseconds since 1970, or -1 if there is none
     * @throws IllegalArgumentException if the value is none, as servlets demand
     */
    static long date(@Nullable String value) {
        if (value == null) {
            return -1;
        }
        try {
            return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(value))
                    .toEpochMilli();
        } catch (DateTimeException malformed) {
            throw new IllegalArgumentException("not a date", malformed);
        }
    }

    /**
     * Cookies (RFC 6265 §5.4). What is malformed is left out.
     *
     * @return the cookies, or null if there are none
     */
    static Cookie @Nullable [] cookies(List<String> lines) {
        List<Cookie> cookies = new ArrayList<>();
        for (String line : lines) {
            for (String pair : line.split(";", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    addCookie(
                            cookies,
                            pair.substring(0, equals).trim(),
                            pair.substring(equals + 1).trim());
                }
            }
        }
        return cookies.isEmpty() ? null : cookies.toArray(Cookie[]::new);
    }

    private static void addCookie(List<Cookie> cookies, String name, String value) {
        boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        try {
            cookies.add(new Cookie(name, quoted ? value.substring(1, value.length() - 1) : value));
        } catch (IllegalArgumentException notAName) {
            // As containers do: one bad cookie does not cost the others.
        }
    }

    /**
     * Languages, the preferred one first (RFC 9110 §12.5.4).
     *
     * @return at least one: the JVM's, if the client names none
     */
    static List<Locale> languages(List<String> lines) {
        List<Locale> locales = new ArrayList<>();
        try {
            String all = String.join(",", lines);
            if (!all.isBlank()) {
                for (Locale.LanguageRange range : Locale.LanguageRange.parse(all)) {
                    if (range.getWeight() > 0 && !range.getRange().equals("*")) {
                        locales.add(Locale.forLanguageTag(range.getRange()));
                    }
                }
            }
        } catch (IllegalArgumentException malformed) {
            locales.clear();
        }
        return locales.isEmpty() ? List.of(Locale.getDefault()) : locales;
    }

    /**
     * The character set that a media type names.
     *
     * @return its name, or null if none is named
     */
    static @Nullable String charset(@Nullable String mediaType) {
        if (mediaType == null) {
            return null;
        }
        for (String parameter : mediaType.split(";", -1)) {
            String trimmed = parameter.trim();
            if (trimmed.regionMatches(true, 0, "charset=", 0, 8)) {
                return trimmed.substring(8).replace("\"", "").trim();
            }
        }
        return null;
    }

    /** Whether a media type is that of a form in one piece. */
    static boolean isForm(@Nullable String mediaType) {
        String form = "application/x-www-form-urlencoded";
        return mediaType != null
                && mediaType.regionMatches(true, 0, form, 0, form.length())
                && (mediaType.length() == form.length() || " ;".indexOf(mediaType.charAt(form.length())) >= 0);
    }

    /** The host of {@code host:port}. */
    static String host(String authority) {
        int port = portAt(authority);
        return port < 0 ? authority : authority.substring(0, port);
    }

    /** The port of {@code host:port}, or that of the scheme. */
    static int port(String authority, boolean secure) {
        int port = portAt(authority);
        boolean named = port >= 0 && port + 1 < authority.length();
        return named ? Integer.parseInt(authority.substring(port + 1)) : secure ? 443 : 80;
    }

    private static int portAt(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? colon : -1;
    }
}
