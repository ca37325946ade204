package dev.gatehouse.benchmarks;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.EndpointSource;
import dev.gatehouse.balancer.Lease;
import dev.gatehouse.balancer.LoadReport;
import dev.gatehouse.balancer.Node;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.Strategy;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
 * and one call is in flight for each thread, unless said otherwise.
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

    private static final CompletionStage<LoadReport> ANSWER =
            CompletableFuture.completedFuture(new LoadReport(0.5, 100, 0, 3, 1_000_000));

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
        CLIENT_IP_HASH,
        /** Equal weights; 4096 clients, by a hash with a seed. */
        RING_HASH_SEEDED,
        /** Equal weights; 4096 clients. */
        MAGLEV,
        /** Equal weights; 4096 clients. */
        RENDEZVOUS,
        /** Weights of 1 to 10; 4096 clients. */
        RENDEZVOUS_WEIGHTED,
        /** Equal weights; 4096 clients; a call finds its node idle but for calls of other threads. */
        BOUNDED_LOAD,
        /** The same with three calls for each node under way, so that all of them are counted for each call. */
        BOUNDED_LOAD_BUSY,
        /** Equal weights. */
        FIRST,
        /** Equal weights; looks at all of them. */
        LEAST_REQUEST_FULL_SCAN,
        /** Equal weights, latencies that differ. */
        PEAK_EWMA,
        /** Weights of 1 to 10, which count while endpoints report nothing. */
        REPORTED_WEIGHTS,
        /** A pool of 16 answers, three questions for each call, each answered at once. */
        PREQUAL,
        /** Two zones of half of the endpoints, two choices within. */
        ZONE_AWARE,
        /** Two priorities of half of the endpoints, two choices within. */
        BY_PRIORITY;

        Strategy strategy() {
            return switch (this) {
                case ROUND_ROBIN -> Strategy.roundRobin();
                case WEIGHTED_ROUND_ROBIN, WEIGHTED_ROUND_ROBIN_STEEP -> Strategy.weightedRoundRobin();
                case RANDOM -> Strategy.random();
                case LEAST_REQUEST, LEAST_REQUEST_WEIGHTED -> Strategy.leastRequest();
                case CLIENT_IP_HASH -> Strategy.clientIpHash();
                case RING_HASH_SEEDED -> Strategy.ringHash(1);
                case MAGLEV -> Strategy.maglev();
                case RENDEZVOUS, RENDEZVOUS_WEIGHTED -> Strategy.rendezvous();
                case BOUNDED_LOAD, BOUNDED_LOAD_BUSY -> Strategy.boundedLoad(Strategy.maglev(), 1.25);
                case FIRST -> Strategy.first();
                case LEAST_REQUEST_FULL_SCAN -> Strategy.leastRequestFullScan();
                case PEAK_EWMA -> Strategy.peakEwma();
                case REPORTED_WEIGHTS -> Strategy.reportedWeights();
                case PREQUAL -> Strategy.prequal(endpoint -> ANSWER);
                case ZONE_AWARE -> Strategy.zoneAware("z0", Strategy.leastRequest());
                case BY_PRIORITY -> Strategy.byPriority(Strategy.leastRequest());
            };
        }

        int weight(int endpoint) {
            return switch (this) {
                case WEIGHTED_ROUND_ROBIN, LEAST_REQUEST_WEIGHTED, RENDEZVOUS_WEIGHTED, REPORTED_WEIGHTS ->
                    1 + endpoint % USUAL_WEIGHTS;
                case WEIGHTED_ROUND_ROBIN_STEEP -> endpoint == 0 ? HEAVIEST : 1;
                default -> 1;
            };
        }

        String zone(int endpoint) {
            return this == ZONE_AWARE ? "z" + endpoint % 2 : "";
        }

        int priority(int endpoint) {
            return this == BY_PRIORITY ? endpoint % 2 : 0;
        }

        private int callsUnderWay() {
            return this == BOUNDED_LOAD_BUSY ? 3 : 0;
        }
    }

    /** How the endpoint is chosen. */
    @Param
    Choice choice = Choice.ROUND_ROBIN;

    /** How many endpoints there are. */
    @Param({"2", "10", "100", "1000", "10000"})
    int endpoints;

    private @Nullable Balancer balancer;
    private List<Lease> underWay = List.of();

    /** Builds the balancer. */
    @Setup
    public void build() {
        Endpoint[] all = new Endpoint[endpoints];
        for (int i = 0; i < endpoints; i++) {
            all[i] = Endpoint.builder("e" + i, URI.create("http://10.1." + i / 256 + '.' + i % 256 + ":8080"))
                    .weight(choice.weight(i))
                    .zone(choice.zone(i))
                    .priority(choice.priority(i))
                    .build();
        }
        balancer = Balancer.builder(EndpointSource.fixed(all))
                .strategy(choice.strategy())
                .build();
        Balancer made = balancer;
        underWay = IntStream.range(0, choice.callsUnderWay() * endpoints)
                .mapToObj(i -> made.acquire(PickContext.forClient("client " + i)))
                .toList();
    }

    /** Ends the balancer; no call may have been left behind. */
    @TearDown
    public void close() {
        underWay.forEach(Lease::close);
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
