package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PropertyTest {

    @Test
    void theBodyRunsEachTimeWithOtherInput() {
        Set<Long> seen = new HashSet<>();
        Property.check(1_000, gen -> seen.add(gen.bits()));
        assertThat(seen).hasSize(1_000);
    }

    @Test
    void theSameSeedGivesTheSameInput() {
        List<Long> first = new ArrayList<>();
        List<Long> second = new ArrayList<>();
        Property.check(7, 20, gen -> first.add(gen.bits()));
        Property.check(7, 20, gen -> second.add(gen.bits()));
        assertThat(second).isEqualTo(first);
    }

    @Test
    void aFailureNamesSeedAndRunAndEndsTheCheck() {
        List<Integer> numbers = new ArrayList<>();
        Property.Body body = gen -> {
            numbers.add(gen.between(0, 99));
            assertThat(numbers).hasSizeLessThan(5);
        };
        assertThatThrownBy(() -> Property.check(42, 100, body))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("run 5 of 100 failed with seed 42L; see it again with Property.repeat(")
                .hasCauseInstanceOf(AssertionError.class);
        assertThat(numbers).hasSize(5);
    }

    @Test
    void aRunThatFailedCanBeSeenAgain() {
        List<Integer> numbers = new ArrayList<>();
        Property.Body body = gen -> {
            numbers.add(gen.between(0, 1_000_000));
            if (numbers.get(numbers.size() - 1) > 900_000) {
                throw new IllegalStateException("too many");
            }
        };
        Throwable failure = catchThrowable(() -> Property.check(1, 1_000, body));
        Matcher seed = Pattern.compile("repeat\\((-?\\d+)L").matcher(failure.getMessage());
        assertThat(seed.find()).isTrue();
        assertThatThrownBy(() -> Property.repeat(Long.parseLong(seed.group(1)), body))
                .hasRootCauseMessage("too many");
        assertThat(numbers.get(numbers.size() - 1)).isEqualTo(numbers.get(numbers.size() - 2));
    }

    @Test
    void noRunsAreNoCheck() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Property.check(0, gen -> {}))
                .withMessage("runs: 0 (expected: >= 1)");
    }

    @Test
    void whatIsDrawnIsWithinItsBoundsAndReachesThem() {
        Set<Integer> numbers = new HashSet<>();
        Set<Integer> sizes = new HashSet<>();
        Set<List<String>> orders = new HashSet<>();
        Set<String> texts = new HashSet<>();
        Property.check(3, 500, gen -> {
            numbers.add(gen.between(-1, 2));
            sizes.add(gen.list(0, 3, gen::bits).size());
            orders.add(gen.shuffled(List.of("a", "b", "c")));
            texts.add(gen.text("xy", 1, 2));
            assertThat(gen.between(Long.MIN_VALUE, Long.MAX_VALUE)).isNotZero();
            assertThat(gen.between(Long.MAX_VALUE - 1, Long.MAX_VALUE)).isGreaterThanOrEqualTo(Long.MAX_VALUE - 1);
            assertThat(gen.between(Integer.MIN_VALUE, Integer.MIN_VALUE)).isEqualTo(Integer.MIN_VALUE);
            assertThat(gen.someOf(List.of(1, 2, 3))).doesNotHaveDuplicates().isSubsetOf(1, 2, 3);
            assertThat(gen.oneOf("a", "b")).isIn("a", "b");
            assertThat(gen.oneOf(List.of(5))).isEqualTo(5);
            assertThat(gen.bytes(9)).hasSize(9);
            assertThat(gen.chance(0)).isFalse();
            assertThat(gen.chance(1)).isTrue();
        });
        // Each of at most 6 values is missed by 500 draws with probability (5/6)^500 < 1e-39.
        assertThat(numbers).containsExactlyInAnyOrder(-1, 0, 1, 2);
        assertThat(sizes).containsExactlyInAnyOrder(0, 1, 2, 3);
        assertThat(orders).hasSize(6);
        assertThat(texts).containsExactlyInAnyOrder("x", "y", "xx", "xy", "yx", "yy");
    }
}
