package dev.gatehouse;

import java.util.List;

/** Collects what is wrong with a configuration, instead of stopping at the first fault. */
final class Problems {

    private Problems() {}

    /** Runs a part of the configuration; what it finds wrong joins the list. */
    static void collect(List<String> problems, String where, Runnable part) {
        try {
            part.run();
        } catch (IllegalArgumentException | NullPointerException e) {
            problems.add(where + ": " + e.getMessage());
        }
    }
}
