package dev.gatehouse.internal.rules;

import dev.gatehouse.http.Headers;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Some of the fields of a section, chosen before anything is copied, so that one copy is enough. */
final class Selection {

    private final Headers headers;
    private @Nullable BitSet dropped;

    Selection(Headers headers) {
        this.headers = headers;
    }

    void drop(int index) {
        if (dropped == null) {
            dropped = new BitSet(headers.size());
        }
        dropped.set(index);
    }

    boolean has(int index) {
        return dropped == null || !dropped.get(index);
    }

    /** What is left: the same instance if that is everything. */
    Headers headers() {
        return dropped == null ? headers : toBuilder(0).build();
    }

    /** A builder with what is left and room for exactly so many fields more. */
    Headers.Builder toBuilder(int more) {
        int left = headers.size() - (dropped == null ? 0 : dropped.cardinality());
        Headers.Builder builder = Headers.builder(left + more);
        for (int i = 0; i < headers.size(); i++) {
            if (has(i)) {
                builder.addParsed(headers.name(i), headers.value(i));
            }
        }
        return builder;
    }
}
