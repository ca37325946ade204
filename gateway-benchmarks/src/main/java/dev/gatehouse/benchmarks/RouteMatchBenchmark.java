package dev.gatehouse.benchmarks;

import dev.gatehouse.http.Request;
import dev.gatehouse.internal.routing.Match;
import dev.gatehouse.internal.routing.RoutePattern;
import dev.gatehouse.internal.routing.RouteTable;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to find the route of a request, by the number of routes. The adversarial path follows a branch of literals
 * that has a variable beside it at each of its 16 levels, and fails at the end.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RouteMatchBenchmark {

    private static final int LEVELS = 16;
    private static final int SERVICES = 100;

    /** How many routes there are. */
    @Param({"10", "1000", "100000"})
    int routes;

    private RouteTable<Integer> table = RouteTable.<Integer>builder().build();
    private Request hit = Request.get("/").build();
    private Request miss = hit;
    private Request adversarial = hit;

    /** Builds the table. */
    @Setup
    public void build() {
        RouteTable.Builder<Integer> builder = RouteTable.builder();
        for (int i = 0; i < routes; i++) {
            builder.add("r" + i, RoutePattern.of("/service" + i % SERVICES + "/resource" + i + "/{id}"), i);
        }
        StringBuilder deep = new StringBuilder();
        for (int level = 0; level < LEVELS; level++) {
            builder.add("v" + level, RoutePattern.of(deep + "/{v}/end"), -1);
            deep.append("/a");
        }
        builder.add("deep", RoutePattern.of(deep + "/goal"), -1);
        table = builder.build();
        int last = routes - 1;
        hit = Request.get("/service" + last % SERVICES + "/resource" + last + "/42")
                .build();
        miss = Request.get("/service1/nothing/42").build();
        adversarial = Request.get(deep + "/almost").build();
    }

    /**
     * A path that a route matches.
     *
     * @return the match
     */
    @Benchmark
    public Match<Integer> hit() {
        return table.match(hit);
    }

    /**
     * A path that fails at its second segment.
     *
     * @return the match
     */
    @Benchmark
    public Match<Integer> miss() {
        return table.match(miss);
    }

    /**
     * A path of 17 segments that provokes backtracking at each of them.
     *
     * @return the match
     */
    @Benchmark
    public Match<Integer> adversarial() {
        return table.match(adversarial);
    }
}
