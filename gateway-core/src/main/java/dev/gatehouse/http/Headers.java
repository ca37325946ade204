package dev.gatehouse.http;

import static dev.gatehouse.internal.syntax.FieldSyntax.sameName;

import dev.gatehouse.internal.syntax.FieldSyntax;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a header or trailer section (RFC 9110 §5), in the order in which they came.
 *
 * <p>Names compare without regard to case and keep the case they came with. A name may occur more than once. Instances
 * are immutable; each {@code with…} method returns a changed copy, or this instance if nothing changes.
 *
 * <p>Names and values are checked when they are set: a name must be a token (RFC 9110 §5.1), a value holds no control
 * character but the tab, and nothing beyond U+00FF, so that no filter can split a message.
 */
public final class Headers implements Iterable<Headers.Field> {

    private static final Headers EMPTY = new Headers(new String[0]);

    /** Names at even positions, their values at the following odd ones. Never changed once it is here. */
    private final String[] fields;

    private Headers(String[] fields) {
        this.fields = fields;
    }

    /**
     * One field line.
     *
     * @param name the name as it came
     * @param value the value without surrounding white space
     */
    public record Field(String name, String value) {}

    /**
     * No fields.
     *
     * @return the shared empty instance
     */
    public static Headers empty() {
        return EMPTY;
    }

