package dev.gatehouse.filters;

import java.util.Locale;
import java.util.Set;

/**
 * Text from outside, made fit for a line of a log: without what would end the line or a quoted field, without secrets,
 * and no longer than somebody would read.
 */
final class LogText {

    /** What stands for a secret. */
    static final String MASK = "***";

    /** No longer than this before escaping: otherwise a client fills a disk with one header field. */
    static final int LONGEST = 2048;

    private static final String CUT = "...";

    /** Parts of names of fields that hold credentials. Too many fields are masked rather than too few. */
    private static final Set<String> SECRET = Set.of(
            "auth", "cookie", "token", "secret", "passw", "credential", "apikey", "api-key", "session", "signature");

    private LogText() {}

    /** Whether a header field of this name holds a secret. */
    static boolean isSecret(String name) {
        String lower = name.toLowerCase(Locale.ROOT).replace('_', '-');
        return SECRET.stream().anyMatch(lower::contains);
    }

    /** The path of a target, with the parameters of its query that are shown. */
    static String target(String raw, Set<String> shown) {
        int query = raw.indexOf('?');
        if (query < 0 || shown.isEmpty()) {
            return withoutUserInfo(query < 0 ? raw : raw.substring(0, query));
        }
        StringBuilder target = new StringBuilder(withoutUserInfo(raw.substring(0, query)));
        char separator = '?';
        for (String pair : raw.substring(query + 1).split("&", -1)) {
            int equals = pair.indexOf('=');
            // Compared as they came: a name written in another way is not on the list, and its value stays hidden.
            boolean show = shown.contains(equals < 0 ? pair : pair.substring(0, equals));
            target.append(separator).append(show ? pair : MASK);
            separator = '&';
        }
        return target.toString();
    }

    /** A referring address without its query, fragment and user-info, which may all hold secrets. */
    static String referer(String uri) {
        int end = uri.length();
        for (int i = 0; i < end; i++) {
            if (uri.charAt(i) == '?' || uri.charAt(i) == '#') {
                end = i;
            }
        }
        return withoutUserInfo(uri.substring(0, end));
    }

    /** Appends text for a field in double quotes, escaped as Apache's server does, in ASCII. */
    static void appendQuoted(LineBuffer line, String text) {
        appendQuoted(line, text, text.length());
    }

    /** The same for the text before an index. */
    static void appendQuoted(LineBuffer line, String text, int end) {
        int length = Math.min(end, LONGEST);
        for (int i = line.appendPlain(text, 0, length); i < length; i = line.appendPlain(text, i + 1, length)) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else if (c <= 0xff) {
                hex(line.append("\\x"), c, 2);
            } else {
                hex(line.append("\\u"), c, 4);
            }
        }
        if (length < end) {
            line.append(CUT);
        }
    }

    /** Appends a JSON string with its quotes (RFC 8259 §7), in ASCII. */
    static void appendJson(LineBuffer line, String text) {
        appendJson(line, text, text.length());
    }

    /** The same for the text before an index. */
    static void appendJson(LineBuffer line, String text, int end) {
        line.append('"');
        int length = Math.min(end, LONGEST);
        for (int i = line.appendPlain(text, 0, length); i < length; i = line.appendPlain(text, i + 1, length)) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else {
                hex(line.append("\\u"), c, 4);
            }
        }
        if (length < end) {
            line.append(CUT);
        }
        line.append('"');
    }

    private static void hex(LineBuffer line, char c, int digits) {
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
            line.append(Character.forDigit((c >> shift) & 0xf, 16));
        }
    }

    private static String withoutUserInfo(String uri) {
        int scheme = uri.startsWith("/") ? -1 : uri.indexOf("://");
        if (scheme < 0) {
            return uri;
        }
        int authority = scheme + 3;
        int path = uri.indexOf('/', authority);
        int at = uri.lastIndexOf('@', path < 0 ? uri.length() : path);
        return at < authority ? uri : uri.substring(0, authority) + uri.substring(at + 1);
    }
}
