package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.Lease;
import dev.gatehouse.balancer.LoadReport;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.RandomSource;
import java.util.ArrayList;
import java.util.List;

/** One request of a client, with its attempts one after another, and those beside one that is slow. */
final class SimulatedCall {

    /** An odd number, so that no two attempts of near seeds meet (the golden ratio, as in SplitMix64). */
    private static final long NEXT_ATTEMPT = 0x9E3779B97F4A7C15L;

    final boolean measured;

    private final SimulatedClient client;
    private final PickContext context;
    private final long seed;
    private final long startNanos;
    private int attempts;

    /** One, or two with a hedge. */
    private final List<Attempt> underWay = new ArrayList<>(1);

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
        Attempt begun = send(lease);
        client.whenSlow(() -> hedge(begun));
    }

    private Attempt send(Lease lease) {
        attempts++;
        RandomSource random = RandomSource.seeded(seed ^ (NEXT_ATTEMPT * attempts));
        Attempt attempt = new Attempt(this, lease, client.server(lease.endpoint()), random);
        underWay.add(attempt);
        client.send(attempt);
        return attempt;
    }

    /** A second attempt beside one that is slow, at another server. */
    private void hedge(Attempt slow) {
        if (slow.settled || underWay.size() > 1) {
            return;
        }
        Lease lease = client.balancer().tryAcquire(context.avoiding(slow.lease.node()));
        if (lease == null) {
            return;
        }
        if (lease.node() == slow.lease.node() || !client.mayRetry(attempts)) {
            lease.close();
            return;
        }
        send(lease);
    }

    /** The answer is there. */
    void answered(Attempt attempt) {
        LoadReport load = attempt.load;
        if (load != null) {
            attempt.lease.report(load);
        }
        if (attempt.answer == Outcome.SUCCESS) {
            client.observed(nanoTime() - attempt.beganNanos);
        }
        settled(attempt, attempt.answer);
    }

    /** The answer is given up. */
    void timedOut(Attempt attempt) {
        client.observed(nanoTime() - attempt.beganNanos);
        settled(attempt, Outcome.TIMEOUT);
    }

    private void settled(Attempt attempt, Outcome outcome) {
        attempt.settle(outcome);
        underWay.remove(attempt);
        if (outcome.failure() && !underWay.isEmpty()) {
            // The other attempt goes on alone.
            return;
        }
        if (outcome.failure() && client.mayRetry(attempts)) {
            attempt(context.avoiding(attempt.lease.node()));
            return;
        }
        for (Attempt loser : underWay) {
            client.observed(nanoTime() - loser.beganNanos);
            loser.settle(Outcome.IGNORED);
        }
        underWay.clear();
        client.ended(this, outcome);
    }

    long nanoTime() {
        return client.nanoTime();
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
