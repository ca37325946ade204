package dev.gatehouse.balancer;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Whether calls have shown a node to be unfit, and how it returns: ejected for a time, then on probation with one call at a
 * time, until one succeeds. Two balancers share a node while one takes over from the other; the judge of the last one
 * decides. Reading is safe for several threads, without locks.
 */
final class Ejection {

    private final AtomicBoolean probing = new AtomicBoolean();

    /** All balancers' that have the node. Guarded by this, as is all that follows. */
    private final Takers<OutlierJudge> judges = new Takers<>();

    private int ejections;
    private long untilNanos;
    private long goodSinceNanos;

    private volatile @Nullable OutlierJudge judge;
    private volatile Standing standing = Standing.GOOD;
    private volatile String reason = "";

    /** How a node stands. */
    enum Standing {
        /** Calls may go to it. */
        GOOD,
        /** No calls go to it. */
        EJECTED,
        /** One call at a time goes to it. */
        PROBATION
    }

    Standing standing() {
        return standing;
    }

    boolean good() {
        return standing == Standing.GOOD;
    }

    String reason() {
        return reason;
    }

    /** Who decides; null if nobody ejects. */
    @Nullable
    OutlierJudge judge() {
        return judge;
    }

    /** Whether this is the judge of the last balancer that has the node, be it one who ejects none. */
    synchronized boolean isLast(OutlierJudge one) {
        return judges.last() == one;
    }

    /** How often the node was ejected of late. */
    synchronized int ejections() {
        return ejections;
    }

    /** A balancer has the node from now on. Whether its standing changed, since this balancer ejects none. */
    synchronized boolean take(OutlierJudge taking) {
        judges.add(taking);
        return settle();
    }

    /** A balancer lets go of the node; the one before decides again. */
    synchronized boolean release(OutlierJudge releasing) {
        judges.remove(releasing);
        return settle();
    }

    private boolean settle() {
        OutlierJudge last = judges.last();
        judge = last != null && last.ejects() ? last : null;
        boolean pardoned = last != null && !last.ejects() && !good();
        if (pardoned) {
            standing = Standing.GOOD;
            ejections = 0;
        }
        return pardoned;
    }

    /** Ejects. Whether it did: not if somebody else decides, or did already. */
    synchronized boolean eject(OutlierJudge by, OutlierDetection settings, long nowNanos, String why) {
        if (judge != by || standing == Standing.EJECTED) {
            return false;
        }
        // What lasts no longer counts no more, or it would take as long to be forgotten.
        if (ejections == 0 || settings.ejection(ejections).compareTo(settings.maxEjection()) < 0) {
            ejections++;
        }
        untilNanos = nowNanos + settings.ejection(ejections).toNanos();
        reason = why;
        standing = Standing.EJECTED;
        return true;
    }

    /** How long an ejection still lasts. Nanoseconds; {@link Long#MAX_VALUE} if there is none. */
    synchronized long remainingNanos(OutlierJudge by, long nowNanos) {
        return judge == by && standing == Standing.EJECTED ? Math.max(0, untilNanos - nowNanos) : Long.MAX_VALUE;
    }

    /** Begins to let calls through, one at a time. Whether it does: not before the ejection's time is over. */
    synchronized boolean beginProbation(OutlierJudge by, long nowNanos) {
        if (remainingNanos(by, nowNanos) > 0) {
            return false;
        }
        probing.set(false);
        standing = Standing.PROBATION;
        return true;
    }

    /** A probe succeeded. Whether the node returns by that. */
    synchronized boolean endProbation(OutlierJudge by, long nowNanos) {
        if (judge != by || standing != Standing.PROBATION) {
            return false;
        }
        goodSinceNanos = nowNanos;
        standing = Standing.GOOD;
        return true;
    }

    /** Forgets one ejection, if the node was good for a whole interval. */
    synchronized void forgive(OutlierJudge by, OutlierDetection settings, long nowNanos) {
        if (judge == by
                && good()
                && ejections > 0
                && nowNanos - goodSinceNanos >= settings.interval().toNanos()) {
            ejections--;
        }
    }

    /** Takes the place of the one call that a node on probation may have. */
    boolean tryProbe() {
        return probing.compareAndSet(false, true);
    }

    /** The call has ended, and said nothing. */
    void freeProbe() {
        probing.set(false);
    }

    /** Whether a call may go to a node on probation now. */
    boolean probeFree() {
        return !probing.get();
    }
}
