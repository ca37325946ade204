package dev.gatehouse.internal.syntax;

/** Text from outside for logs and messages: one line, however hard its sender tried. */
public final class Printable {

    private static final int MOST = 256;

    private Printable() {}

    /** The text, with everything but printable ASCII escaped as {@code \}{@code uXXXX}, and cut when it is long. */
    public static String of(String text) {
        int plain = 0;
        while (plain < text.length() && plain < MOST && isPrintable(text.charAt(plain))) {
            plain++;
        }
        if (plain == text.length()) {
            return text;
        }
        StringBuilder escaped = new StringBuilder(text.length() + 16).append(text, 0, plain);
        for (int i = plain; i < text.length() && i < MOST; i++) {
            char c = text.charAt(i);
            if (isPrintable(c)) {
                escaped.append(c);
            } else {
                escaped.append(String.format("\\u%04x", (int) c));
            }
        }
        return text.length() > MOST ? escaped.append("...").toString() : escaped.toString();
    }

    private static boolean isPrintable(char c) {
        return c >= ' ' && c < 0x7f;
    }
}
