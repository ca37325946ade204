package dev.gatehouse.internal.syntax;

/** What may stand in a field name and a field value (RFC 9110 §5.1, §5.5), and in the members of a list. */
public final class FieldSyntax {

    private static final String TOKEN_SYMBOLS = "!#$%&'*+-.^_`|~";
    private static final boolean[] TOKEN = new boolean[128];

    static {
        for (char c = 0; c < TOKEN.length; c++) {
            TOKEN[c] = isAlphanumeric(c) || TOKEN_SYMBOLS.indexOf(c) >= 0;
        }
    }

    private FieldSyntax() {}

    /** Whether this is a token: a field name or a method. */
    public static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isTokenCharacter(text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** Whether a token may have this character. */
    public static boolean isTokenCharacter(char c) {
        return c < TOKEN.length && TOKEN[c];
    }

    /**
     * Whether this may be a field value: tab, visible characters, spaces and obs-text. Characters beyond U+00FF have no
     * place in it either: a server that writes the low byte of each would turn U+010A into a line feed.
     */
    public static boolean isValue(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
                return false;
            }
        }
        return true;
    }

    /** Refuses what is no field name. */
    public static void checkName(String name) {
        if (!isToken(name)) {
            throw new IllegalArgumentException(
                    "not a field name (expected: a token of RFC 9110): \"" + Printable.of(name) + '"');
        }
    }

    /** Refuses what is no field value. Says only which field is at fault: its value may be a secret. */
    public static void checkValue(String name, String value) {
        if (!isValue(value)) {
            throw new IllegalArgumentException(
                    "the value of " + name + " holds a control character or one beyond U+00FF");
        }
    }

    /** Whether two field names are the same. */
    public static boolean sameName(String a, String b) {
        return a.length() == b.length() && a.equalsIgnoreCase(b);
    }

    /** Whether a comma-separated list (RFC 9110 §5.6.1) has a member, compared without regard to case. */
    public static boolean hasMember(String list, String member) {
        int start = 0;
        while (start <= list.length()) {
            int comma = list.indexOf(',', start);
            int end = comma < 0 ? list.length() : comma;
            if (isTrimmed(list, start, end, member)) {
                return true;
            }
            start = end + 1;
        }
        return false;
    }

    private static boolean isTrimmed(String list, int from, int to, String member) {
        int start = from;
        int end = to;
        while (start < end && isBlank(list.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(list.charAt(end - 1))) {
            end--;
        }
        return end - start == member.length() && list.regionMatches(true, start, member, 0, member.length());
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    static boolean isAlphanumeric(char c) {
        return isDigit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
