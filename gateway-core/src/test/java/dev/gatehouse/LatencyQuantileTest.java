package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.balancer.RandomSource;
import dev.gatehouse.internal.forward.LatencyQuantile;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LatencyQuantileTest {

    private final VirtualClock time = new VirtualClock();

    private void add(LatencyQuantile quantile, long... nanos) {
        for (long each : nanos) {
            quantile.add(each);
        }
        time.advance(Duration.ofSeconds(1));
        quantile.add(nanos[0]);
    }

    @Test
    void tooFewSayNothing() {
        LatencyQuantile quantile = new LatencyQuantile(time, 0.95);
        add(quantile, LongStream.rangeClosed(1, 98).toArray());
        assertThat(quantile.nanos()).isZero();
        quantile.add(1);
        assertThat(quantile.nanos()).isPositive();
    }

    /** Of any latencies, the step that the exact quantile is in: above it by an eighth at most. */
    @ParameterizedTest
    @ValueSource(doubles = {0.5, 0.9, 0.95, 0.999})
    void itIsTheUpperEndOfTheStepThatTheExactQuantileIsIn(double share) {
        RandomSource random = RandomSource.seeded(7);
        long[] latencies = LongStream.range(0, 5_000)
                .map(i -> (long) Math.exp(random.nextDouble() * 30))
                .toArray();
        LatencyQuantile quantile = new LatencyQuantile(time, share);
        add(quantile, latencies);
        long[] all = Arrays.copyOf(latencies, latencies.length + 1);
        all[latencies.length] = latencies[0];
        Arrays.sort(all);
        long exact = all[(int) Math.ceil(share * all.length) - 1];
        assertThat(quantile.nanos()).isGreaterThan(exact).isLessThanOrEqualTo(exact + Math.max(1, exact / 8));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 7, 8, 9, 15, 16, 17, 1_000, 123_456_789, Long.MAX_VALUE / 2})
    void everyLatencyHasAStep(long nanos) {
        LatencyQuantile quantile = new LatencyQuantile(time, 0.5);
        long[] same = new long[200];
        Arrays.fill(same, nanos);
        add(quantile, same);
        assertThat(quantile.nanos()).isGreaterThan(nanos).isLessThanOrEqualTo(nanos + Math.max(1, nanos / 8));
    }

    @Test
    void whatIsOlderThanTwentySecondsIsForgotten() {
        LatencyQuantile quantile = new LatencyQuantile(time, 0.5);
        long[] slow = new long[200];
        Arrays.fill(slow, 1_000_000);
        long[] quick = new long[200];
        Arrays.fill(quick, 1_000);
        add(quantile, slow);
        assertThat(quantile.nanos()).isGreaterThan(1_000_000);
        time.advance(Duration.ofSeconds(10));
        add(quantile, quick);
        time.advance(Duration.ofSeconds(10));
        add(quantile, quick);
        assertThat(quantile.nanos()).isBetween(1_000L, 1_200L);
        time.advance(Duration.ofSeconds(60));
        add(quantile, slow);
        assertThat(quantile.nanos()).isGreaterThan(1_000_000);
    }
}
