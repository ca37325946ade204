package dev.gatehouse.balancer;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How much more than their clients asked for the endpoints of a balancer may get, in retries, hedges and copies together: a
 * share of the requests of the last ten seconds, and a few for each second in any case. A retry counts when it is decided,
 * so that those that still wait for their back-off are in.
 *
 * <p>Requests and retries are counted in slots of a second each. Two threads that meet at the change of a slot may lose
 * a count between them; the budget is a brake, not an account.
 */
public final class RetryBudget {

    private static final int SECONDS = 10;
    private static final int COUNTER_BITS = 40;
    private static final long COUNTER_MASK = (1L << COUNTER_BITS) - 1;

    private final TimeSource time;
    private final long origin;
    private final double share;
    private final long floor;

    /** Each slot: the second it stands for in the upper bits, the count in the lower 40. */
    private final AtomicLongArray requests = new AtomicLongArray(SECONDS);

    private final AtomicLongArray retries = new AtomicLongArray(SECONDS);

    /**
     * A budget with nothing spent.
     *
     * @param time the clock
     * @param share retries for each request, 0 to 1
     * @param perSecond retries for each second in any case
     */
    public RetryBudget(TimeSource time, double share, int perSecond) {
        this.time = time;
        this.origin = time.nanoTime();
        this.share = share;
        this.floor = (long) perSecond * SECONDS;
    }

    /** Counts a request that is not a retry. */
    public void request() {
        add(requests, second());
    }

    /**
     * Takes a retry, a hedge or a copy from the budget.
     *
     * @return false if it is used up
     */
    public boolean tryRetry() {
        long second = second();
        if (sum(retries, second) + 1 > floor + share * sum(requests, second)) {
            return false;
        }
        add(retries, second);
        return true;
    }

    private long second() {
        return TimeUnit.NANOSECONDS.toSeconds(time.nanoTime() - origin);
    }

    private static void add(AtomicLongArray slots, long second) {
        int index = (int) (second % SECONDS);
        slots.updateAndGet(index, slot -> slot >>> COUNTER_BITS == second ? slot + 1 : (second << COUNTER_BITS) + 1);
    }

    private static long sum(AtomicLongArray slots, long second) {
        long sum = 0;
        for (int i = 0; i < SECONDS; i++) {
            long slot = slots.get(i);
            if (second - (slot >>> COUNTER_BITS) < SECONDS) {
                sum += slot & COUNTER_MASK;
            }
        }
        return sum;
    }
}
