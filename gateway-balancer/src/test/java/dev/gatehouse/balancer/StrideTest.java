package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The sequence of gRPC's static stride scheduler (gRFC A58), by its rule: in round g the item i of weight w is taken if g w + i
 * / 2, modulo the largest weight as 1, is at least 1 - w. It begins anywhere, so that sequences are equal but for rotation.
 */
class StrideTest {

    private static String turns(long seed, int count, double... weights) {
        Stride stride = new Stride(weights, 0.5, RandomSource.seeded(seed));
        return IntStream.range(0, count)
                .mapToObj(i -> String.valueOf((char) ('a' + stride.next())))
                .collect(Collectors.joining());
    }

    /** By hand: b in the rounds 1, 5, 9 …, c in the rounds 3, 7, 11 …, a in all. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void fourToOneToOne(long seed) {
        assertThat("aabaac".repeat(21)).contains(turns(seed, 120, 4, 1, 1));
    }

    /**
     * The usual example of smooth weighted round robin, for which nginx publishes aabacaa: four of the heavy node in a row where
     * it repeats. Here there are two and a half rounds from b to c and from c to b, so two and three, or three and two.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void fiveToOneToOne(long seed) {
        // Strides of a fifth are rounded to 31 bits: in so few turns that shifts nothing, but where it begins.
        assertThat(turns(seed, 140, 5, 1, 1))
                .satisfiesAnyOf(
                        turns -> assertThat("aaabaac".repeat(21)).contains(turns),
                        turns -> assertThat("aaacaab".repeat(21)).contains(turns));
    }

    /** What the tests of gRPC say: six turns of the weights 1, 2 and 3 are 1, 2 and 3, and the heaviest has one in each round. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void oneToTwoToThree(long seed) {
        String turns = turns(seed, 120, 1, 2, 3);
        for (int i = 0; i + 6 <= turns.length(); i++) {
            assertThat(turns.substring(i, i + 6).chars().sorted().mapToObj(each -> String.valueOf((char) each)))
                    .as("from %d", i)
                    .containsExactly("a", "b", "b", "c", "c", "c");
        }
    }

    @Test
    void equalWeightsAreTakenOneAfterAnother() {
        assertThat("abc".repeat(341)).contains(turns(1, 1_000, 300, 300, 300));
    }
}
