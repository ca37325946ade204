package dev.gatehouse.jetty.http1;

/** A field line, and what it is to the connection. */
final class HeadLine {

    private static final byte[] NOT_KEPT = {};

    /** The line as it came, if it is kept. */
    final byte[] bytes;

    final String name;
    final String value;
    final Meaning meaning;

    /** What a field is to the connection. */
    enum Meaning {
        NONE,
        HOST,
        LENGTH,
        CLOSES,
        /** Not for the scanner. */
        UNUSUAL
    }

    private HeadLine(byte[] bytes, String name, String value, Meaning meaning) {
        this.bytes = bytes;
        this.name = name;
        this.value = value;
        this.meaning = meaning;
    }

    static HeadLine of(String name, String value) {
        return new HeadLine(NOT_KEPT, name, value, meaning(name, value));
    }

    HeadLine keptAs(byte[] line) {
        return new HeadLine(line, name, value, meaning);
    }

    private static Meaning meaning(String name, String value) {
        return switch (name.length()) {
            case 4 ->
                name.equalsIgnoreCase("Host") ? isPlainHost(value) ? Meaning.HOST : Meaning.UNUSUAL : Meaning.NONE;
            case 6 -> name.equalsIgnoreCase("Expect") ? Meaning.UNUSUAL : Meaning.NONE;
            case 10 -> name.equalsIgnoreCase("Connection") ? connection(value) : Meaning.NONE;
            case 14 ->
                name.equalsIgnoreCase("Content-Length")
                        ? isPlainNumber(value) ? Meaning.LENGTH : Meaning.UNUSUAL
                        : Meaning.NONE;
            case 17 -> name.equalsIgnoreCase("Transfer-Encoding") ? Meaning.UNUSUAL : Meaning.NONE;
            default -> Meaning.NONE;
        };
    }

    private static Meaning connection(String value) {
        if (value.equalsIgnoreCase("keep-alive")) {
            return Meaning.NONE;
        }
        return value.equalsIgnoreCase("close") ? Meaning.CLOSES : Meaning.UNUSUAL;
    }

    /** A name or an address of IPv4, and maybe a port. */
    private static boolean isPlainHost(String value) {
        int colon = value.indexOf(':');
        int stop = colon < 0 ? value.length() : colon;
        for (int i = 0; i < stop; i++) {
            char c = value.charAt(i);
            boolean plain =
                    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
            if (!plain) {
                return false;
            }
        }
        return stop > 0 && (colon < 0 || isPlainPort(value.substring(colon + 1)));
    }

    private static boolean isPlainPort(String value) {
        return value.length() <= 5 && !value.equals("0") && isPlainNumber(value) && Integer.parseInt(value) <= 65_535;
    }

    private static boolean isPlainNumber(String value) {
        if (value.isEmpty() || value.length() > 18 || (value.length() > 1 && value.charAt(0) == '0')) {
            return false;
        }
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < '0' || value.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}
