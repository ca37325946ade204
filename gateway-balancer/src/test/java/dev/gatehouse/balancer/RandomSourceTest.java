package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomSourceTest {

    /** The reference values of SplitMix64 for this seed. */
    @Test
    void aSeedGivesTheSameNumbersEverywhere() {
        RandomSource random = RandomSource.seeded(1234567);
        assertThat(random.nextLong()).isEqualTo(6457827717110365317L);
        assertThat(random.nextLong()).isEqualTo(3203168211198807973L);
        assertThat(random.nextLong()).isEqualTo(Long.parseUnsignedLong("9817491932198370423"));
    }

    @Test
    void threadsShareASeedWithoutDrawingANumberTwice() {
        int threads = 4;
        int draws = 10_000;
        RandomSource shared = RandomSource.seeded(42);
        List<CompletableFuture<long[]>> parts = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            parts.add(CompletableFuture.supplyAsync(
                    () -> LongStream.generate(shared::nextLong).limit(draws).toArray()));
        }
        Set<Long> drawn = new HashSet<>();
        parts.forEach(part -> LongStream.of(part.join()).forEach(drawn::add));
        RandomSource alone = RandomSource.seeded(42);
        Set<Long> expected = new HashSet<>();
        LongStream.generate(alone::nextLong).limit((long) threads * draws).forEach(expected::add);
        assertThat(drawn).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 1_000_000, Integer.MAX_VALUE})
    void aNumberBelowABoundReachesFromZeroToJustBelowIt(int bound) {
        RandomSource least = () -> 0;
        RandomSource most = () -> -1;
        assertThat(least.nextInt(bound)).isZero();
        assertThat(most.nextInt(bound)).isEqualTo(bound - 1);
    }

    @Test
    void aFractionIsNeverOne() {
        RandomSource least = () -> 0;
        RandomSource most = () -> -1;
        assertThat(least.nextDouble()).isZero();
        assertThat(most.nextDouble()).isLessThan(1).isEqualTo(Math.nextDown(1.0));
    }

    @Test
    void numbersBelowABoundAreEquallyLikely() {
        RandomSource random = RandomSource.seeded(5);
        int[] counts = new int[3];
        for (int i = 0; i < 30_000; i++) {
            counts[random.nextInt(3)]++;
        }
        // Binomial with n = 30 000 and p = 1/3: mean 10 000, deviation 81.6; six of them are 490.
        assertThat(IntStream.of(counts)).allMatch(count -> Math.abs(count - 10_000) < 490);
    }

    @Test
    void theSystemsNumbersDiffer() {
        RandomSource random = RandomSource.system();
        assertThat(LongStream.generate(random::nextLong).limit(100).distinct().count())
                .isEqualTo(100);
    }
}
