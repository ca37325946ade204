package dev.gatehouse.benchmarks;

import dev.gatehouse.filters.Keys;
import dev.gatehouse.filters.RateLimitFilter;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletionStage;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a rate limit costs, by the number of different keys; each call has another key than the one before. With ten times
 * as many keys as {@code maxKeys}, nine calls in ten meet a key that was forgotten: what a flood of new keys costs.
 *
 * <p>The requests are made before, in the order in which they are used, which is another one than that of their buckets:
 * what memory costs is that of the buckets.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LimiterBenchmark {

    private static final String KEY = "X-Key";
    private static final int OK = 200;

    /** More than any run can use up. */
    private static final long PLENTY = 1_000_000_000_000L;

    /** Longer than any run, so that nothing is forgotten because of its age, or refilled where it should be empty. */
    private static final Duration PERIOD = Duration.ofHours(10);

    /** Keys, and a limit that counts by them. */
    @State(Scope.Benchmark)
    public static class Keyed {

        /** How many keys there are. */
        @Param({"1", "1000", "100000", "1000000"})
        int keys;

        /** How many keys the filter keeps: as by default, and enough for all. */
        @Param({"100000", "1000000"})
        int maxKeys;

        private Request[] requests = {};
        private @Nullable FixedChain chain;

        RateLimitFilter filter(long tokens) {
            return RateLimitFilter.builder(Keys.header(KEY))
                    .refill(tokens, PERIOD)
                    .maxKeys(maxKeys)
                    .build();
        }

        /** Makes the requests, in random order; the same in each run. */
        @Setup
        public void make() {
            int[] order = new int[keys];
            Random random = new Random(1);
            for (int i = 0; i < keys; i++) {
                int other = random.nextInt(i + 1);
                order[i] = order[other];
                order[other] = i;
            }
            requests = new Request[keys];
            for (int i = 0; i < keys; i++) {
                requests[i] = Request.get("/").header(KEY, "client-" + order[i]).build();
            }
            chain = new FixedChain(requests[0], Response.of(OK));
        }

        CompletionStage<Response> call(RateLimitFilter filter, int index) {
            return filter.apply(requests[index], Objects.requireNonNull(chain));
        }
    }

    /** A limit that lets all pass, with a bucket for each key. */
    @State(Scope.Benchmark)
    public static class Generous {

        private @Nullable RateLimitFilter filter;

        /**
         * Makes the buckets.
         *
         * @param keyed the keys
         */
        @Setup
        public void fill(Keyed keyed) {
            filter = filled(keyed, PLENTY);
        }
    }

    /** A limit whose buckets are empty. */
    @State(Scope.Benchmark)
    public static class UsedUp {

        private @Nullable RateLimitFilter filter;

        /**
         * Makes the buckets, and takes the one token out of each.
         *
         * @param keyed the keys
         */
        @Setup
        public void fill(Keyed keyed) {
            filter = filled(keyed, 1);
        }
    }

    /** A filter that has seen each key, in an order of its own. */
    private static RateLimitFilter filled(Keyed keyed, long tokens) {
        RateLimitFilter filter = keyed.filter(tokens);
        // A prime, and no factor of a number of keys: comes to each key once.
        long step = 611_953;
        for (int i = 0; i < keyed.keys; i++) {
            Response first = keyed.call(filter, (int) (i * step % keyed.keys))
                    .toCompletableFuture()
                    .join();
            if (first.status() != OK) {
                throw new IllegalStateException("answered " + first);
            }
        }
        return filter;
    }

    /** Which key is next in one thread. */
    @State(Scope.Thread)
    public static class Cursor {

        private int next;

        /**
         * Begins anywhere, so that threads do not march in step.
         *
         * @param keyed the keys
         */
        @Setup
        public void begin(Keyed keyed) {
            next = ThreadLocalRandom.current().nextInt(keyed.keys);
        }

        private int next(int keys) {
            next = next + 1 < keys ? next + 1 : 0;
            return next;
        }
    }

    /**
     * A request that passes, with the fields that its response gets. A stage for the response is allocated by each call,
     * which the gateway spares this filter.
     *
     * @param keyed the keys
     * @param limit the filter
     * @param cursor the place of this thread
     * @return ended, with the response
     */
    @Benchmark
    public CompletionStage<Response> pass(Keyed keyed, Generous limit, Cursor cursor) {
        return keyed.call(Objects.requireNonNull(limit.filter), cursor.next(keyed.keys));
    }

    /**
     * A request that is refused, unless its key was forgotten.
     *
     * @param keyed the keys
     * @param limit the filter
     * @param cursor the place of this thread
     * @return ended, with the response
     */
    @Benchmark
    public CompletionStage<Response> refuse(Keyed keyed, UsedUp limit, Cursor cursor) {
        return keyed.call(Objects.requireNonNull(limit.filter), cursor.next(keyed.keys));
    }
}
