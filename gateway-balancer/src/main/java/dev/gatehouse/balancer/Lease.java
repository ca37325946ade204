package dev.gatehouse.balancer;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * One call to a node, from its choice to its end. Reported once, at the response's headers or at the failure; closed at
 * the end of the response's content, so that a node that still sends is still loaded. Closing without a report says
 * nothing of the node ({@link Outcome#IGNORED}). Safe for use by several threads.
 */
public final class Lease implements AutoCloseable {

    private static final AtomicReferenceFieldUpdater<Lease, Outcome> OUTCOME =
            AtomicReferenceFieldUpdater.newUpdater(Lease.class, Outcome.class, "outcome");
    private static final AtomicIntegerFieldUpdater<Lease> CLOSED =
            AtomicIntegerFieldUpdater.newUpdater(Lease.class, "closed");

    private final Balancer balancer;
    private final Node node;
    private final Picker picker;
    private final PickContext context;
    private final long startNanos;

    /** Whether this is the one call that a node on probation may have. */
    private final boolean probe;

    /** What the circuit was in when the call began: later, the call says nothing of it any more. */
    private final Circuit.@Nullable Phase phase;

    /** How many calls the node had then, this one included. */
    private final int begunWith;

    private volatile @Nullable Outcome outcome;

    /** What another strategy would have chosen; set before anybody else has the lease. */
    private Shadow.@Nullable Call shadowed;

    @SuppressWarnings("UnusedVariable") // Read and written by its updater, which makes no object for each call.
    private volatile int closed;

    Lease(
            Balancer balancer,
            Node node,
            Picker picker,
            PickContext context,
            boolean probe,
            Circuit.@Nullable Phase phase) {
        this.balancer = balancer;
        this.node = node;
        this.picker = picker;
        this.context = context;
        this.probe = probe;
        this.phase = phase;
        this.begunWith = node.inFlight();
        this.startNanos = balancer.time().nanoTime();
    }

    /**
     * The node that was chosen.
     *
     * @return the node
     */
    public Node node() {
        return node;
    }

    /**
     * The endpoint to call.
     *
     * @return the node's endpoint
     */
    public Endpoint endpoint() {
        return node.endpoint();
    }

    /**
     * Whether the endpoint that the call preferred ({@link PickContext#preferring}) is still there for calls that do: known,
     * neither down nor ejected, its circuit not open, and at most in a drain that still takes them. That it was at its
     * limit, or failed one call, does not matter.
     *
     * @return false if it is gone, or none was preferred
     */
    public boolean keepsPreferred() {
        return balancer.nodeSet().snapshot().preferable(context.preferred()) != null;
    }

    /**
     * Tells how the call went: at the response's headers, or when it failed. The time since the choice is the node's
     * latency. Only the first report counts.
     *
     * @param result how it went
     */
    public void report(Outcome result) {
        if (OUTCOME.compareAndSet(this, null, result)) {
            long nanos = balancer.time().nanoTime() - startNanos;
            node.observe(result, nanos, probe, phase);
            if (node.concurrency().measured(result, nanos, begunWith, startNanos + nanos)) {
                node.freed();
            }
            balancer.completed(picker, node, context, result, nanos);
            if (shadowed != null) {
                shadowed.answered(result, nanos);
            }
        }
    }

    void shadowed(Shadow shadow, PickContext asked) {
        shadowed = shadow.begin(node, asked);
    }

    /**
     * Tells that the node broke off after the report. Without a report, it is one.
     *
     * @param result what happened
     */
    public void amend(Outcome result) {
        report(result);
        if (outcome == Outcome.SUCCESS && result.failure() && OUTCOME.compareAndSet(this, Outcome.SUCCESS, result)) {
            node.amend(result, phase);
        }
    }

    /**
     * Passes on what the endpoint says of its load, such as in a field of the response or its trailers. May be called at any
     * time and any number of times, with or without an outcome; the last report counts, for strategies that go by it.
     *
     * @param load the endpoint's report
     */
    public void report(LoadReport load) {
        Node.Loaded loaded =
                new Node.Loaded(Objects.requireNonNull(load), balancer.time().nanoTime());
        node.loaded(loaded);
        if (shadowed != null) {
            shadowed.loaded(loaded);
        }
    }

    /** Ends the call: the node is no longer loaded with it. Does nothing the second time. */
    @Override
    public void close() {
        if (CLOSED.compareAndSet(this, 0, 1)) {
            report(Outcome.IGNORED);
            balancer.ended(node);
            if (shadowed != null) {
                shadowed.ended();
            }
        }
    }
}
