package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects all that is wrong with some settings, instead of stopping at the first fault. */
final class SettingProblems {

    private final List<String> all = new ArrayList<>();

    /** Notes a value that is not as it must be. */
    void expect(boolean holds, String name, @Nullable Object value, String expected) {
        if (!holds) {
            all.add(name + ": " + value + " (expected: " + expected + ")");
        }
    }

    void throwIfAny() {
        if (!all.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", all));
        }
    }

    /** Whether it is more than zero, and no longer than a setting may be. */
    static boolean isTime(@Nullable Duration time) {
        return time != null && !time.isZero() && !time.isNegative() && time.compareTo(TimeSource.LONGEST) <= 0;
    }
}
