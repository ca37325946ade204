package dev.gatehouse.http;

import dev.gatehouse.internal.syntax.Authority;
import dev.gatehouse.internal.syntax.IpAddress;
import dev.gatehouse.internal.syntax.Printable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The target of a request (RFC 9112 §3.2), parsed once and kept as it came. Matching, authorisation, keys and forwarding
 * all read this one object, so that no two of them can see different paths.
 *
 * <p>Any text can be parsed. What is wrong with it is in {@link #violations()}; a gateway answers 400 to a target that
 * breaks a rule which its route has not opened. Nothing is normalised: the path is split at its raw slashes, and it is
 * forwarded byte for byte as it came.
 *
 * <p>Instances are immutable. They are equal if their raw texts are.
 */
public final class RequestTarget {

    /** How a target is written (RFC 9112 §3.2). */
    public enum Form {
        /** A path and perhaps a query: {@code /orders?full=1}. */
        ORIGIN,
        /** A URI: {@code http://example.com/orders}. */
        ABSOLUTE,
        /** {@code *}, for OPTIONS only. */
        ASTERISK,
        /** {@code example.com:443}, for CONNECT only, and so always {@linkplain TargetRule#MALFORMED refused}. */
        AUTHORITY,
        /** None of these. */
        INVALID
    }

    /** Characters of a path that need no second look. */
    private static final boolean[] PLAIN = new boolean[128];

    static {
        for (char c = 0; c < PLAIN.length; c++) {
            PLAIN[c] = PathRules.isAllowed(c) && "/?.%;\\".indexOf(c) < 0;
        }
    }

    private static final RequestTarget ASTERISK = new RequestTarget("*", Form.ASTERISK, 0, 1, true);

    private final String raw;
    private final Form form;
    private final int authorityStart;
    private final int pathStart;
    private final int pathEnd;

    /** Where the segments begin: each ends before the slash that the next one begins after. */
    private final int[] starts;

    private final int segmentCount;
    private final Set<TargetRule> violations;

    private RequestTarget(String raw, Form form, int authorityStart, int pathStart, boolean wellFormed) {
        this.raw = raw;
        this.form = form;
        this.authorityStart = authorityStart;
        this.pathStart = pathStart;
        int[] slashes = new int[8];
        int count = 0;
        boolean ordinary = true;
        int i = pathStart;
        for (; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c < PLAIN.length && PLAIN[c]) {
                continue;
            }
            if (c == '?') {
                break;
            }
            boolean follows = i > pathStart && raw.charAt(i - 1) == '/';
            if (follows || (c != '/' && c != '.')) {
                ordinary = false;
            }
            if (c == '/') {
                if (count == slashes.length) {
                    slashes = Arrays.copyOf(slashes, 2 * count);
                }
                slashes[count++] = i + 1;
            }
        }
        this.pathEnd = i;
        this.starts = slashes;
        this.segmentCount = i - pathStart <= 1 ? 0 : count;
        this.violations = violations(wellFormed && isQueryAllowed(raw, i), ordinary);
    }

    private Set<TargetRule> violations(boolean wellFormed, boolean ordinary) {
        if (wellFormed && ordinary) {
            return Set.of();
        }
        Set<TargetRule> broken =
                ordinary ? EnumSet.noneOf(TargetRule.class) : PathRules.brokenBy(raw, pathStart, pathEnd);
        if (!wellFormed) {
            broken.add(TargetRule.MALFORMED);
        }
        return broken.isEmpty() ? Set.of() : Collections.unmodifiableSet(broken);
    }

    private static boolean isQueryAllowed(String raw, int start) {
        for (int i = start; i < raw.length(); i++) {
            if (!PathRules.isAllowed(raw.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Parses a target. Never throws, whatever the text.
     *
     * @param raw the text between the method and the version of a request line, or {@code :path}
     * @return the target, with what is wrong with it
     */
    public static RequestTarget parse(String raw) {
        if (raw.startsWith("/")) {
            return new RequestTarget(raw, Form.ORIGIN, 0, 0, true);
        }
        if (raw.equals("*")) {
            return ASTERISK;
        }
        int authority =
                raw.regionMatches(true, 0, "http://", 0, 7) ? 7 : raw.regionMatches(true, 0, "https://", 0, 8) ? 8 : -1;
        if (authority > 0) {
            int end = authorityEnd(raw, authority);
            boolean wellFormed = Authority.isValid(raw.substring(authority, end));
            return new RequestTarget(raw, Form.ABSOLUTE, authority, end, wellFormed);
        }
        boolean hostAndPort = raw.indexOf(':') > 0 && Authority.isValid(raw);
        return new RequestTarget(raw, hostAndPort ? Form.AUTHORITY : Form.INVALID, 0, raw.length(), false);
    }

    private static int authorityEnd(String raw, int start) {
        for (int i = start; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '/' || c == '?' || c == '#') {
                return i;
            }
        }
        return raw.length();
    }

    /**
     * The text as it came.
     *
     * @return the whole target; may hold anything if it is {@linkplain TargetRule#MALFORMED malformed}
     */
    public String raw() {
        return raw;
    }

    /**
     * How the target is written.
     *
     * @return the form
     */
    public Form form() {
        return form;
    }

    /**
     * The path as it came: percent-encoded, without the query.
     *
     * @return the path; {@code *} for the asterisk form, {@code /} for an absolute target without one, empty for a target
     *     that has no path
     */
    public String rawPath() {
        if (form == Form.ABSOLUTE && pathStart == pathEnd) {
            return "/";
        }
        return form == Form.ASTERISK ? raw : raw.substring(pathStart, pathEnd);
    }

    /**
     * The query as it came, without the question mark. No rule but {@link TargetRule#MALFORMED} concerns it.
     *
     * @return the query, perhaps empty; null if there is no question mark
     */
    public @Nullable String rawQuery() {
        return pathEnd == raw.length() ? null : raw.substring(pathEnd + 1);
    }

    /**
     * The authority of an absolute target.
     *
     * @return {@code host} or {@code host:port}; null in other forms
     */
    public @Nullable String authority() {
        return form == Form.ABSOLUTE ? raw.substring(authorityStart, pathStart) : null;
    }

    /**
     * The scheme of an absolute target. It is the client's word only: whether a connection is encrypted says
     * {@link Connection#scheme()}.
     *
     * @return {@code http} or {@code https}; null in other forms
     */
    public @Nullable String scheme() {
        return form == Form.ABSOLUTE ? authorityStart == 8 ? "https" : "http" : null;
    }

    /**
     * How many segments the path has. {@code /} has none; {@code /a/} has two, the second of which is empty.
     *
     * @return the count, 0 or more
     */
    public int segmentCount() {
        return segmentCount;
    }

    /**
     * A segment as it came.
     *
     * @param index 0 to {@link #segmentCount()} - 1
     * @return the text between two raw slashes
     */
    public String rawSegment(int index) {
        return raw.substring(segmentStart(index), segmentEnd(index));
    }

    /**
     * Where a segment begins in {@link #raw()}, for who compares segments without copying them.
     *
     * @param index 0 to {@link #segmentCount()} - 1
     * @return the index of its first character
     */
    public int segmentStart(int index) {
        Objects.checkIndex(index, segmentCount);
        return starts[index];
    }

    /**
     * Where a segment ends in {@link #raw()}.
     *
     * @param index 0 to {@link #segmentCount()} - 1
     * @return the index after its last character
     */
    public int segmentEnd(int index) {
        Objects.checkIndex(index, segmentCount);
        return index + 1 < segmentCount ? starts[index + 1] - 1 : pathEnd;
    }

    /**
     * A segment, percent-decoded as UTF-8. This is what a segment means, so it is what to compare and to bind: a client
     * can write {@code admin} as {@code %61dmin}.
     *
     * @param index 0 to {@link #segmentCount()} - 1
     * @return the text; U+FFFD stands for what is not UTF-8, and a broken percent-encoding is left as it is
     */
    public String segment(int index) {
        String segment = rawSegment(index);
        return segment.indexOf('%') < 0 ? segment : decode(segment);
    }

    /**
     * The rules that this target breaks. Computed when it was parsed.
     *
     * @return an unmodifiable set, in the order of the constants; empty for an ordinary target
     */
    public Set<TargetRule> violations() {
        return violations;
    }

    /**
     * The path and query in origin form: what is forwarded.
     *
     * @return such as {@code /orders?full=1}, or {@code *}; empty for a target that has no path
     */
    public String pathAndQuery() {
        if (form != Form.ABSOLUTE) {
            return form == Form.INVALID || form == Form.AUTHORITY ? "" : raw;
        }
        return pathStart == pathEnd ? "/" + raw.substring(pathEnd) : raw.substring(pathStart);
    }

    /**
     * A target with another path and the same query, in origin form. It is judged by the same rules: see its
     * {@link #violations()}.
     *
     * @param path the path, percent-encoded, from its leading slash
     * @return the changed copy
     * @throws IllegalArgumentException if it can never be sent: it begins with no slash, holds {@code ?}, or is
     *     {@linkplain TargetRule#MALFORMED malformed}
     */
    public RequestTarget withRawPath(String path) {
        if (!path.startsWith("/") || path.indexOf('?') >= 0) {
            throw new IllegalArgumentException("not a path: \"" + Printable.of(path) + '"');
        }
        return sendable(parse(path + raw.substring(pathEnd)));
    }

    /**
     * A target with the same path and another query, in origin form.
     *
     * @param query the query without a question mark, percent-encoded; null for none
     * @return the changed copy
     * @throws IllegalArgumentException if it can never be sent: it holds control characters, spaces, {@code #} or other
     *     than ASCII, or this target has no path that a query could follow
     */
    public RequestTarget withRawQuery(@Nullable String query) {
        return sendable(parse(query == null ? rawPath() : rawPath() + '?' + query));
    }

    private static RequestTarget sendable(RequestTarget changed) {
        if (changed.violations.contains(TargetRule.MALFORMED)) {
            throw new IllegalArgumentException("not a request target: \"" + changed + '"');
        }
        return changed;
    }

    private static String decode(String segment) {
        byte[] bytes = new byte[segment.length()];
        int count = 0;
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            int high = c == '%' && i + 2 < segment.length() ? IpAddress.hexDigit(segment.charAt(i + 1)) : -1;
            int low = high >= 0 ? IpAddress.hexDigit(segment.charAt(i + 2)) : -1;
            if (low >= 0) {
                bytes[count++] = (byte) ((high << 4) | low);
                i += 2;
            } else {
                // Only a malformed target has other than ASCII here.
                bytes[count++] = c < 0x80 ? (byte) c : (byte) 0xff;
            }
        }
        return new String(bytes, 0, count, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RequestTarget that && raw.equals(that.raw);
    }

    @Override
    public int hashCode() {
        return raw.hashCode();
    }

    /** The path, on one line, with the query masked: queries may hold secrets. */
    @Override
    public String toString() {
        String path = form == Form.INVALID || form == Form.AUTHORITY ? "(" + form + ")" : Printable.of(rawPath());
        return pathEnd == raw.length() ? path : path + "?***";
    }
}
