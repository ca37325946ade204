package dev.gatehouse.balancer;

import java.util.List;

/**
 * Which nodes calls may go to.
 *
 * @param active those that are not draining
 * @param good those of them that are neither down nor ejected
 * @param usable those to choose from
 * @param panic whether nodes that are down are among the usable ones
 * @param trusted whether nodes on probation get one call at a time, since others take the rest
 */
record Selection(List<Node> active, List<Node> good, List<Node> usable, boolean panic, boolean trusted) {

    static Selection of(List<Node> all, double panicThreshold) {
        List<Node> active = all.stream().filter(node -> !node.draining()).toList();
        List<Node> up =
                active.stream().filter(node -> node.health() != Health.DOWN).toList();
        List<Node> good = up.stream()
                .filter(node -> node.ejection().standing() != Ejection.Standing.EJECTED)
                .toList();
        boolean panic = good.size() < panicThreshold * active.size() && !ByPriority.suffices(good, active);
        // Calls that failed take no node away if no other is left that takes them all.
        boolean trusted = !panic
                && good.stream()
                        .anyMatch(node ->
                                node.ejection().good() && !node.circuit().open());
        List<Node> chosen = panic ? active : trusted ? good : up;
        // A circuit that is open is open even so: it protects the endpoint.
        List<Node> usable =
                chosen.stream().filter(node -> !node.circuit().open()).toList();
        return new Selection(active, good, usable, panic, trusted);
    }
}
