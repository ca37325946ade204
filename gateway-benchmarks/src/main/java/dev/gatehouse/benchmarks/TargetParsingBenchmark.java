package dev.gatehouse.benchmarks;

import dev.gatehouse.http.RequestTarget;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to parse and judge the target of a request, once for each request. Two of the targets are refused: a
 * short one, and the longest that the default limits let in, where nothing is ordinary.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TargetParsingBenchmark {

    private static final int LONG_SEGMENTS = 16;
    private static final int LONG_PARAMETERS = 20;

    /** As many bytes as the default limits let in. */
    private static final int LONGEST = 8 * 1024;

    private String shortPath = "/orders/42";
    private String encodedPath = "/caf%C3%A9/M%C3%BCnchen/%E6%9D%B1%E4%BA%AC/a%20b";
    private String refused = "/files/..%2F..%2Fetc/passwd";
    private String longPath = "";
    private String longestRefused = "";

    /** Writes the long targets, and makes sure that each target is judged as its name says. */
    @Setup
    public void write() {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < LONG_SEGMENTS; i++) {
            path.append("/segment-").append(i);
        }
        for (int i = 0; i < LONG_PARAMETERS; i++) {
            path.append(i == 0 ? '?' : '&')
                    .append("parameter")
                    .append(i)
                    .append("=value")
                    .append(i);
        }
        longPath = path.toString();
        longestRefused = "/%2e%2e".repeat(LONGEST / "/%2e%2e".length());
        for (String allowed : new String[] {shortPath, longPath, encodedPath}) {
            expect(allowed, true);
        }
        expect(refused, false);
        expect(longestRefused, false);
    }

    private static void expect(String target, boolean allowed) {
        if (RequestTarget.parse(target).violations().isEmpty() != allowed) {
            throw new IllegalStateException(target + " is " + (allowed ? "refused" : "allowed"));
        }
    }

    /**
     * Two short segments.
     *
     * @return the target
     */
    @Benchmark
    public RequestTarget shortPath() {
        return RequestTarget.parse(shortPath);
    }

    /**
     * 16 segments and a query of 20 parameters.
     *
     * @return the target
     */
    @Benchmark
    public RequestTarget longPath() {
        return RequestTarget.parse(longPath);
    }

    /**
     * Four segments with percent-encoded UTF-8 in each.
     *
     * @return the target
     */
    @Benchmark
    public RequestTarget encodedPath() {
        return RequestTarget.parse(encodedPath);
    }

    /**
     * A short path that breaks two rules.
     *
     * @return the target
     */
    @Benchmark
    public RequestTarget refused() {
        return RequestTarget.parse(refused);
    }

    /**
     * Encoded dot segments, 8 KiB of them.
     *
     * @return the target
     */
    @Benchmark
    public RequestTarget longestRefused() {
        return RequestTarget.parse(longestRefused);
    }
}
