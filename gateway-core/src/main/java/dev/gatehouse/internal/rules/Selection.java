package dev.gatehouse.internal.rules;

import dev.gatehouse.http.Headers;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Some of the fields of a section, chosen before anything is copied, so that one copy is enough. */
final class Selection {

    private final Headers headers;
    /** For the first 64 fields, which is nearly always all of them. */
    private long first;

    private @Nullable BitSet others;
    private int count;

    Selection(Headers headers) {
        this.headers = headers;
    }

    /** Leaves a field out; at most once for each. */
    void drop(int index) {
        count++;
        if (index < Long.SIZE) {
            first |= 1L << index;
            return;
        }
        if (others == null) {
            others = new BitSet(headers.size());
        }
        others.set(index);
    }

    boolean has(int index) {
        return index < Long.SIZE ? (first & 1L << index) == 0 : others == null || !others.get(index);
    }

    /** What is left: the same instance if that is everything. */
    Headers headers() {
        return count == 0 ? headers : toBuilder(0).build();
    }

    /** A builder with what is left and room for exactly so many fields more. */
    Headers.Builder toBuilder(int more) {
        int left = headers.size() - count;
        Headers.Builder builder = Headers.builder(left + more);
        for (int i = 0; i < headers.size(); i++) {
            if (has(i)) {
                builder.addParsed(headers.name(i), headers.value(i));
            }
        }
        return builder;
    }
}
