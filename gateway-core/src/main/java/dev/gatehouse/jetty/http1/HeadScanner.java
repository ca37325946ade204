package dev.gatehouse.jetty.http1;

import dev.gatehouse.http.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads a header section of HTTP/1.1 that has arrived as a whole and has nothing unusual about it, which is nearly every
 * one. Whatever else comes is left untouched, for Jetty's parser to judge: a line that does not end in CR LF, a character
 * that is not allowed, a transfer coding, an expectation. So this reads faster and never more.
 *
 * <p>Lines that come again and again, as they do over one connection, are kept with what they say. Not safe for use by
 * several threads; one for each loop is enough.
 */
public final class HeadScanner {

    private static final int MOST_BYTES = 8 * 1024;
    private static final int MOST_KEPT = 128;
    private static final int SLOTS = 512;
    private static final byte[] VERSION = "HTTP/1.1".getBytes(StandardCharsets.US_ASCII);

    /** What may stand in a name, and in a target (beside what may stand in a name). */
    private static final boolean[] TOKEN = new boolean[128];

    static {
        for (char c = '!'; c < 0x7f; c++) {
            TOKEN[c] = Character.isLetterOrDigit(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
        }
    }

    private final byte[] bytes = new byte[MOST_BYTES];
    private final @Nullable HeadLine[] lines = new @Nullable HeadLine[SLOTS];
    private final int[] seen = new int[SLOTS];

    private int end;
    private String method = "";
    private String target = "";
    private int status;
    private HeadLine[] taken = new HeadLine[32];
    private int count;
    private long length;
    private boolean closes;
    private boolean hostSeen;

    /**
     * Reads a request whose content, if there is any, has its length announced.
     *
     * @param buffer what has arrived; its position moves behind the section if that is understood, and stays otherwise
     * @param maxBytes how long the section may be
     * @return whether it is understood
     */
    public boolean request(ByteBuffer buffer, int maxBytes) {
        begin(buffer, maxBytes);
        int blank = token(0);
        if (blank == 0 || blank >= end || bytes[blank] != ' ') {
            return false;
        }
        int second = visible(blank + 1);
        if (second == blank + 1 || second + VERSION.length + 2 >= end || bytes[second] != ' ') {
            return false;
        }
        int version = second + 1;
        if (!Arrays.equals(bytes, version, version + VERSION.length, VERSION, 0, VERSION.length)) {
            return false;
        }
        int after = lineEnd(version + VERSION.length);
        if (after < 0 || !fields(after) || !hostSeen) {
            return false;
        }
        method = method(blank);
        target = text(blank + 1, second);
        consume(buffer);
        return true;
    }

    /**
     * Reads a final response whose length is announced, or that can have no content.
     *
     * @param buffer what has arrived; its position moves behind the section if that is understood, and stays otherwise
     * @param maxBytes how long the section may be
     * @param headOnly whether it answers HEAD
     * @return whether it is understood
     */
    public boolean response(ByteBuffer buffer, int maxBytes, boolean headOnly) {
        begin(buffer, maxBytes);
        int digits = VERSION.length + 1;
        if (digits + 6 > end
                || bytes[digits - 1] != ' '
                || bytes[digits + 3] != ' '
                || !Arrays.equals(bytes, 0, digits - 1, VERSION, 0, VERSION.length)) {
            return false;
        }
        status = number(digits, digits + 3);
        if (status < 200 || status > 599) {
            return false;
        }
        int after = lineEnd(reason(digits + 4));
        if (after < 0 || !fields(after)) {
            return false;
        }
        boolean empty = headOnly || status == 204 || status == 304;
        if (length < 0 && !empty) {
            return false;
        }
        consume(buffer);
        return true;
    }

    private void begin(ByteBuffer buffer, int maxBytes) {
        end = Math.min(buffer.remaining(), Math.min(MOST_BYTES, maxBytes));
        buffer.get(buffer.position(), bytes, 0, end);
        count = 0;
        length = -1;
        closes = false;
        hostSeen = false;
    }

    /** Reads field lines up to the empty one; false if there is anything unusual, or no empty one. */
    private boolean fields(int first) {
        int at = first;
        while (at + 1 < end) {
            if (bytes[at] == '\r') {
                if (bytes[at + 1] != '\n') {
                    return false;
                }
                end = at + 2;
                return true;
            }
            int hash = 1;
            int stop = at;
            while (stop < end && bytes[stop] != '\r') {
                hash = 31 * hash + bytes[stop++];
            }
            if (stop + 1 >= end || bytes[stop + 1] != '\n') {
                return false;
            }
            HeadLine line = line(at, stop, hash);
            if (line == null || !take(line)) {
                return false;
            }
            at = stop + 2;
        }
        return false;
    }

    private boolean take(HeadLine line) {
        switch (line.meaning) {
            case NONE -> {}
            case HOST -> {
                if (hostSeen) {
                    return false;
                }
                hostSeen = true;
            }
            case LENGTH -> {
                if (length >= 0) {
                    return false;
                }
                length = Long.parseLong(line.value);
            }
            case CLOSES -> closes = true;
            case UNUSUAL -> {
                return false;
            }
        }
        if (count == taken.length) {
            taken = Arrays.copyOf(taken, 2 * count);
        }
        taken[count++] = line;
        return true;
    }

    private @Nullable HeadLine line(int from, int to, int hash) {
        int slot = (hash ^ hash >>> 16) & (SLOTS - 1);
        HeadLine known = lines[slot];
        if (known != null && Arrays.equals(bytes, from, to, known.bytes, 0, known.bytes.length)) {
            return known;
        }
        HeadLine parsed = parse(from, to);
        if (parsed != null && to - from <= MOST_KEPT) {
            // What comes once, such as the id of a request, must not drive out what comes always.
            if (seen[slot] == hash) {
                lines[slot] = parsed.keptAs(Arrays.copyOfRange(bytes, from, to));
            }
            seen[slot] = hash;
        }
        return parsed;
    }

    private @Nullable HeadLine parse(int from, int to) {
        int colon = token(from);
        if (colon == from || colon >= to || bytes[colon] != ':' || value(colon + 1) != to) {
            return null;
        }
        int first = colon + 1;
        int last = to;
        while (first < last && isBlank(bytes[first])) {
            first++;
        }
        while (last > first && isBlank(bytes[last - 1])) {
            last--;
        }
        String name = text(from, colon);
        String value = text(first, last);
        return HeadLine.of(name, value);
    }

    private int token(int from) {
        int at = from;
        while (at < end && bytes[at] > 0 && TOKEN[bytes[at]]) {
            at++;
        }
        return at;
    }

    private int visible(int from) {
        int at = from;
        while (at < end && bytes[at] > ' ' && bytes[at] < 0x7f) {
            at++;
        }
        return at;
    }

    private int reason(int from) {
        int at = from;
        while (at < end && bytes[at] >= ' ' && bytes[at] < 0x7f) {
            at++;
        }
        return at;
    }

    /** To the end of a field value: tab, blanks, visible characters of ASCII. */
    private int value(int from) {
        int at = from;
        while (at < end && ((bytes[at] >= ' ' && bytes[at] < 0x7f) || bytes[at] == '\t')) {
            at++;
        }
        return at;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    /** Behind the CR LF that must stand here; -1 if it does not. */
    private int lineEnd(int at) {
        return at + 1 < end && bytes[at] == '\r' && bytes[at + 1] == '\n' ? at + 2 : -1;
    }

    private int number(int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = 10 * number + digit;
        }
        return number;
    }

    private String method(int to) {
        return to == 3 && bytes[0] == 'G' && bytes[1] == 'E' && bytes[2] == 'T' ? "GET" : text(0, to);
    }

    private String text(int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private void consume(ByteBuffer buffer) {
        buffer.position(buffer.position() + end);
    }

    /**
     * The method of the request that was read last.
     *
     * @return a token
     */
    public String method() {
        return method;
    }

    /**
     * The target of the request that was read last.
     *
     * @return the target as it came
     */
    public String target() {
        return target;
    }

    /**
     * The status of the response that was read last.
     *
     * @return 200 to 599
     */
    public int status() {
        return status;
    }

    /**
     * The fields that were read last.
     *
     * @return the section, in order
     */
    public Headers headers() {
        Headers.Builder fields = Headers.builder(count);
        for (int i = 0; i < count; i++) {
            fields.addParsed(taken[i].name, taken[i].value);
        }
        return fields.build();
    }

    /**
     * The announced length of what was read last.
     *
     * @return the value of {@code Content-Length}, or -1 if there is none
     */
    public long length() {
        return length;
    }

    /**
     * Whether the other side closes the connection afterwards.
     *
     * @return true for {@code Connection: close}
     */
    public boolean closes() {
        return closes;
    }
}
