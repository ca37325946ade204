package dev.gatehouse.balancer;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * How the calls to a node went, for an {@link OutlierJudge}: failures in a row, and counts over a window. Calls are
 * counted by all threads without a lock; the window is the judge's.
 */
final class CallCounts {

    private final LongAdder successes = new LongAdder();
    private final LongAdder serverErrors = new LongAdder();
    private final LongAdder localFailures = new LongAdder();
    private final AtomicInteger row = new AtomicInteger();
    private final AtomicInteger localRow = new AtomicInteger();

    /** The counts at the ends of the intervals of a window, in a ring. Guarded by this, as two judges may hand over. */
    private Counts[] marks = new Counts[0];

    private int oldest;

    /** What counts no more, though no interval has ended yet. */
    private Counts forgotten = new Counts(0, 0, 0);

    /** Numbers of calls. */
    record Counts(long successes, long serverErrors, long localFailures) {

        Counts since(Counts earlier) {
            // A success of an earlier window that breaks off in this one is one less of this one's.
            return new Counts(
                    Math.max(0, successes - earlier.successes),
                    serverErrors - earlier.serverErrors,
                    localFailures - earlier.localFailures);
        }

        long total() {
            return successes + serverErrors + localFailures;
        }
    }

    /**
     * Takes note of a call.
     *
     * @param outcome not {@link Outcome#IGNORED}
     * @return whether so many failures in a row eject: at the limit, and each time that it is reached once more, so that
     *     a node that may not be ejected is not looked at for each call
     */
    boolean ejects(Outcome outcome, OutlierDetection settings) {
        if (outcome == Outcome.SUCCESS) {
            successes.increment();
            end(row);
            end(localRow);
            return false;
        }
        boolean local = outcome != Outcome.SERVER_ERROR;
        (local ? localFailures : serverErrors).increment();
        if (!local) {
            end(localRow);
        }
        int length = (local && settings.localOriginApart() ? localRow : row).incrementAndGet();
        int limit = settings.consecutiveFailures();
        return limit > 0 && length > 0 && length % limit == 0;
    }

    /** A success turned out to be none. */
    boolean amendmentEjects(Outcome outcome, OutlierDetection settings) {
        successes.decrement();
        return ejects(outcome, settings);
    }

    /** Without a write when there is nothing to end, as mostly. */
    private static void end(AtomicInteger failures) {
        if (failures.get() != 0) {
            failures.set(0);
        }
    }

    /** Ends an interval: what was counted over the window up to now. */
    synchronized Counts endInterval(int intervals) {
        Counts now = sum();
        if (marks.length != intervals) {
            // Another window than before begins with the next interval.
            Counts begin = marks.length == 0 ? forgotten : now;
            marks = new Counts[intervals];
            Arrays.fill(marks, begin);
            oldest = 0;
        }
        Counts window = now.since(marks[oldest]);
        marks[oldest] = now;
        oldest = (oldest + 1) % intervals;
        return window;
    }

    /** Forgets what was: after an ejection, old failures must not eject again. */
    synchronized void forget() {
        Counts now = sum();
        Arrays.fill(marks, now);
        forgotten = now;
        row.set(0);
        localRow.set(0);
    }

    private Counts sum() {
        return new Counts(successes.sum(), serverErrors.sum(), localFailures.sum());
    }
}
