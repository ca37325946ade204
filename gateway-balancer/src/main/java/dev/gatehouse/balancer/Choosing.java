package dev.gatehouse.balancer;

import org.jspecify.annotations.Nullable;

/** Finds a node for a call of a balancer, and counts the call to it. Safe for use by several threads; takes no lock. */
final class Choosing {

    /** A strategy that repeats itself is asked so often before the balancer chooses a node to avoid the last one. */
    private static final int PICKS = 3;

    private final Balancer balancer;
    private final NodeSet nodes;
    private final Strategy strategy;
    private final Events events;
    private final TimeSource time;
    private final InFlight inFlight;
    private final int maxInFlightPerNode;

    Choosing(Balancer balancer, NodeSet nodes, Settings settings, Events events, InFlight inFlight) {
        this.balancer = balancer;
        this.nodes = nodes;
        this.strategy = settings.strategy();
        this.events = events;
        this.time = settings.time();
        this.inFlight = inFlight;
        this.maxInFlightPerNode = settings.maxInFlightPerNode();
    }

    /** A place at once, whoever waits; null if there is none. */
    @Nullable
    Lease tryNow(PickContext context) {
        return inFlight.tryBegin() ? begin(context) : null;
    }

    /** A place; never waits. */
    Lease now(PickContext context) {
        if (!inFlight.tryBegin()) {
            throw new NoEndpointException(inFlight.refusal(), true);
        }
        Lease lease = begin(context);
        if (lease == null) {
            throw nodes.snapshot().refusal(maxInFlightPerNode, time.nanoTime());
        }
        return lease;
    }

    /** Why it is of no use to wait for a place; null if it is. */
    @Nullable
    NoEndpointException hopeless() {
        Snapshot snapshot = nodes.snapshot();
        return snapshot.usable().isEmpty() ? snapshot.refusal(maxInFlightPerNode, time.nanoTime()) : null;
    }

    /** The refusal of a call that cannot wait, or no longer. */
    NoEndpointException limited(String why) {
        NoEndpointException nodesRefuse = nodes.snapshot().refusal(maxInFlightPerNode, time.nanoTime());
        String limit = inFlight.isFull() || !nodesRefuse.limited() ? inFlight.refusal() : nodesRefuse.getMessage();
        return new NoEndpointException(limit + "; " + why, true);
    }

    private @Nullable Lease begin(PickContext context) {
        Lease lease = choose(context);
        if (lease == null) {
            inFlight.end();
        }
        return lease;
    }

    /** A call to a node that takes it, not the one to avoid if there is another; null if there is none. */
    private @Nullable Lease choose(PickContext context) {
        Snapshot snapshot = nodes.snapshot();
        Node preferred = context.avoidsAny() ? null : snapshot.preferable(context.preferred());
        Lease sticky = preferred == null ? null : lease(snapshot, preferred, context, false);
        if (sticky != null) {
            return sticky;
        }
        try {
            for (int i = 0; i < PICKS; i++) {
                // Read again each time: a node that refuses a call has changed, and so may what else is usable.
                snapshot = nodes.snapshot();
                Picker picker = snapshot.picker();
                boolean reserves = picker.reserves();
                Node node = picker.pick(context);
                if (node == null) {
                    return null;
                }
                checkOwn(snapshot, node, reserves);
                if (reserves || !context.avoids(node)) {
                    Lease lease = lease(snapshot, node, context, reserves);
                    if (lease != null) {
                        return lease;
                    }
                }
            }
        } catch (RuntimeException | Error e) {
            events.once(strategy, "strategy " + strategy, "failed to pick", e);
        }
        for (int i = 0; i < PICKS; i++) {
            Node node = snapshot.leastLoaded(context, maxInFlightPerNode);
            Lease lease = node == null ? null : lease(snapshot, node, context, false);
            if (node == null || lease != null) {
                return lease;
            }
        }
        return null;
    }

    /** A node of the snapshot may have left the list since; any other one is a mistake of the strategy. */
    private void checkOwn(Snapshot snapshot, Node node, boolean reserved) {
        if (!nodes.lists(node) && !snapshot.all().contains(node)) {
            if (reserved) {
                node.end();
            }
            throw new IllegalStateException(node + " is no node of the setup");
        }
    }

    /**
     * Counts a call to a node, if the node takes it: what is asked after the count is true for as long as it is counted.
     *
     * @param counted whether the picker has counted it already
     */
    private @Nullable Lease lease(Snapshot snapshot, Node node, PickContext context, boolean counted) {
        int most = node.concurrency().atMost(maxInFlightPerNode);
        if (!counted && most == InFlight.UNLIMITED) {
            node.begin();
        } else if (!counted && !node.tryReserve(most)) {
            return null;
        }
        // Whoever waits for the last call to a node that began to drain since it was picked must not miss this one.
        boolean refused = node.refuses(context) || (counted && node.inFlight() > most);
        boolean probe = false;
        if (!refused && node.ejection().standing() == Ejection.Standing.PROBATION) {
            probe = node.ejection().tryProbe();
            refused = !probe && snapshot.trusted();
        }
        Circuit.Phase phase = node.circuit().phase();
        if (!refused && phase != null && !phase.tryEnter()) {
            refused = true;
            if (probe) {
                node.ejection().freeProbe();
            }
        }
        if (refused) {
            node.takeBack();
            return null;
        }
        Lease lease = new Lease(balancer, node, snapshot.picker(), context, probe, phase);
        Shadow shadow = nodes.shadow();
        if (shadow != null) {
            lease.shadowed(shadow, context);
        }
        return lease;
    }
}
