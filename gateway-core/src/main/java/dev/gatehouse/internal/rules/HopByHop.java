package dev.gatehouse.internal.rules;

import dev.gatehouse.http.Headers;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The fields that concern one connection only and are not passed on (RFC 9110 §7.6.1). */
public final class HopByHop {

    private HopByHop() {}

    /**
     * Whether a field is one by its name, {@code Connection} itself and {@code TE} included. {@code Proxy-Authenticate} and
     * {@code Proxy-Authorization} are too: they are between a client and the first proxy, which a gateway is not, and
     * credentials for it must not travel on.
     */
    public static boolean isOne(String name) {
        return switch (name.length()) {
            case 2 -> name.equalsIgnoreCase("TE");
            case 7 -> name.equalsIgnoreCase("Upgrade");
            case 10 -> name.equalsIgnoreCase("Connection") || name.equalsIgnoreCase("Keep-Alive");
            case 14 -> name.equalsIgnoreCase("HTTP2-Settings");
            case 16 -> name.equalsIgnoreCase("Proxy-Connection");
            case 17 -> name.equalsIgnoreCase("Transfer-Encoding");
            case 18 -> name.equalsIgnoreCase("Proxy-Authenticate");
            case 19 -> name.equalsIgnoreCase("Proxy-Authorization");
            default -> false;
        };
    }

    /**
     * The fields that {@code Connection} nominates, in lower case. A set, since a list as long as a header section may be
     * is compared with each name of that section.
     */
    static Set<String> nominated(Headers headers) {
        String first = headers.get("Connection");
        if (first == null) {
            return Set.of();
        }
        List<String> lines = headers.all("Connection");
        if (lines.size() == 1 && nominatesNothing(first)) {
            return Set.of();
        }
        Set<String> names = new HashSet<>();
        for (String line : lines) {
            for (String option : line.split(",", -1)) {
                names.add(option.trim().toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }

    private static boolean nominatesNothing(String options) {
        return options.equalsIgnoreCase("keep-alive") || options.equalsIgnoreCase("close");
    }
}