    /**
     * Fields from names and values in turn.
     *
     * @param namesAndValues {@code name, value, name, value, …}
     * @return the fields
     * @throws IllegalArgumentException if the count is odd, or a name or value is not allowed
     */
    public static Headers of(String... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("names and values must come in pairs, got " + namesAndValues.length);
        }
        Builder builder = builder(namesAndValues.length / 2);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            builder.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return builder.build();
    }

    /** A builder without fields. */
    public static Builder builder() {
        return builder(8);
    }

    /**
     * A builder without fields.
     *
     * @param expectedFields how many fields to make room for
     * @return a new builder
     */
    public static Builder builder(int expectedFields) {
        return new Builder(new String[2 * expectedFields], 0);
    }

    /**
     * A builder that starts with these fields.
     *
     * @return a new builder
     */
    public Builder toBuilder() {
        return toBuilder(4);
    }

    private Builder toBuilder(int room) {
        return new Builder(Arrays.copyOf(fields, fields.length + 2 * room), fields.length);
    }

    /**
     * How many field lines there are.
     *
     * @return the count, 0 or more
     */
    public int size() {
        return fields.length / 2;
    }

    /**
     * The name of a field line.
     *
     * @param index 0 to {@link #size()} - 1
     * @return the name, in the case it came with
     */
    public String name(int index) {
        return fields[2 * index];
    }

    /**
     * The value of a field line.
     *
     * @param index 0 to {@link #size()} - 1
     * @return the value
     */
    public String value(int index) {
        return fields[2 * index + 1];
    }

    /**
     * The first value of a name, for code that runs on every request.
     *
     * @param name the name, in any case
     * @return the value, or null if there is none
     */
    public @Nullable String get(String name) {
        return find(fields, fields.length, name);
    }

    private static @Nullable String find(String[] fields, int length, String name) {
        for (int i = 0; i < length; i += 2) {
            if (sameName(fields[i], name)) {
                return fields[i + 1];
            }
        }
        return null;
    }

    /**
     * The first value of a name.
     *
     * @param name the name, in any case
     * @return the value, or empty if there is none
     */
    public Optional<String> first(String name) {
        return Optional.ofNullable(get(name));
    }

    /**
     * All values of a name, in order.
     *
     * @param name the name, in any case
     * @return the values; empty if there are none
     */
    public List<String> all(String name) {
        List<String> values = new ArrayList<>(2);
        for (int i = 0; i < fields.length; i += 2) {
            if (sameName(fields[i], name)) {
                values.add(fields[i + 1]);
            }
        }
        return values;
    }

    /**
     * Whether a name occurs.
     *
     * @param name the name, in any case
     * @return true if there is at least one such field
     */
    public boolean contains(String name) {
        return get(name) != null;
    }

    /**
     * Whether a comma-separated list field (RFC 9110 §5.6.1) has a member, compared without regard to case.
     *
     * @param name the name, in any case; all its field lines are looked at
     * @param token the member to look for
     * @return true if some line has it
     */
    public boolean containsToken(String name, String token) {
        return all(name).stream().anyMatch(list -> FieldSyntax.hasMember(list, token));
    }

    /**
     * The distinct names, in lower case and sorted.
     *
     * @return a new set
     */
    public Set<String> names() {
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < fields.length; i += 2) {
            names.add(fields[i].toLowerCase(Locale.ROOT));
        }
        return names;
    }

    /**
     * A copy in which a name has exactly this value.
     *
     * @param name the name
     * @param value the value
     * @return the changed copy
     * @throws IllegalArgumentException if the name or value is not allowed
     */
    public Headers with(String name, String value) {
        return toBuilder(contains(name) ? 0 : 1).set(name, value).build();
    }

    /**
     * A copy with one more field line at the end.
     *
     * @param name the name
     * @param value the value
     * @return the changed copy
     * @throws IllegalArgumentException if the name or value is not allowed
     */
    public Headers withAdded(String name, String value) {
        return toBuilder(1).add(name, value).build();
    }

    /**
     * A copy without a name.
     *
     * @param name the name, in any case
     * @return the changed copy, or this instance if the name does not occur
     */
    public Headers without(String name) {
        return contains(name) ? toBuilder(0).remove(name).build() : this;
    }

    @Override
    public Iterator<Field> iterator() {
        return new FieldIterator(this);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Headers that && Arrays.equals(fields, that.fields);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(fields);
    }

    /** Names only: values may be secrets. */
    @Override
    public String toString() {
        return names().toString();
    }

    /** Collects fields. Not safe for use by several threads. */
    public static final class Builder {

        private String[] fields;
        private int length;

        /** Whether the array is full and was handed to what was built: the next change needs another. */
        private boolean shared;

        private Builder(String[] fields, int length) {
            this.fields = fields;
            this.length = length;
        }

        /**
         * Adds a field line at the end.
         *
         * @param name the name
         * @param value the value
         * @return this builder
         * @throws IllegalArgumentException if the name or value is not allowed
         */
        public Builder add(String name, String value) {
            FieldSyntax.checkName(name);
            FieldSyntax.checkValue(name, value);
            return addParsed(name, value);
        }

        /**
         * Adds a field line as a server's or client's parser gave it, without a check. For hosts and transports only: the
         * gateway judges what they bring.
         *
         * @param name the name
         * @param value the value
         * @return this builder
         */
        public Builder addParsed(String name, String value) {
            if (length == fields.length) {
                fields = Arrays.copyOf(fields, Math.max(16, 2 * length));
                shared = false;
            }
            fields[length] = Objects.requireNonNull(name);
            fields[length + 1] = Objects.requireNonNull(value);
            length += 2;
            return this;
        }

        /**
         * Gives a name exactly one value, at the place of its first field line, or else at the end.
         *
         * @param name the name
         * @param value the value
         * @return this builder
         * @throws IllegalArgumentException if the name or value is not allowed
         */
        public Builder set(String name, String value) {
            FieldSyntax.checkName(name);
            FieldSyntax.checkValue(name, value);
            for (int i = 0; i < length; i += 2) {
                if (sameName(fields[i], name)) {
                    unshare();
                    fields[i] = name;
                    fields[i + 1] = value;
                    removeFrom(i + 2, field -> sameName(field, name));
                    return this;
                }
            }
            return addParsed(name, value);
        }

        /**
         * Removes all field lines of a name.
         *
         * @param name the name, in any case
         * @return this builder
         */
        public Builder remove(String name) {
            return get(name) == null ? this : removeIf(field -> sameName(field, name));
        }

        /**
         * Removes all field lines whose name passes a test.
         *
         * @param test told the name as it came
         * @return this builder
         */
        public Builder removeIf(Predicate<String> test) {
            removeFrom(0, test);
            return this;
        }

        /**
         * The first value of a name.
         *
         * @param name the name, in any case
         * @return the value, or null if there is none
         */
        public @Nullable String get(String name) {
            return find(fields, length, name);
        }

        /**
         * The fields collected so far. The builder can be used further.
         *
         * @return an immutable copy
         */
        public Headers build() {
            if (length == 0) {
                return EMPTY;
            }
            shared = length == fields.length;
            return new Headers(shared ? fields : Arrays.copyOf(fields, length));
        }

        private void unshare() {
            if (shared) {
                fields = fields.clone();
                shared = false;
            }
        }

        private void removeFrom(int start, Predicate<String> test) {
            unshare();
            int kept = start;
            for (int i = start; i < length; i += 2) {
                if (!test.test(fields[i])) {
                    fields[kept++] = fields[i];
                    fields[kept++] = fields[i + 1];
                }
            }
            Arrays.fill(fields, kept, length, null);
            length = kept;
        }
    }
}
