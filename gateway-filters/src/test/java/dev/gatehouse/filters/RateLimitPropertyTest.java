package dev.gatehouse.filters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Request;
import dev.gatehouse.testkit.FilterProbe;
import dev.gatehouse.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A bucket that holds {@code burst} tokens and gets {@code rate} tokens a second has given out at most
 * {@code burst + floor(rate * t)} of them by time t: it began full, and tokens come whole. With N threads on one key the
 * bound is the same, since there is one bucket.
 */
final class RateLimitPropertyTest {

    private static final int THREADS = 8;
    private static final Request REQUEST = Request.get("/").build();

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final VirtualTime time = new VirtualTime();
    private final Instant start = time.now();
    private final AtomicLong passed = new AtomicLong();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void manyThreadsNeverPassMoreThanOneBucketGives(long seed) throws Exception {
        Random random = new Random(seed);
        long tokens = 1L + random.nextInt(50);
        Duration period = Duration.ofMillis(100L + random.nextInt(3000));
        long burst = 1L + random.nextInt(100);
        FilterProbe probe = probe(tokens, period, burst);
        List<Future<?>> senders = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            senders.add(threads.submit(() -> send(probe, 500)));
        }
        while (!senders.stream().allMatch(Future::isDone)) {
            time.advance(Duration.ofNanos(random.nextInt(2_000_000)));
        }
        for (Future<?> sender : senders) {
            sender.get();
        }

        assertThat(passed.get())
                .as("seed " + seed)
                .isBetween(Math.min(burst, THREADS * 500L), bound(tokens, period, burst));
    }

    /** Always asked for more than there is, and never idle for long enough to be full, a bucket gives out all of it. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {6, 7, 8})
    void nothingIsLostBetweenThreads(long seed) throws Exception {
        Random random = new Random(seed);
        long tokens = 1L + random.nextInt(50);
        Duration period = Duration.ofMillis(100L + random.nextInt(3000));
        long burst = 40;
        FilterProbe probe = probe(tokens, period, burst);
        long nanosForTwentyTokens = 20 * period.toNanos() / tokens;
        for (int round = 0; round < 25; round++) {
            List<Future<?>> senders = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                senders.add(threads.submit(() -> send(probe, 6))); // 48 are more than the 40 that there can be
            }
            for (Future<?> sender : senders) {
                sender.get();
            }
            assertThat(passed.get()).as("seed " + seed + ", " + time).isEqualTo(bound(tokens, period, burst));
            time.advance(Duration.ofNanos((long) (random.nextDouble() * nanosForTwentyTokens)));
        }
    }

    private FilterProbe probe(long tokens, Duration period, long burst) {
        return FilterProbe.of(RateLimitFilter.builder(Keys.global())
                .refill(tokens, period)
                .burst(burst)
                .time(time)
                .build());
    }

    private void send(FilterProbe probe, int requests) {
        for (int i = 0; i < requests; i++) {
            if (probe.send(REQUEST).response().status() == 200) {
                passed.incrementAndGet();
            }
        }
    }

    private long bound(long tokens, Duration period, long burst) {
        return burst + Duration.between(start, time.now()).toNanos() * tokens / period.toNanos();
    }
}
