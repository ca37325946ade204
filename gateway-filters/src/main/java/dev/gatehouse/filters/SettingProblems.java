package dev.gatehouse.filters;

import java.util.List;

/** Reports all that is wrong with the settings of a filter at once. */
final class SettingProblems {

    private SettingProblems() {}

    static void throwIfAny(String filter, List<String> problems) {
        if (problems.size() == 1) {
            throw new IllegalArgumentException(filter + ": " + problems.get(0));
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    filter + ": " + problems.size() + " problems:\n- " + String.join("\n- ", problems));
        }
    }
}
