package dev.gatehouse.internal.syntax;

import org.jspecify.annotations.Nullable;

/**
 * The authority of a request: {@code host[:port]}.
 *
 * <p>RFC 3986 allows more in a name than any name in use has: percent-encoding, commas, quotes. Nobody reads those the same
 * way, so a host is letters, digits, {@code - . _ ~}, or an IPv6 address in brackets; never with user-info.
 */
public final class Authority {

    private Authority() {}

    /** Whether this is a host that is not empty, with or without a port. */
    public static boolean isValid(String authority) {
        int end = hostEnd(authority);
        if (end <= 0) {
            return false;
        }
        return authority.charAt(0) == '['
                ? IpAddress.parseBracketed(authority.substring(1, end - 1)) != null && isPort(authority, end)
                : isName(authority, end) && isPort(authority, end);
    }

    /** Whether two valid authorities name the same host and port, given the scheme that has a default port. */
    public static boolean same(String a, String b, @Nullable String scheme) {
        if (a.equalsIgnoreCase(b)) {
            return true;
        }
        int endA = hostEnd(a);
        int endB = hostEnd(b);
        return endA == endB && a.regionMatches(true, 0, b, 0, endA) && port(a, endA, scheme) == port(b, endB, scheme);
    }

    private static int hostEnd(String authority) {
        if (authority.startsWith("[")) {
            return authority.indexOf(']') + 1;
        }
        int colon = authority.indexOf(':');
        return colon < 0 ? authority.length() : colon;
    }

    private static boolean isName(String authority, int end) {
        for (int i = 0; i < end; i++) {
            char c = authority.charAt(i);
            if (!FieldSyntax.isAlphanumeric(c) && c != '-' && c != '.' && c != '_' && c != '~') {
                return false;
            }
        }
        return true;
    }

    private static boolean isPort(String authority, int hostEnd) {
        if (hostEnd == authority.length()) {
            return true;
        }
        if (authority.charAt(hostEnd) != ':' || authority.length() - hostEnd > 6) {
            return false;
        }
        for (int i = hostEnd + 1; i < authority.length(); i++) {
            if (!FieldSyntax.isDigit(authority.charAt(i))) {
                return false;
            }
        }
        return port(authority, hostEnd, null) <= 65535;
    }

    private static int port(String authority, int hostEnd, @Nullable String scheme) {
        if (authority.length() - hostEnd > 1) {
            return Integer.parseInt(authority, hostEnd + 1, authority.length(), 10);
        }
        return "https".equalsIgnoreCase(scheme) ? 443 : "http".equalsIgnoreCase(scheme) ? 80 : -1;
    }
}
