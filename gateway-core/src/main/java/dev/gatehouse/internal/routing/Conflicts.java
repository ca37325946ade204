package dev.gatehouse.internal.routing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the routes of one template that are equally specific and can both match some request. They are found by the
 * values that they ask for, not by comparing each with each: thousands of routes may share a template and differ in the
 * value of a header.
 */
final class Conflicts {

    /** As many as one can read. That many routes could conflict with each other in far more ways. */
    private static final int LISTED = 100;

    private final List<String> problems = new ArrayList<>();
    private final Set<String> twice = new HashSet<>();
    private boolean more;

    /**
     * What kind of conditions a route has. Any two routes with conditions on the same names are in conflict if their
     * values are the same, and can be told apart by them if not.
     *
     * @param valued what must have a certain value, sorted
     * @param present what must only be there, sorted
     */
    private record Shape(boolean anyMethod, Set<String> valued, Set<String> present) {

        static Shape of(Entry<?> entry) {
            Set<String> valued = new TreeSet<>();
            Set<String> present = new TreeSet<>();
            for (Condition condition : entry.pattern().conditions()) {
                (condition.value() == null ? present : valued).add(condition.subject());
            }
            return new Shape(entry.pattern().methods().isEmpty(), valued, present);
        }

        boolean isAsSpecificAs(Shape other) {
            return anyMethod == other.anyMethod
                    && valued.size() + present.size() == other.valued.size() + other.present.size();
        }
    }

    /**
     * What two routes must have in common to be in conflict.
     *
     * @param method a method that it names; empty for any
     * @param values what it asks of the names that both ask a value of
     */
    private record Key(String method, List<@Nullable String> values) {}

    /** Checks the routes of one host and path template, in the order in which they were added. */
    void check(List<? extends Entry<?>> place) {
        if (place.size() < 2) {
            return;
        }
        Map<Shape, List<Entry<?>>> shapes =
                place.stream().collect(Collectors.groupingBy(Shape::of, LinkedHashMap::new, Collectors.toList()));
        List<Map.Entry<Shape, List<Entry<?>>>> all = List.copyOf(shapes.entrySet());
        for (int i = 0; i < all.size(); i++) {
            withinShape(all.get(i).getKey(), all.get(i).getValue());
            for (int j = i + 1; j < all.size(); j++) {
                if (all.get(i).getKey().isAsSpecificAs(all.get(j).getKey())) {
                    acrossShapes(all.get(i), all.get(j));
                }
            }
        }
    }

    private void withinShape(Shape shape, List<Entry<?>> entries) {
        Map<Key, List<Entry<?>>> before = new HashMap<>();
        for (Entry<?> entry : entries) {
            List<Key> keys = keys(entry, shape.valued);
            report(before, keys, entry);
            keys.forEach(key ->
                    before.computeIfAbsent(key, any -> new ArrayList<>(1)).add(entry));
        }
    }

    private void acrossShapes(Map.Entry<Shape, List<Entry<?>>> first, Map.Entry<Shape, List<Entry<?>>> second) {
        Set<String> common = new TreeSet<>(first.getKey().valued);
        common.retainAll(second.getKey().valued);
        Map<Key, List<Entry<?>>> before = new HashMap<>();
        for (Entry<?> entry : first.getValue()) {
            keys(entry, common)
                    .forEach(key -> before.computeIfAbsent(key, any -> new ArrayList<>(1))
                            .add(entry));
        }
        second.getValue().forEach(entry -> report(before, keys(entry, common), entry));
    }

    private static List<Key> keys(Entry<?> entry, Set<String> subjects) {
        Map<String, @Nullable String> asked = new HashMap<>();
        entry.pattern().conditions().forEach(condition -> asked.put(condition.subject(), condition.value()));
        List<@Nullable String> values = new ArrayList<>();
        subjects.forEach(subject -> values.add(asked.get(subject)));
        Set<String> methods = entry.pattern().methods();
        return methods.isEmpty()
                ? List.of(new Key("", values))
                : methods.stream().map(method -> new Key(method, values)).toList();
    }

    private void report(Map<Key, List<Entry<?>>> before, List<Key> keys, Entry<?> entry) {
        Set<Entry<?>> reported = new HashSet<>();
        for (Key key : keys) {
            for (Entry<?> other : before.getOrDefault(key, List.of())) {
                if (problems.size() == LISTED) {
                    more = true;
                    return;
                }
                if (reported.add(other)) {
                    report(other, entry);
                }
            }
        }
    }

    private void report(Entry<?> first, Entry<?> second) {
        if (first.id().equals(second.id())) {
            twice.add(first.id());
        }
        RoutePattern one = first.pattern();
        RoutePattern other = second.pattern();
        boolean same = one.methods().equals(other.methods())
                && Set.copyOf(one.conditions()).equals(Set.copyOf(other.conditions()));
        problems.add(
                same
                        ? "route " + second.id() + " can never be reached: route " + first.id()
                                + " takes the same requests"
                        : "routes " + first.id() + " and " + second.id()
                                + " are equally specific, and both match some requests");
    }

    /** The problems found. */
    List<String> problems() {
        if (!more) {
            return problems;
        }
        List<String> all = new ArrayList<>(problems);
        all.add("more routes are in conflict than the " + LISTED + " pairs listed");
        return all;
    }

    /** Whether two routes with this id were found to be in conflict with each other. */
    boolean reportedTwice(String id) {
        return twice.contains(id);
    }
}
