package dev.gatehouse.internal.routing;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/** Collects the methods of the routes that would take a request but for its own. */
final class AllowedMethods<T> implements Trace<T> {

    private final SortedSet<String> methods = new TreeSet<>();

    @Override
    public void wrongMethod(Entry<T> entry) {
        methods.addAll(entry.accepted());
    }

    /** With HEAD wherever GET is; empty if no route has the path. */
    SortedSet<String> methods() {
        return Collections.unmodifiableSortedSet(methods);
    }
}
