package dev.gatehouse.filters;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Lines as bytes, one after the other. All that is appended is ASCII. For one thread. */
final class LineBuffer {

    /** Which characters stand for themselves in a quoted field and in a JSON string. */
    private static final boolean[] PLAIN = new boolean[128];

    static {
        for (char c = ' '; c < 0x7f; c++) {
            PLAIN[c] = c != '"' && c != '\\';
        }
    }

    /** Longer than the longest number. */
    private static final int NUMBER = 20;

    private byte[] bytes;
    private int length;

    /**
     * An empty buffer.
     *
     * @param capacity bytes to make room for; it grows when they do not suffice
     */
    LineBuffer(int capacity) {
        bytes = new byte[capacity];
    }

    int length() {
        return length;
    }

    /** The bytes, {@link #length()} of which count. */
    byte[] bytes() {
        return bytes;
    }

    char last() {
        return (char) bytes[length - 1];
    }

    LineBuffer append(char ascii) {
        room(1);
        bytes[length++] = (byte) ascii;
        return this;
    }

    /** Appends text of our own as it is. */
    @SuppressWarnings("deprecation") // the only way to copy a String's bytes without making an array
    LineBuffer append(String ascii) {
        int count = ascii.length();
        room(count);
        ascii.getBytes(0, count, bytes, length);
        length += count;
        return this;
    }

    /** Appends all of another buffer. */
    LineBuffer append(LineBuffer other) {
        room(other.length);
        System.arraycopy(other.bytes, 0, bytes, length, other.length);
        length += other.length;
        return this;
    }

    /** Appends text from outside up to the first character that must be escaped. Returns its index, or the end. */
    int appendPlain(String text, int start, int end) {
        room(end - start);
        byte[] to = bytes;
        int at = length;
        int i = start;
        for (; i < end; i++) {
            char c = text.charAt(i);
            if (c >= PLAIN.length || !PLAIN[c]) {
                break;
            }
            to[at++] = (byte) c;
        }
        length = at;
        return i;
    }

    /** Appends a number, 0 or more. */
    LineBuffer append(long number) {
        room(NUMBER);
        int digits = 1;
        for (long rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        length += digits;
        long rest = number;
        for (int i = length; digits > 0; digits--) {
            bytes[--i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return this;
    }

    /** Appends a number with zeros before it. */
    LineBuffer append(int number, int digits) {
        room(digits);
        length += digits;
        int rest = number;
        for (int i = 1; i <= digits; i++) {
            bytes[length - i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return this;
    }

    private void room(int more) {
        if (more > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.US_ASCII);
    }
}
