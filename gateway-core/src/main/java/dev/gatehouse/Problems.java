package dev.gatehouse;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Notes what is wrong with one part of the configuration, instead of stopping at the first fault. */
final class Problems {

    private final List<String> all;
    private final String where;

    /**
     * The notes of a part.
     *
     * @param all the list that all parts share
     * @param where what each problem of this part begins with
     */
    Problems(List<String> all, String where) {
        this.all = all;
        this.where = where;
    }

    void add(String problem) {
        all.add(where + ": " + problem);
    }

    /** Notes a value that is out of its range; tells whether it is in it. */
    boolean check(boolean holds, String setting, @Nullable Object value, String expected) {
        if (!holds) {
            add(setting + ": " + value + " (expected: " + expected + ")");
        }
        return holds;
    }

    /** Notes a null where callers must not give one; tells whether there is a value. */
    boolean given(String setting, @Nullable Object value) {
        return check(value != null, setting, null, "a value");
    }

    /** Runs code that may refuse its arguments; null, with a note of what it says, if it does. */
    <T> @Nullable T get(Supplier<T> part) {
        try {
            return part.get();
        } catch (IllegalArgumentException e) {
            add(e.getMessage() == null ? e.toString() : e.getMessage());
        } catch (NullPointerException e) {
            // A null among our arguments is noted above, so this is a fault in other code: name what it is.
            add(e.toString());
        }
        return null;
    }

    /** Runs code that may refuse its arguments, and notes what it says; tells whether it ran to its end. */
    boolean collect(Runnable part) {
        Boolean ended = get(() -> {
            part.run();
            return true;
        });
        return ended != null;
    }

    /** Applies a change of a setting that has settings of its own, if there is one, and notes what is wrong there. */
    void change(String setting, @Nullable Object change, Runnable apply) {
        if (given(setting, change)) {
            of(setting).collect(apply);
        }
    }

    /** Notes on a setting of this part that has settings of its own. */
    Problems of(String setting) {
        return new Problems(all, where + ": " + setting);
    }
}
