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

    /** Told of each place that becomes free, for those who have calls waiting. */
    private final List<Runnable> waiting = new CopyOnWriteArrayList<>();

    private final HealthChecks checks = new HealthChecks(this);
    private final CallCounts counts = new CallCounts();
    private final Ejection ejection = new Ejection();
    private final Circuit circuit = new Circuit();
    private final NodeConcurrency concurrency = new NodeConcurrency();

    private volatile Endpoint endpoint;
    private volatile Checked checked = Checked.NEVER;
    private volatile boolean recovered;
    private volatile @Nullable Loaded loaded;
    private volatile @Nullable WarmUp warmUp;

    /** Ends with the last call under way; null while the node takes new calls. */
    private volatile @Nullable CompletableFuture<Void> drained;

    /** Whether the drain waits for more than the calls under way, and calls that prefer the node may come. */
    private volatile boolean held;

    Node(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * A slow start.
     *
     * @param sinceNanos when it began
     * @param share of the weight, 0 to 1
     */
    record WarmUp(long sinceNanos, double share) {}

    /** A report of the endpoint, and when it came. */
    record Loaded(LoadReport report, long atNanos) {}

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
     * The share of the load that this node shall have, relative to the others of a {@link Setup}: the endpoint's weight,
     * and less of it during a slow start. A picker is replaced when it changes.
     *
     * @return more than 0
     */
    public double effectiveWeight() {
        WarmUp growing = warmUp;
        return growing == null ? endpoint.weight() : endpoint.weight() * growing.share();
    }

    /**
     * What the endpoint said of its load last, if a caller has passed it on with {@link Lease#report(LoadReport)}.
     *
     * @return null if it never did
     */
    public @Nullable LoadReport loadReport() {
        Loaded last = loaded;
        return last == null ? null : last.report();
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
        end(null);
    }

    /**
     * A call has ended.
     *
     * @param own told in any case: a node that has left the list tells nobody of that balancer, but the balancer's own place
     *     is free; null is nobody
     */
    void end(@Nullable Runnable own) {
        takeBack();
        if (own != null) {
            own.run();
        }
        // Most of the time nobody waits, and an iterator would be garbage.
        if (!waiting.isEmpty()) {
            waiting.stream().filter(other -> other != own).forEach(Runnable::run);
        }
    }

    /** There may be room for another call, though none has ended. */
    void freed() {
        waiting.forEach(Runnable::run);
    }

    /** A call that was counted does not begin. */
    void takeBack() {
        if (inFlight.decrementAndGet() == 0) {
            completeDrain();
        }
    }

    void observe(Outcome outcome, long nanos, boolean probe, Circuit.@Nullable Phase phase) {
        circuit.observed(this, phase, outcome);
        OutlierJudge judge = ejection.judge();
        if (judge != null) {
            judge.observed(this, outcome, probe);
        } else if (probe) {
            ejection.freeProbe();
        }
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

    void amend(Outcome outcome, Circuit.@Nullable Phase phase) {
        circuit.amended(this, phase);
        OutlierJudge judge = ejection.judge();
        if (judge != null) {
            judge.amended(this, outcome);
        }
        successes.decrement();
        failures.increment();
    }

    @Nullable
    Loaded loaded() {
        return loaded;
    }

    void loaded(Loaded newer) {
        loaded = newer;
    }

    HealthChecks checks() {
        return checks;
    }

    /** Whether the last that checks have decided is that it is up again. */
    boolean recovered() {
        return recovered;
    }

    /** Null if the node has its whole weight. */
    @Nullable
    WarmUp warmUp() {
        return warmUp;
    }

    void warmUp(@Nullable WarmUp newer) {
        warmUp = newer;
    }

    CallCounts counts() {
        return counts;
    }

    Ejection ejection() {
        return ejection;
    }

    Circuit circuit() {
        return circuit;
    }

    NodeConcurrency concurrency() {
        return concurrency;
    }

    /** Nobody ejects any more: what calls said before counts for nothing. */
    void pardoned() {
        counts.forget();
        changed();
    }

    /** Runs when a call has ended; null is nobody. */
    void whenFree(@Nullable Runnable told) {
        if (told != null) {
            waiting.add(told);
        }
    }

    void forgetFree(@Nullable Runnable told) {
        waiting.remove(told);
    }

    /** Runs when health or draining change. */
    void watch(Runnable watcher) {
        watchers.add(watcher);
    }

    boolean isWatchedBy(Runnable watcher) {
        return watchers.contains(watcher);
    }

    void unwatch(Runnable watcher) {
        watchers.remove(watcher);
    }

    /** Takes note of what checks have decided; the watchers are told by {@link #changed}. */
    void health(Health health, String reason) {
        recovered = health == Health.UP && checked.health() == Health.DOWN;
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
    CompletableFuture<Void> drain(boolean hold) {
        CompletableFuture<Void> end;
        synchronized (this) {
            end = drained;
            if (end == null) {
                end = new CompletableFuture<>();
                held = hold;
                drained = end;
            }
        }
        changed();
        // Whoever counts a call after this looks at draining() after it counted, and takes it back.
        completeDrain();
        return end;
    }

    /** Takes no more calls that prefer it, if it drains. */
    void release() {
        held = false;
        // As above: whoever counts a call after this looks at held after it counted.
        completeDrain();
    }

    /** Whether a call may not begin, since the node drains; asked once the call is counted. */
    boolean refuses(PickContext context) {
        return drained != null && !(held && endpoint.id().equals(context.preferred()));
    }

    /** Whether not even calls that prefer it may begin. */
    boolean refusesAll() {
        return drained != null && !held;
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
        if (end != null && !held && inFlight.get() == 0) {
            end.complete(null);
        }
    }

    @Override
    public String toString() {
        return endpoint.id();
    }
}
