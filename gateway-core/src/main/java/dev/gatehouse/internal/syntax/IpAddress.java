package dev.gatehouse.internal.syntax;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** IP addresses as text, without ever asking a name server. */
public final class IpAddress {

    private static final int GROUPS = 8;

    private IpAddress() {}

    /**
     * Reads an address in dotted decimal (no leading zeros, which some read as octal) or in a form of RFC 4291 §2.2, without
     * brackets and without a zone. An IPv4-mapped IPv6 address becomes the IPv4 address it stands for.
     *
     * @return the address, or null if the text is none
     */
    public static @Nullable InetAddress parse(String text) {
        byte[] bytes = text.indexOf(':') >= 0 ? v6(text) : v4(text, 0);
        if (bytes == null) {
            return null;
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address", e);
        }
    }

    /** Reads what stands in brackets in a URI: an IPv6 address only. Null if it is none. */
    public static @Nullable InetAddress parseBracketed(String text) {
        return text.indexOf(':') >= 0 ? parse(text) : null;
    }

    /** Writes an address the way RFC 5952 recommends, without a zone. */
    public static String format(InetAddress address) {
        return address instanceof Inet4Address ? address.getHostAddress() : formatV6(address.getAddress());
    }

    private static byte @Nullable [] v4(String text, int from) {
        byte[] bytes = new byte[4];
        int at = from;
        for (int i = 0; i < 4; i++) {
            int value = 0;
            int start = at;
            while (at < text.length() && at - start < 3 && FieldSyntax.isDigit(text.charAt(at))) {
                value = 10 * value + text.charAt(at++) - '0';
            }
            boolean leadingZero = at - start > 1 && text.charAt(start) == '0';
            if (at == start || value > 255 || leadingZero) {
                return null;
            }
            bytes[i] = (byte) value;
            if (i < 3 && (at == text.length() || text.charAt(at++) != '.')) {
                return null;
            }
        }
        return at == text.length() ? bytes : null;
    }

    private static byte @Nullable [] v6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            byte[] all = groups(text);
            return all != null && all.length == 2 * GROUPS ? all : null;
        }
        byte[] head = groups(text.substring(0, gap));
        byte[] tail = groups(text.substring(gap + 2));
        boolean dotted = text.lastIndexOf('.', gap) >= 0;
        // "::" stands for at least one group; an IPv4 tail can only come last.
        if (head == null || tail == null || dotted || head.length + tail.length > 2 * (GROUPS - 1)) {
            return null;
        }
        byte[] bytes = Arrays.copyOf(head, 2 * GROUPS);
        System.arraycopy(tail, 0, bytes, bytes.length - tail.length, tail.length);
        return bytes;
    }

    private static byte @Nullable [] groups(String text) {
        byte[] bytes = new byte[2 * GROUPS];
        int count = 0;
        int at = 0;
        while (at < text.length()) {
            int colon = text.indexOf(':', at);
            int end = colon < 0 ? text.length() : colon;
            if (colon < 0 && text.indexOf('.', at) >= 0) {
                byte[] last = v4(text, at);
                if (last == null || count > 2 * GROUPS - 4) {
                    return null;
                }
                System.arraycopy(last, 0, bytes, count, 4);
                return Arrays.copyOf(bytes, count + 4);
            }
            int value = hex(text, at, end);
            if (value < 0 || count == bytes.length || end == text.length() - 1) {
                return null;
            }
            bytes[count++] = (byte) (value >> 8);
            bytes[count++] = (byte) value;
            at = end + 1;
        }
        return Arrays.copyOf(bytes, count);
    }

    private static int hex(String text, int from, int to) {
        if (from == to || to - from > 4) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < to; i++) {
            int digit = hexDigit(text.charAt(i));
            if (digit < 0) {
                return -1;
            }
            value = (value << 4) | digit;
        }
        return value;
    }

    /** The value of an ASCII hexadecimal digit, or -1. */
    public static int hexDigit(char c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }

    private static String formatV6(byte[] bytes) {
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = ((bytes[2 * i] & 0xff) << 8) | (bytes[2 * i + 1] & 0xff);
        }
        int gap = 0;
        int gapLength = 1; // a single zero group is not shortened (RFC 5952 §4.2.2)
        for (int i = 0; i < GROUPS; i++) {
            int end = i;
            while (end < GROUPS && groups[end] == 0) {
                end++;
            }
            if (end - i > gapLength) {
                gap = i;
                gapLength = end - i;
            }
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < GROUPS; i++) {
            if (gapLength > 1 && i == gap) {
                text.append("::");
                i += gapLength - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }
}
