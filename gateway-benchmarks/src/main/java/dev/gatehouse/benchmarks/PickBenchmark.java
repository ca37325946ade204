package dev.gatehouse.benchmarks;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.EndpointSource;
import dev.gatehouse.balancer.Lease;
import dev.gatehouse.balancer.Node;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.Strategy;
import java.net.URI;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to choose an endpoint and to end the call, by the strategy and the number of endpoints. All are usable,
 * and one call is in flight for each thread.
 *
 * <p>One thread shows the work; {@code -t 2} (or as many as there are cores) shows what threads contend for: the counter
 * of the round robins, the counts of the balancer, and with few endpoints those of each node.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PickBenchmark {

    /** Clients that calls come from, in turn; a power of two. */
    private static final int CLIENTS = 4096;

    private static final int USUAL_WEIGHTS = 10;
    private static final int HEAVIEST = 1_000_000;

    /** A strategy, with the weights that show what it does. */
    public enum Choice {
        /** Equal weights. */
        ROUND_ROBIN,
        /** Weights of 1 to 10. */
        WEIGHTED_ROUND_ROBIN,
        /** One endpoint has the largest weight there is, the others have the smallest. */
        WEIGHTED_ROUND_ROBIN_STEEP,
        /** Equal weights. */
        RANDOM,
        /** Two choices, equal weights. */
        LEAST_REQUEST,
        /** Two choices, weights of 1 to 10. */
        LEAST_REQUEST_WEIGHTED,
        /** Equal weights; 4096 clients. */
        CLIENT_IP_HASH;

        private Strategy strategy() {
            return switch (this) {
                case ROUND_ROBIN -> Strategy.roundRobin();
                case WEIGHTED_ROUND_ROBIN, WEIGHTED_ROUND_ROBIN_STEEP -> Strategy.weightedRoundRobin();
                case RANDOM -> Strategy.random();
                case LEAST_REQUEST, LEAST_REQUEST_WEIGHTED -> Strategy.leastRequest();
                case CLIENT_IP_HASH -> Strategy.clientIpHash();
            };
        }

        private int weight(int endpoint) {
            return switch (this) {
                case ROUND_ROBIN, RANDOM, LEAST_REQUEST, CLIENT_IP_HASH -> 1;
                case WEIGHTED_ROUND_ROBIN, LEAST_REQUEST_WEIGHTED -> 1 + endpoint % USUAL_WEIGHTS;
                case WEIGHTED_ROUND_ROBIN_STEEP -> endpoint == 0 ? HEAVIEST : 1;
            };
        }
    }

    /** How the endpoint is chosen. */
    @Param
    Choice choice = Choice.ROUND_ROBIN;

    /** How many endpoints there are. */
    @Param({"2", "10", "100", "1000", "10000"})
    int endpoints;

    private @Nullable Balancer balancer;

    /** Builds the balancer. */
    @Setup
    public void build() {
        Endpoint[] all = new Endpoint[endpoints];
        for (int i = 0; i < endpoints; i++) {
            all[i] = Endpoint.builder("e" + i, URI.create("http://10.1." + i / 256 + '.' + i % 256 + ":8080"))
                    .weight(choice.weight(i))
                    .build();
        }
        balancer = Balancer.builder(EndpointSource.fixed(all))
                .strategy(choice.strategy())
                .build();
    }

    /** Ends the balancer; no call may have been left behind. */
    @TearDown
    public void close() {
        Balancer used = Objects.requireNonNull(balancer);
        if (used.inFlight() != 0) {
            throw new IllegalStateException(used.inFlight() + " calls have not ended");
        }
        used.close();
    }

    /** Where calls of one thread come from. */
    @State(Scope.Thread)
    public static class Calls {

        private final PickContext[] clients = new PickContext[CLIENTS];
        private int next;

        /** Makes the clients, and begins with any of them, so that threads do not march in step. */
        @Setup
        public void make() {
            for (int i = 0; i < CLIENTS; i++) {
                clients[i] = PickContext.forClient("192.0." + i / 256 + '.' + i % 256);
            }
            next = ThreadLocalRandom.current().nextInt(CLIENTS);
        }

        private PickContext next() {
            return clients[next++ & (CLIENTS - 1)];
        }
    }

    /**
     * The choice, the report of a success, and the end of the call.
     *
     * @param calls of this thread
     * @return the node that was chosen
     */
    @Benchmark
    public Node lease(Calls calls) {
        try (Lease lease = Objects.requireNonNull(balancer).acquire(calls.next())) {
            lease.report(Outcome.SUCCESS);
            return lease.node();
        }
    }
}
