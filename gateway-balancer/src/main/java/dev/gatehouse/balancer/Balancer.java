package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Chooses an endpoint for each call, among those that are usable, and keeps count of what came of it. Works with any
 * client: {@link #call} and {@link #callAsync} wrap a call; {@link #acquire} gives more control. Safe for use by several
 * threads; a choice takes no lock.
 */
public final class Balancer implements AutoCloseable {

    private final NodeSet nodes;
    private final Strategy strategy;
    private final TimeSource time;
    private final Events events;
    private final InFlight inFlight;
    private final Choosing choosing;
    private final int maxInFlightPerNode;

    /** Null if no call waits. */
    private final @Nullable PendingCalls pending;

    Balancer(NodeSet nodes, Settings settings, Events events) {
        this.nodes = nodes;
        this.strategy = settings.strategy();
        this.time = settings.time();
        this.events = events;
        this.inFlight = new InFlight(settings.maxInFlight());
        this.choosing = new Choosing(this, nodes, settings, events, inFlight);
        this.maxInFlightPerNode = settings.maxInFlightPerNode();
        PendingLimit most = settings.pending();
        this.pending = most == null ? null : new PendingCalls(choosing, time, most);
        if (pending != null) {
            nodes.whenFree(pending::wake);
        }
    }

    /**
     * A node, and whether it may be chosen now.
     *
     * @param node the node
     * @param usable whether it is among those that the strategy chooses from, and takes one more call
     * @param reason its state, for people
     */
    public record Candidate(Node node, boolean usable, String reason) {}

    /**
     * A call to one endpoint, with a client of the caller's own.
     *
     * @param <T> what it answers
     * @param <E> what it throws
     */
    @FunctionalInterface
    public interface Call<T, E extends Exception> {

        /**
         * Calls the endpoint.
         *
         * @param endpoint where to
         * @return the answer
         * @throws E if there is none
         */
        T to(Endpoint endpoint) throws E;
    }

    /**
     * A balancer over what a source reports.
     *
     * @param source where endpoints come from
     * @return a builder
     */
    public static BalancerBuilder builder(EndpointSource source) {
        return new BalancerBuilder(source);
    }

    /**
     * A balancer over fixed endpoints.
     *
     * @param uris one for each, such as {@code http://10.0.0.11:8080}
     * @return a builder
     * @throws IllegalArgumentException if one is no such URI
     */
    public static BalancerBuilder builder(String... uris) {
        return builder(EndpointSource.of(uris));
    }

    /**
     * Chooses a node, if one is usable. Never waits, and takes no place before calls that do.
     *
     * @param context what is known of the call
     * @return a lease that must be closed, or null if no node is usable, or none is below its limit of calls in flight
     */
    public @Nullable Lease tryAcquire(PickContext context) {
        return pending == null ? choosing.tryNow(context) : pending.tryNow(context);
    }

    /**
     * Chooses a node. With {@link BalancerBuilder#maxPending} the calling thread waits while a limit of calls in flight is
     * reached, until it is interrupted; use {@link #acquireAsync} where it must not.
     *
     * @param context what is known of the call
     * @return a lease that must be closed
     * @throws NoEndpointException if no node is usable, or a limit of calls in flight is reached and the call may not wait, or
     *     not longer, or was interrupted, with the thread's interrupt status set
     */
    public Lease acquire(PickContext context) {
        if (pending != null) {
            return pending.await(context);
        }
        return choosing.now(context);
    }

    /**
     * Chooses a node, now or, with {@link BalancerBuilder#maxPending}, as soon as a limit of calls in flight allows it; those
     * that wait are served in order. What is done with the stage may run on the thread that ends another call, and must not
     * block it.
     *
     * @param context what is known of the call; the time of waiting is no part of the node's latency
     * @return a lease that must be closed; or {@link NoEndpointException} at once if no node is usable or as many calls wait
     *     already, and when no node is usable any more, the time of waiting is over or the balancer closes. To cancel it as
     *     a future ends the waiting; a lease that comes at the same moment is closed
     */
    public CompletionStage<Lease> acquireAsync(PickContext context) {
        if (pending != null) {
            return pending.acquire(context);
        }
        try {
            return CompletableFuture.completedFuture(acquire(context));
        } catch (NoEndpointException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Calls an endpoint and waits.
     *
     * @param context what is known of the call
     * @param call calls the endpoint that it is given
     * @param outcome what an answer says of the endpoint, such as
     *     {@code answer -> Outcome.ofStatus(answer.statusCode())}
     * @param <T> what the call answers
     * @param <E> what the call throws; counts as {@link Outcome#ofFailure} says
     * @return the answer
     * @throws E what the call throws
     * @throws NoEndpointException as {@link #acquire}, which waits like this
     */
    public <T, E extends Exception> T call(PickContext context, Call<T, E> call, Function<? super T, Outcome> outcome)
            throws E {
        try (Lease lease = acquire(context)) {
            T answer;
            try {
                answer = call.to(lease.endpoint());
            } catch (Exception | Error e) {
                lease.report(Outcome.ofFailure(e));
                throw e;
            }
            lease.report(ReportedCall.judged(outcome, answer));
            return answer;
        }
    }

    /**
     * Calls an endpoint.
     *
     * @param context what is known of the call
     * @param call calls the endpoint that it is given
     * @param outcome what an answer says of the endpoint
     * @param <T> what the call answers
     * @return ends as the call ends; with {@link NoEndpointException} as {@link #acquireAsync}, which waits like this. A
     *     failure counts as {@link Outcome#ofFailure} says
     */
    public <T> CompletionStage<T> callAsync(
            PickContext context, Function<Endpoint, CompletionStage<T>> call, Function<? super T, Outcome> outcome) {
        if (pending != null) {
            return pending.call(context, lease -> ReportedCall.async(lease, call, outcome));
        }
        try {
            return ReportedCall.async(acquire(context), call, outcome);
        } catch (NoEndpointException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * All nodes, whatever their state.
     *
     * @return a copy, in the order of the source
     */
    public List<Node> nodes() {
        return nodes.all();
    }

    /**
     * All nodes, and whether they may be chosen now, by what choosing goes by.
     *
     * @return a copy, in the order of the source
     */
    public List<Candidate> candidates() {
        return nodes.snapshot().candidates(maxInFlightPerNode, time.nanoTime());
    }

    /**
     * The strategy.
     *
     * @return as it was configured
     */
    public Strategy strategy() {
        return strategy;
    }

    /**
     * What the strategy of {@link BalancerBuilder#shadow} would have made of the calls so far, since this balancer was built.
     *
     * @return a new report, exact while no call begins or ends; null if there is no such strategy
     */
    public @Nullable ShadowReport shadow() {
        Shadow shadow = nodes.shadow();
        return shadow == null ? null : shadow.report(strategy);
    }

    /**
     * Lets a node finish what it has and gives it nothing new, before its endpoint is taken away.
     *
     * @param endpointId the endpoint's id
     * @param deadline how long to wait for calls under way
     * @return ends when none is under way or the deadline is over; at once, with {@link IllegalArgumentException}, if
     *     there is no such endpoint; with {@link java.util.concurrent.CancellationException} if {@link #undrain} is called
     * @throws IllegalArgumentException if the deadline is negative
     */
    public CompletionStage<Void> drain(String endpointId, Duration deadline) {
        if (deadline.isNegative()) {
            throw new IllegalArgumentException("deadline: " + deadline + " (expected: >= 0)");
        }
        return nodes.drain(endpointId, deadline);
    }

    /**
     * Gives a node new calls again.
     *
     * @param endpointId the endpoint's id
     * @throws IllegalArgumentException if there is no such endpoint
     */
    public void undrain(String endpointId) {
        nodes.undrain(endpointId);
    }

    /**
     * The calls that this balancer has chosen a node for and that have not ended, those to nodes that have left included.
     *
     * @return 0 or more; exact while no call begins or ends
     */
    public long inFlight() {
        return inFlight.count();
    }

    /**
     * The calls that wait for a place, since a limit of calls in flight is reached.
     *
     * @return 0 or more; 0 without {@link BalancerBuilder#maxPending}
     */
    public int pending() {
        return pending == null ? 0 : pending.count();
    }

    NodeSet nodeSet() {
        return nodes;
    }

    TimeSource time() {
        return time;
    }

    /** Tells the picker; what it throws must not become the failure of a call that went well. */
    void completed(Picker picker, Node node, PickContext context, Outcome outcome, long latencyNanos) {
        try {
            picker.completed(node, context, outcome, latencyNanos);
        } catch (RuntimeException | Error e) {
            events.once(strategy, "strategy " + strategy, "failed to take note of a call", e);
        }
    }

    void ended(Node node) {
        inFlight.end();
        node.end(nodes.waiting());
    }

    /**
     * Ends the checks, the watch of the source and all waiting. Leases that are out stay valid; the nodes stay as they are, and can be
     * acquired.
     */
    @Override
    public void close() {
        nodes.close();
        if (pending != null) {
            pending.close();
        }
    }
}
