package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.SplittableRandom;

/**
 * A server under virtual time that works on some calls at once and lets the others wait in order, and callers that always want
 * one call more than they get.
 */
final class ModelServer {

    private final VirtualClock clock;
    private final Balancer balancer;
    private final Queue<Lease> waiting = new ArrayDeque<>();
    private final SplittableRandom random = new SplittableRandom(7);

    private int callers;
    private int calling;
    private int workers;
    private double serviceMillis;
    private boolean byChance;
    private int working;
    private int served;

    ModelServer(VirtualClock clock, Balancer balancer, int callers) {
        this.clock = clock;
        this.balancer = balancer;
        this.callers = callers;
    }

    /** How many calls it works on at once, and for how long on each. */
    ModelServer works(int atOnce, double millis) {
        workers = atOnce;
        serviceMillis = millis;
        return this;
    }

    /** Service times are exponential, with the same mean. */
    ModelServer byChance() {
        byChance = true;
        return this;
    }

    void callers(int count) {
        callers = count;
    }

    /** How many calls it has answered since it was asked last. */
    int served() {
        int count = served;
        served = 0;
        return count;
    }

    void run(double seconds) {
        call();
        clock.advance(Duration.ofNanos((long) (seconds * 1e9)));
    }

    private void call() {
        while (calling < callers) {
            Lease lease = balancer.tryAcquire(PickContext.none());
            if (lease == null) {
                return;
            }
            calling++;
            waiting.add(lease);
            work();
        }
    }

    private void work() {
        while (working < workers && !waiting.isEmpty()) {
            Lease lease = waiting.remove();
            working++;
            double millis = byChance ? -serviceMillis * Math.log(1 - random.nextDouble()) : serviceMillis;
            clock.schedule(() -> answer(lease), Duration.ofNanos((long) (millis * 1e6)));
        }
    }

    private void answer(Lease lease) {
        working--;
        calling--;
        served++;
        lease.report(Outcome.SUCCESS);
        lease.close();
        work();
        call();
    }
}
