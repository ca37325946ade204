package dev.gatehouse.internal.routing;

import dev.gatehouse.http.Request;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Counts the nodes that a match visits, and how often. */
final class VisitedNodes<T> implements Trace<T> {

    private final List<PathNode<T>> nodes = new ArrayList<>();

    private VisitedNodes() {}

    static <T> VisitedNodes<T> of(RouteTable<T> table, Request request) {
        VisitedNodes<T> visited = new VisitedNodes<>();
        table.walk(request, visited);
        return visited;
    }

    @Override
    public void visited(PathNode<T> node) {
        nodes.add(node);
    }

    int count() {
        return nodes.size();
    }

    boolean eachOnce() {
        Set<PathNode<T>> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
        distinct.addAll(nodes);
        return distinct.size() == nodes.size();
    }
}
