package dev.gatehouse.benchmarks;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.UpdatableEndpoints;
import java.net.URI;
import java.util.List;
import java.util.Objects;
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
 * What it costs to take one endpoint out of a list, or to put it back: from the report of the source to the new picker, on the
 * thread that reports. Calls go on with the picker before.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ListChangeBenchmark {

    /** How an endpoint is chosen. */
    @Param
    PickBenchmark.Choice choice = PickBenchmark.Choice.ROUND_ROBIN;

    /** How many endpoints there are. */
    @Param({"10", "1000", "10000"})
    int endpoints;

    private final UpdatableEndpoints source = new UpdatableEndpoints();
    private List<Endpoint> all = List.of();
    private List<Endpoint> fewer = List.of();
    private @Nullable Balancer balancer;
    private boolean whole;

    /** Builds the balancer. */
    @Setup
    public void build() {
        all = IntStream.range(0, endpoints)
                .mapToObj(i -> Endpoint.builder("e" + i, URI.create("http://e" + i + ".invalid"))
                        .weight(choice.weight(i))
                        .zone(choice.zone(i))
                        .priority(choice.priority(i))
                        .build())
                .toList();
        fewer = all.subList(0, endpoints - 1);
        source.set(all);
        balancer = Balancer.builder(source).strategy(choice.strategy()).build();
        whole = true;
    }

    /** Ends the balancer. */
    @TearDown
    public void close() {
        Objects.requireNonNull(balancer).close();
    }

    /** One endpoint goes or comes back. */
    @Benchmark
    public void change() {
        whole = !whole;
        source.set(whole ? all : fewer);
    }
}
