package dev.gatehouse.jetty.http1;

import dev.gatehouse.http.Headers;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Writes a header section of HTTP/1.1 byte by byte: what goes in has been checked where it came from. Used again for the
 * next one. Not safe for use by several threads.
 */
public final class HeadWriter {

    private byte[] bytes = new byte[512];
    private int length;

    /**
     * Begins anew.
     *
     * @return this writer
     */
    public HeadWriter clear() {
        length = 0;
        return this;
    }

    /**
     * Writes text, one byte for each character.
     *
     * @param text without characters beyond U+00FF
     * @return this writer
     */
    @SuppressWarnings(
            "deprecation") // getBytes(int, int, byte[], int) is what is meant here: the low bytes, copied at once
    public HeadWriter text(String text) {
        int more = text.length();
        reserve(more);
        text.getBytes(0, more, bytes, length);
        length += more;
        return this;
    }

    /**
     * Writes bytes as they are.
     *
     * @param encoded the bytes
     * @return this writer
     */
    public HeadWriter bytes(byte[] encoded) {
        reserve(encoded.length);
        System.arraycopy(encoded, 0, bytes, length, encoded.length);
        length += encoded.length;
        return this;
    }

    /**
     * Writes a field line.
     *
     * @param name its name
     * @param value its value
     * @return this writer
     */
    public HeadWriter field(String name, String value) {
        text(name);
        reserve(2);
        bytes[length++] = ':';
        bytes[length++] = ' ';
        return text(value).line();
    }

    /**
     * Writes the field lines of a section.
     *
     * @param fields the fields
     * @return this writer
     */
    public HeadWriter fields(Headers fields) {
        for (int i = 0; i < fields.size(); i++) {
            field(fields.name(i), fields.value(i));
        }
        return this;
    }

    /**
     * Writes a decimal number.
     *
     * @param number zero or more
     * @return this writer
     */
    public HeadWriter number(long number) {
        int digits = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        reserve(digits);
        long rest = number;
        for (int i = length + digits - 1; i >= length; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
        return this;
    }

    /**
     * Ends a line.
     *
     * @return this writer
     */
    public HeadWriter line() {
        reserve(2);
        bytes[length++] = '\r';
        bytes[length++] = '\n';
        return this;
    }

    /**
     * How much has been written.
     *
     * @return the number of bytes
     */
    public int length() {
        return length;
    }

    /**
     * What has been written.
     *
     * @return a view, valid until more is written
     */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes, 0, length);
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }
}
