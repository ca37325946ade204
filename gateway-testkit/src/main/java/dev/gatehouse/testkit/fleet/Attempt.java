package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.Lease;
import dev.gatehouse.balancer.LoadMeter;
import dev.gatehouse.balancer.LoadReport;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.RandomSource;
import org.jspecify.annotations.Nullable;

/** One call of a server for a request. */
final class Attempt {

    final SimulatedCall call;
    final Lease lease;
    final SimulatedServer server;

    /** Of this attempt, whichever server serves it: so all strategies are given the same requests. */
    final RandomSource random;

    final long beganNanos;

    /** Whether the client has its answer or has given it up. */
    boolean settled;

    /** By the server's clock of work, once a worker has it. */
    double finishWork;

    /** Among those that would finish together. */
    long number;

    /** Set by a server that is up. */
    LoadMeter.@Nullable Request metered;

    Outcome answer = Outcome.IGNORED;

    @Nullable
    LoadReport load;

    Attempt(SimulatedCall call, Lease lease, SimulatedServer server, RandomSource random) {
        this.call = call;
        this.lease = lease;
        this.server = server;
        this.random = random;
        this.beganNanos = call.nanoTime();
    }

    boolean settled() {
        return settled;
    }

    /** Ends the lease; whatever comes later is too late. */
    void settle(Outcome outcome) {
        settled = true;
        lease.report(outcome);
        lease.close();
    }
}
