package dev.gatehouse.balancer;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * The calls of a balancer that are under way, and the most that may be. Without a limit threads count apart, so that they
 * do not wait for each other's caches; with one they must agree on each call.
 */
final class InFlight {

    /** For settings that limit nothing. */
    static final int UNLIMITED = Integer.MAX_VALUE;

    private final int limit;
    private final LongAdder apart = new LongAdder();
    private final AtomicInteger agreed = new AtomicInteger();

    InFlight(int limit) {
        this.limit = limit;
    }

    int limit() {
        return limit;
    }

    /** Counts a call, unless that would be one too many. */
    boolean tryBegin() {
        if (limit == UNLIMITED) {
            apart.increment();
            return true;
        }
        int count = agreed.get();
        while (count < limit) {
            if (agreed.compareAndSet(count, count + 1)) {
                return true;
            }
            count = agreed.get();
        }
        return false;
    }

    void end() {
        if (limit == UNLIMITED) {
            apart.decrement();
        } else {
            agreed.decrementAndGet();
        }
    }

    /** Whether as many are under way as may be. */
    boolean isFull() {
        return limit != UNLIMITED && agreed.get() >= limit;
    }

    String refusal() {
        return "the balancer is at its limit of " + limit + " calls in flight";
    }

    long count() {
        return limit == UNLIMITED ? apart.sum() : agreed.get();
    }
}
