package dev.gatehouse.jetty.http2;

import dev.gatehouse.internal.syntax.FieldSyntax;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.compression.EncodingException;
import org.eclipse.jetty.http.compression.HuffmanDecoder;
import org.eclipse.jetty.http2.hpack.HpackContext;
import org.eclipse.jetty.http2.hpack.HpackEncoder;
import org.jspecify.annotations.Nullable;

/**
 * Reads the field sections that one connection receives (RFC 7541). The tables and the Huffman code are Jetty's. On the
 * loop's thread only, and in the order in which they come, those included that nobody wants.
 */
final class FieldDecoder {

    private static final int INDEXED = 0x80;
    private static final int WITH_INDEXING = 0x40;
    private static final int TABLE_SIZE = 0x20;
    private static final int HUFFMAN = 0x80;

    /** A shift further would leave an int. */
    private static final int LAST_SHIFT = 21;

    private final int maxBytes;
    private final HuffmanDecoder huffman = new HuffmanDecoder();

    /** Jetty makes tables for encoders and decoders only, and they are alike. */
    private final HpackContext tables = new HpackEncoder().getHpackContext();

    /**
     * A decoder of a new connection.
     *
     * @param maxBytes of names and values, with 32 for each field
     */
    FieldDecoder(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Reads one section.
     *
     * @return the section, or null if it is malformed (RFC 9113 §8.1.1)
     * @throws IOException if it cannot be read, so that no later one could be
     */
    @Nullable
    FieldSection decode(ByteBuffer block) throws IOException {
        SectionBuilder section = new SectionBuilder(maxBytes);
        boolean begun = false;
        while (block.hasRemaining()) {
            int first = block.get() & 0xFF;
            if ((first & INDEXED) != 0) {
                HttpField field = entry(integer(block, first, 7)).getHttpField();
                section.add(field.getName(), field.getValue());
                begun = true;
            } else if ((first & (WITH_INDEXING | TABLE_SIZE)) == TABLE_SIZE) {
                int size = integer(block, first, 5);
                if (begun || size > HpackContext.DEFAULT_MAX_TABLE_CAPACITY) {
                    throw new IOException("a change of the table's size that may not be");
                }
                tables.resize(size);
            } else {
                literal(block, first, section);
                begun = true;
            }
        }
        return section.build();
    }

    private void literal(ByteBuffer block, int first, SectionBuilder section) throws IOException {
        boolean indexing = (first & WITH_INDEXING) != 0;
        int index = integer(block, first, indexing ? 6 : 4);
        String name = index > 0 ? entry(index).getHttpField().getName() : string(block);
        String value = string(block);
        section.add(name, value);
        if (indexing) {
            tables.add(new HttpField(null, name, value));
        }
    }

    private HpackContext.Entry entry(int index) throws IOException {
        HpackContext.Entry entry = index == 0 ? null : tables.get(index);
        if (entry == null) {
            throw new IOException("an index beyond the tables");
        }
        return entry;
    }

    /** RFC 7541 §5.1. */
    private static int integer(ByteBuffer block, int first, int prefix) throws IOException {
        int most = (1 << prefix) - 1;
        int value = first & most;
        if (value < most) {
            return value;
        }
        for (int shift = 0; shift <= LAST_SHIFT && block.hasRemaining(); shift += 7) {
            int next = block.get();
            value += (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IOException("a number without end");
    }

    /** RFC 7541 §5.2. */
    private String string(ByteBuffer block) throws IOException {
        if (!block.hasRemaining()) {
            throw new IOException("a section that ends too early");
        }
        int first = block.get() & 0xFF;
        int length = integer(block, first, 7);
        if (length > block.remaining()) {
            throw new IOException("a section that ends too early");
        }
        if ((first & HUFFMAN) == 0) {
            byte[] bytes = new byte[length];
            block.get(bytes);
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
        return huffman(block, length);
    }

    private String huffman(ByteBuffer block, int length) throws IOException {
        try {
            huffman.setLength(length);
            String text = huffman.decode(block);
            if (text == null) {
                throw new IOException("a code that ends too early");
            }
            return text;
        } catch (EncodingException wrong) {
            throw new IOException("a code that is none", wrong);
        } finally {
            huffman.reset();
        }
    }

    /** Whether a name is in lower case, as each has to be in HTTP/2, with or without a colon before it. */
    static boolean isName(String name, int start) {
        for (int i = start; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!FieldSyntax.isTokenCharacter(c) || (c >= 'A' && c <= 'Z')) {
                return false;
            }
        }
        return name.length() > start;
    }
}
