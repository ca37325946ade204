package dev.gatehouse.internal.routing;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values by text, found by a part of a longer text without making a copy of that part. Immutable.
 *
 * @param <V> the values
 */
final class TextMap<V> {

    private final @Nullable Slot<V>[] slots;

    /** The length is a power of two. */
    private final int mask;

    /** One that holds the same as a map does now. */
    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type; nothing but Slot<V> gets in
    TextMap(Map<String, V> values) {
        // At most half full, so that a text that is not there is soon known not to be.
        int size = values.isEmpty() ? 1 : Integer.highestOneBit(values.size()) * 4;
        this.slots = new Slot[size];
        this.mask = size - 1;
        values.forEach((text, value) -> {
            int i = spread(text.hashCode()) & mask;
            while (slots[i] != null) {
                i = (i + 1) & mask;
            }
            slots[i] = new Slot<>(text, text.hashCode(), value);
        });
    }

    private record Slot<V>(String text, int hash, V value) {}

    boolean isEmpty() {
        return mask == 0;
    }

    /** The value of a text; null if there is none. */
    @Nullable
    V get(String text) {
        return get(text, 0, text.length(), text.hashCode());
    }

    /** The value of a part of a text; null if there is none. */
    @Nullable
    V get(String text, int start, int end) {
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = nextHash(hash, text.charAt(i));
        }
        return get(text, start, end, hash);
    }

    /** The value of a part of a text whose hash is known; null if there is none. */
    @Nullable
    V get(String text, int start, int end, int hash) {
        int i = spread(hash) & mask;
        for (Slot<V> slot = slots[i]; slot != null; slot = slots[i]) {
            if (slot.hash == hash && slot.text.length() == end - start && text.startsWith(slot.text, start)) {
                return slot.value;
            }
            i = (i + 1) & mask;
        }
        return null;
    }

    /** The hash of a text, from that of all but its last character; 0 is that of the empty text. As strings do it. */
    static int nextHash(int hash, char last) {
        return 31 * hash + last;
    }

    /**
     * Hashes of texts that differ in their last characters only are near each other, and would fill neighbouring slots.
     * This is the last step of MurmurHash3, in which each bit changes each other.
     */
    private static int spread(int hash) {
        int h = hash;
        h = (h ^ (h >>> 16)) * 0x85ebca6b;
        h = (h ^ (h >>> 13)) * 0xc2b2ae35;
        return h ^ (h >>> 16);
    }
}
