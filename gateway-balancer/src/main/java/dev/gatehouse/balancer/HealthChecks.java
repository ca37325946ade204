package dev.gatehouse.balancer;

import org.jspecify.annotations.Nullable;

/**
 * Who checks a node: the last of the balancers that have it. Two do while one takes over from the other. The new one goes
 * on where the old one was if it asks the same; and if it lets go of the node first, the old one checks again.
 */
final class HealthChecks {

    private final Node node;

    /** Runs all that decides about this node's health, one after another. */
    private final Control control = new Control(() -> {});

    /** All below is the control's. */
    private final Takers<NodeSet> balancers = new Takers<>();

    private @Nullable HealthMonitor monitor;

    HealthChecks(Node node) {
        this.node = node;
    }

    /** A balancer checks the node from now on, or has it unchecked, instead of the one before. */
    void take(NodeSet balancer) {
        control.run(() -> {
            balancers.add(balancer);
            settle();
        });
    }

    /** A balancer lets go of the node. */
    void release(NodeSet balancer) {
        control.run(() -> {
            balancers.remove(balancer);
            settle();
        });
    }

    private void settle() {
        NodeSet last = balancers.last();
        HealthMonitor before = monitor;
        if (before != null && last != null && before.asksLike(last.settings())) {
            before.tells(last);
            return;
        }
        monitor = null;
        if (before != null) {
            before.close();
        }
        if (last == null) {
            return;
        }
        HealthChecker checker = last.settings().healthChecker();
        if (checker == null) {
            node.forgetHealth();
        } else {
            HealthMonitor next = new HealthMonitor(node, checker, last, control);
            monitor = next;
            next.start();
        }
    }
}
