package dev.gatehouse.balancer;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint as a balancer knows it: its load, speed and state. Reading is safe for several threads, without locks; each
 * value is right at some moment, not all at the same one.
 */
public final class Node {

    /** Each sample moves the average by a tenth: about the last ten calls count. */
    private static final double LATENCY_SMOOTHING = 0.1;

    private static final long NO_LATENCY = -1;

    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicLong latencyNanos = new AtomicLong(NO_LATENCY);
    private final LongAdder successes = new LongAdder();
    private final LongAdder failures = new LongAdder();

    /** Each balancer that has this node: two share it while one takes over from the other. */
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();

    private final HealthChecks checks = new HealthChecks(this);

    private volatile Endpoint endpoint;
    private volatile Checked checked = Checked.NEVER;

    /** Ends with the last call under way; null while the node takes new calls. */
    private volatile @Nullable CompletableFuture<Void> drained;

    Node(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    private record Checked(Health health, String reason) {
        static final Checked NEVER = new Checked(Health.UNKNOWN, "not checked");
    }

    /**
     * The endpoint. Its id and its URI never change; its weight, zone, priority and tags do when the source says so.
     *
     * @return as the source reported it last
     */
    public Endpoint endpoint() {
        return endpoint;
    }

    /**
     * The calls that have begun and not ended.
     *
     * @return 0 or more
     */
    public int inFlight() {
        return inFlight.get();
    }

    /**
     * How long the node takes to its response headers: a moving average over about the last ten calls.
     *
     * @return nanoseconds, or -1 if there was none yet
     */
    public long latencyNanos() {
        return latencyNanos.get();
    }

    /**
     * The share of the load that this node shall have, relative to the others of a {@link Setup}.
     *
     * @return more than 0
     */
    public double effectiveWeight() {
        return endpoint.weight();
    }

    /**
     * What active checks say.
     *
     * @return the health
     */
    public Health health() {
        return checked.health();
    }

    /**
     * Whether the node gets no new calls, since it is about to go.
     *
     * @return true while it drains, and once it has
     */
    public boolean draining() {
        return drained != null;
    }

    /**
     * The calls that ended well, since the node is known.
     *
     * @return 0 or more
     */
    public long successes() {
        return successes.sum();
    }

    /**
     * The calls that the node failed, since it is known.
     *
     * @return 0 or more
     */
    public long failures() {
        return failures.sum();
    }

    /**
     * Takes a place for one call if there are fewer than a limit, in one step, so that the limit holds among threads. For
     * strategies with {@link Picker#reserves()}.
     *
     * @param limit the most calls in flight, 1 or more
     * @return whether the place was taken
     */
    public boolean tryReserve(int limit) {
        int count = inFlight.get();
        while (count < limit) {
            if (inFlight.compareAndSet(count, count + 1)) {
                return true;
            }
            count = inFlight.get();
        }
        return false;
    }

    /** Takes over what the source says now of the same id at the same URI. */
    void endpoint(Endpoint newer) {
        endpoint = newer;
    }

    void begin() {
        inFlight.incrementAndGet();
    }

    void end() {
        if (inFlight.decrementAndGet() == 0) {
            completeDrain();
        }
    }

    void observe(Outcome outcome, long nanos) {
        if (outcome == Outcome.IGNORED) {
            return;
        }
        (outcome.failure() ? failures : successes).increment();
        if (outcome == Outcome.SUCCESS || outcome == Outcome.SERVER_ERROR) {
            latencyNanos.accumulateAndGet(
                    nanos,
                    (average, sample) ->
                            average == NO_LATENCY ? sample : average + (long) (LATENCY_SMOOTHING * (sample - average)));
        }
    }

    void amendToFailure() {
        successes.decrement();
        failures.increment();
    }

    HealthChecks checks() {
        return checks;
    }

    /** Runs when health or draining change. */
    void watch(Runnable watcher) {
        watchers.add(watcher);
    }

    void unwatch(Runnable watcher) {
        watchers.remove(watcher);
    }

    /** Takes note of what checks have decided; the watchers are told by {@link #changed}. */
    void health(Health health, String reason) {
        checked = new Checked(health, reason);
    }

    /** Nobody checks any more: what the last check said would hold for ever. */
    void forgetHealth() {
        if (!checked.equals(Checked.NEVER)) {
            checked = Checked.NEVER;
            changed();
        }
    }

    /** Tells all that watch. */
    void changed() {
        watchers.forEach(Runnable::run);
    }

    String healthReason() {
        return checked.reason();
    }

    /** Takes no new calls; the future ends with the last one that is under way. A second drain joins the first. */
    CompletableFuture<Void> drain() {
        CompletableFuture<Void> end;
        synchronized (this) {
            end = drained;
            if (end == null) {
                end = new CompletableFuture<>();
                drained = end;
            }
        }
        changed();
        // Whoever counts a call after this looks at draining() after it counted, and takes it back.
        completeDrain();
        return end;
    }

    void undrain() {
        CompletableFuture<Void> end;
        synchronized (this) {
            end = drained;
            drained = null;
        }
        if (end != null) {
            end.completeExceptionally(new CancellationException("the node takes calls again"));
            changed();
        }
    }

    private void completeDrain() {
        CompletableFuture<Void> end = drained;
        if (end != null && inFlight.get() == 0) {
            end.complete(null);
        }
    }

    @Override
    public String toString() {
        return endpoint.id();
    }
}
