package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Whether calls go to a node at all. Each phase, from one change to the next, counts for itself, and a call keeps the phase
 * that it began in: what it says after a change is counted where nobody looks. Two balancers share a node while one takes
 * over from the other; the judge of the last one decides. Reading is safe for several threads, without locks.
 */
final class Circuit {

    /** All balancers' that have the node. Guarded by this, as is all that follows. */
    private final Takers<CircuitJudge> judges = new Takers<>();

    /** Openings in a row. */
    private int openings;

    private long closedSinceNanos;

    private volatile @Nullable CircuitJudge judge;
    private volatile @Nullable Phase phase;

    /** From one change to the next. */
    sealed interface Phase {

        /** Whether a call may begin; it has its place then. */
        boolean tryEnter();

        /** Whether a call may begin, as far as can be told before. */
        boolean admits();
    }

    /** All calls begin, and are counted. */
    record Closed(CallWindow window) implements Phase {

        @Override
        public boolean tryEnter() {
            return true;
        }

        @Override
        public boolean admits() {
            return true;
        }
    }

    /** No call begins. */
    record Open(long untilNanos, String reason) implements Phase {

        @Override
        public boolean tryEnter() {
            return false;
        }

        @Override
        public boolean admits() {
            return false;
        }
    }

    /** A few calls begin, and decide. */
    static final class HalfOpen implements Phase {

        private final String reason;
        private final AtomicInteger left;
        private final AtomicInteger successes = new AtomicInteger();
        private final AtomicInteger failures = new AtomicInteger();

        HalfOpen(int trials, String reason) {
            this.left = new AtomicInteger(trials);
            this.reason = reason;
        }

        @Override
        public boolean tryEnter() {
            int places = left.get();
            while (places > 0) {
                if (left.compareAndSet(places, places - 1)) {
                    return true;
                }
                places = left.get();
            }
            return false;
        }

        @Override
        public boolean admits() {
            return left.get() > 0;
        }

        /** A call that says nothing leaves its place to another one. */
        void giveBack() {
            left.incrementAndGet();
        }

        AtomicInteger successes() {
            return successes;
        }

        AtomicInteger failures() {
            return failures;
        }

        /** Why it was open before. */
        String reason() {
            return reason;
        }
    }

    /** Null if nobody breaks circuits. */
    @Nullable
    Phase phase() {
        return phase;
    }

    boolean open() {
        return phase instanceof Open;
    }

    boolean halfOpen() {
        return phase instanceof HalfOpen;
    }

    /** Whether a call may begin, as far as can be told before. */
    boolean admits() {
        Phase now = phase;
        return now == null || now.admits();
    }

    /** Who decides; null if nobody breaks circuits. */
    @Nullable
    CircuitJudge judge() {
        return judge;
    }

    /** A call to the node has gone so that began in a phase; on the thread of the call. */
    void observed(Node node, @Nullable Phase begun, Outcome outcome) {
        CircuitJudge by = judge;
        if (by != null && begun != null) {
            by.observed(node, begun, outcome);
        }
    }

    /** A call that had gone well has broken off. */
    void amended(Node node, @Nullable Phase begun) {
        CircuitJudge by = judge;
        if (by != null && begun != null) {
            by.amended(node, begun);
        }
    }

    /** How long it is open yet. Nanoseconds; {@link Long#MAX_VALUE} if it is not. */
    long remainingNanos(long nowNanos) {
        return phase instanceof Open open ? Math.max(0, open.untilNanos() - nowNanos) : Long.MAX_VALUE;
    }

    /** A balancer has the node from now on. Whether calls go there again, since this balancer breaks no circuits. */
    synchronized boolean take(CircuitJudge taking, long nowNanos) {
        judges.add(taking);
        return settle(nowNanos);
    }

    /** A balancer lets go of the node; the one before decides again. */
    synchronized boolean release(CircuitJudge releasing, long nowNanos) {
        judges.remove(releasing);
        return settle(nowNanos);
    }

    private boolean settle(long nowNanos) {
        CircuitJudge last = judges.last();
        CircuitBreaking before = judge == null ? null : judge.settings();
        CircuitBreaking settings = last == null ? null : last.settings();
        judge = settings == null ? null : last;
        boolean kept = open() || halfOpen();
        if (settings == null) {
            openings = 0;
            phase = null;
            return kept && last != null;
        }
        if (phase instanceof HalfOpen half && !settings.equals(before)) {
            phase = new HalfOpen(settings.trialCalls(), half.reason());
        } else if (!kept && !settings.equals(before)) {
            phase = new Closed(new CallWindow(settings.window().toNanos(), nowNanos));
        }
        return false;
    }

    /** Opens. For how long; null if it did not: if it has changed since, or somebody else decides. */
    synchronized @Nullable Duration tryOpen(
            CircuitJudge by, CircuitBreaking settings, Phase from, long now, String why) {
        if (judge != by || phase != from) {
            return null;
        }
        boolean again = from instanceof HalfOpen
                || now - closedSinceNanos < settings.window().toNanos();
        Duration longest = settings.maxWait();
        // What lasts no longer counts no more.
        if (openings == 0 || !again) {
            openings = 1;
        } else if (settings.wait(openings).compareTo(longest) < 0) {
            openings++;
        }
        Duration wait = settings.wait(openings);
        phase = new Open(now + wait.toNanos(), why);
        return wait;
    }

    /** Begins to let trial calls through. Whether it does: not before the wait is over. */
    synchronized boolean tryHalfOpen(CircuitJudge by, CircuitBreaking settings, long nowNanos) {
        if (judge == by && phase instanceof Open open && open.untilNanos() - nowNanos <= 0) {
            phase = new HalfOpen(settings.trialCalls(), open.reason());
            return true;
        }
        return false;
    }

    /** Closes. Whether it did: not if it has changed since, or somebody else decides. */
    synchronized boolean tryClose(CircuitJudge by, CircuitBreaking settings, Phase from, long nowNanos) {
        if (judge != by || phase != from) {
            return false;
        }
        closedSinceNanos = nowNanos;
        phase = new Closed(new CallWindow(settings.window().toNanos(), nowNanos));
        return true;
    }
}
