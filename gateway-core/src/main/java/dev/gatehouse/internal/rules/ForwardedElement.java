package dev.gatehouse.internal.rules;

import dev.gatehouse.internal.syntax.FieldSyntax;
import dev.gatehouse.internal.syntax.IpAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One hop in a {@code Forwarded} field (RFC 7239 §4).
 *
 * @param forNode who sent the request, such as {@code 192.0.2.7}, {@code [2001:db8::7]:4711}, {@code unknown} or
 *     {@code _hidden}; null if it does not say
 * @param proto with which scheme; null if it does not say
 * @param host to which host; null if it does not say
 */
record ForwardedElement(
        @Nullable String forNode,
        @Nullable String proto,
        @Nullable String host) {

    /**
     * Reads a field line.
     *
     * @return its elements in order; null if any part of the line is malformed. Then none of it can be believed: an open
     *     quote that a client sent would swallow what a proxy added behind it
     */
    static @Nullable List<ForwardedElement> parse(String line) {
        return new Parser(line).elements();
    }

    /** Writes an element; quotes what is no token, such as an IPv6 address or a host with a port. */
    static void write(StringBuilder line, String forNode, @Nullable String host, String proto) {
        pair(line, "for=", forNode);
        if (host != null) {
            line.append(';');
            pair(line, "host=", host);
        }
        line.append(';');
        pair(line, "proto=", proto);
    }

    /** The node of an address (RFC 7239 §6): IPv6 in brackets. */
    static String node(@Nullable InetAddress address, @Nullable String text) {
        if (address == null || text == null) {
            return "unknown";
        }
        return text.indexOf(':') >= 0 ? '[' + text + ']' : text;
    }

    /** The address of a node, without its port; null if the node is unknown, obfuscated or no node at all. */
    static @Nullable InetAddress address(String node) {
        if (node.startsWith("[")) {
            int end = node.indexOf(']');
            boolean port = end > 0 && end + 1 < node.length();
            if (end < 0 || (port && node.charAt(end + 1) != ':')) {
                return null;
            }
            return IpAddress.parseBracketed(node.substring(1, end));
        }
        int colon = node.indexOf(':');
        boolean oneColon = colon >= 0 && node.indexOf(':', colon + 1) < 0;
        return IpAddress.parse(oneColon ? node.substring(0, colon) : node);
    }

    private static void pair(StringBuilder line, String nameAndEquals, String value) {
        line.append(nameAndEquals);
        if (FieldSyntax.isToken(value)) {
            line.append(value);
            return;
        }
        line.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\');
            }
            line.append(c);
        }
        line.append('"');
    }

    /** Reads {@code name=value;name="value", name=value}, with blanks around commas and semicolons. */
    private static final class Parser {

        private final String line;
        private int at;

        Parser(String line) {
            this.line = line;
        }

        @Nullable
        List<ForwardedElement> elements() {
            List<ForwardedElement> elements = new ArrayList<>(4);
            do {
                Map<String, String> pairs = new HashMap<>();
                if (!element(pairs)) {
                    return null;
                }
                if (!pairs.isEmpty()) { // RFC 9110 §5.6.1.2: empty members of a list count for nothing
                    elements.add(new ForwardedElement(pairs.get("for"), pairs.get("proto"), pairs.get("host")));
                }
            } while (skip(','));
            return at == line.length() ? elements : null;
        }

        private boolean element(Map<String, String> pairs) {
            do {
                blanks();
                String name = token().toLowerCase(Locale.ROOT);
                if (name.isEmpty()) {
                    continue;
                }
                String value = at < line.length() && line.charAt(at++) == '=' ? value() : null;
                // RFC 7239 §4: each parameter once.
                if (value == null || pairs.put(name, value) != null) {
                    return false;
                }
                blanks();
            } while (skip(';'));
            return true;
        }

        private @Nullable String value() {
            if (!skip('"')) {
                String token = token();
                return token.isEmpty() ? null : token;
            }
            StringBuilder value = new StringBuilder();
            while (at < line.length()) {
                char c = line.charAt(at++);
                if (c == '"') {
                    return value.toString();
                }
                if (c == '\\') {
                    if (at == line.length()) {
                        return null;
                    }
                    c = line.charAt(at++);
                }
                value.append(c);
            }
            return null;
        }

        private String token() {
            int start = at;
            while (at < line.length() && FieldSyntax.isTokenCharacter(line.charAt(at))) {
                at++;
            }
            return line.substring(start, at);
        }

        private void blanks() {
            while (at < line.length() && (line.charAt(at) == ' ' || line.charAt(at) == '\t')) {
                at++;
            }
        }

        private boolean skip(char c) {
            if (at < line.length() && line.charAt(at) == c) {
                at++;
                return true;
            }
            return false;
        }
    }
}
