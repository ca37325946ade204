package dev.gatehouse.http;

/** What may stand in a field name and a field value (RFC 9110 §5.1, §5.5). */
final class FieldSyntax {

    private static final String TOKEN_SYMBOLS = "!#$%&'*+-.^_`|~";
    private static final boolean[] TOKEN = new boolean[128];

    static {
        for (char c = 0; c < TOKEN.length; c++) {
            boolean alphanumeric = c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
            TOKEN[c] = alphanumeric || TOKEN_SYMBOLS.indexOf(c) >= 0;
        }
    }

    private FieldSyntax() {}

    static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= TOKEN.length || !TOKEN[c]) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    static boolean isValue(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\r' || c == '\n' || c == 0) {
                return false;
            }
        }
        return true;
    }

    static void checkName(String name) {
        if (!isToken(name)) {
            throw new IllegalArgumentException("not a field name (expected: a token of RFC 9110): " + escape(name));
        }
    }

    /** Says only which field is at fault: its value may be a secret. */
    static void checkValue(String name, String value) {
        if (!isValue(value)) {
            throw new IllegalArgumentException("the value of " + name + " holds CR, LF or NUL");
        }
    }

    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder("\"");
        text.chars().limit(64).forEach(c -> {
            if (c >= ' ' && c < 127) {
                escaped.append((char) c);
            } else {
                escaped.append(String.format("\\u%04x", c));
            }
        });
        return escaped.append('"').toString();
    }
}
