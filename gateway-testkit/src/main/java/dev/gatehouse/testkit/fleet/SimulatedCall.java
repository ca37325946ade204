package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.Lease;
import dev.gatehouse.balancer.LoadReport;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.RandomSource;

/**
 * One request of a client, with its attempts one after another. An attempt that is begun before the one before has ended
 * would be a hedge: this is its place.
 */
final class SimulatedCall {

    /** An odd number, so that no two attempts of near seeds meet (the golden ratio, as in SplitMix64). */
    private static final long NEXT_ATTEMPT = 0x9E3779B97F4A7C15L;

    final boolean measured;

    private final SimulatedClient client;
    private final PickContext context;
    private final long seed;
    private final long startNanos;
    private int attempts;

    SimulatedCall(SimulatedClient client, PickContext context, long seed, boolean measured) {
        this.client = client;
        this.context = context;
        this.seed = seed;
        this.measured = measured;
        this.startNanos = client.nanoTime();
    }

    void begin() {
        client.requested();
        attempt(context);
    }

    private void attempt(PickContext pick) {
        Lease lease = client.balancer().tryAcquire(pick);
        if (lease == null) {
            client.ended(this, Outcome.IGNORED);
            return;
        }
        attempts++;
        RandomSource random = RandomSource.seeded(seed ^ (NEXT_ATTEMPT * attempts));
        client.send(new Attempt(this, lease, client.server(lease.endpoint()), random));
    }

    /** The answer is there. */
    void answered(Attempt attempt) {
        LoadReport load = attempt.load;
        if (load != null) {
            attempt.lease.report(load);
        }
        settled(attempt, attempt.answer);
    }

    /** The answer is given up. */
    void timedOut(Attempt attempt) {
        settled(attempt, Outcome.TIMEOUT);
    }

    private void settled(Attempt attempt, Outcome outcome) {
        attempt.settle(outcome);
        if (outcome.failure() && client.mayRetry(attempts)) {
            attempt(context.avoiding(attempt.lease.node()));
        } else {
            client.ended(this, outcome);
        }
    }

    String zone() {
        return client.zone();
    }

    int attempts() {
        return attempts;
    }

    long startNanos() {
        return startNanos;
    }
}
