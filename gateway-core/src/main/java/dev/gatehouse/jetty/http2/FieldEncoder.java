package dev.gatehouse.jetty.http2;

import dev.gatehouse.http.Headers;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http2.hpack.HpackContext;
import org.eclipse.jetty.http2.hpack.HpackEncoder;

/**
 * Compresses the field sections that one connection sends (RFC 7541). On the loop's thread only, and in the order in which
 * they are sent.
 */
public final class FieldEncoder {

    /** No code of HPACK's is longer than 30 bits, so that is enough for any text and the integers before it. */
    private static final int BYTES_PER_CHARACTER = 4;

    private static final int INTEGERS = 16;
    private static final HttpField[] STATUSES = new HttpField[600];

    private final HpackEncoder hpack = new HpackEncoder();
    private ByteBuffer block = ByteBuffer.allocate(1024);

    /** The smallest table since the last section, which the peer must be told of (RFC 7541 §4.2). */
    private int smallest = HpackContext.DEFAULT_MAX_TABLE_CAPACITY;

    /** An encoder whose peer has said nothing yet. */
    FieldEncoder() {}

    /** The peer keeps a table of at most so many bytes, an unsigned number; we never use more than the default. */
    void maxTable(int bytes) {
        int capacity = bytes < 0
                ? HpackContext.DEFAULT_MAX_TABLE_CAPACITY
                : Math.min(bytes, HpackContext.DEFAULT_MAX_TABLE_CAPACITY);
        hpack.setMaxTableCapacity(capacity);
        hpack.setTableCapacity(capacity);
        smallest = Math.min(smallest, capacity);
    }

    /** Begins a section. */
    void begin() {
        block.clear();
        int capacity = hpack.getTableCapacity();
        if (smallest < hpack.getHpackContext().getMaxDynamicTableSize()) {
            hpack.encodeMaxDynamicTableSize(block, smallest);
        }
        if (capacity != hpack.getHpackContext().getMaxDynamicTableSize()) {
            hpack.encodeMaxDynamicTableSize(block, capacity);
        }
        smallest = capacity;
    }

    /**
     * Adds a field of any kind.
     *
     * @param field its name in any case
     * @return this encoder
     */
    public FieldEncoder field(HttpField field) {
        int needed = BYTES_PER_CHARACTER
                        * (field.getName().length() + field.getValue().length())
                + INTEGERS;
        if (block.remaining() < needed) {
            ByteBuffer larger = ByteBuffer.allocate(2 * block.capacity() + needed);
            block = larger.put(block.flip());
        }
        hpack.encode(block, field);
        return this;
    }

    /**
     * Adds a field.
     *
     * @param name in any case
     * @param value the value
     * @return this encoder
     */
    public FieldEncoder field(String name, String value) {
        return field(new HttpField(name, value));
    }

    /**
     * Adds fields.
     *
     * @param headers the fields
     * @return this encoder
     */
    public FieldEncoder fields(Headers headers) {
        for (int i = 0; i < headers.size(); i++) {
            field(headers.name(i), headers.value(i));
        }
        return this;
    }

    /**
     * Adds the status of a response (RFC 9113 §8.3.2).
     *
     * @param status 100 to 599
     * @return this encoder
     */
    public FieldEncoder status(int status) {
        HttpField known = STATUSES[status];
        if (known == null) {
            known = new HttpField(HttpHeader.C_STATUS, Integer.toString(status));
            STATUSES[status] = known;
        }
        return field(known);
    }

    /** What has been added since the section began; valid until the next one begins. */
    ByteBuffer end() {
        return block.flip();
    }
}
