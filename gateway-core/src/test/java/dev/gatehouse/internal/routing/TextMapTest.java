package dev.gatehouse.internal.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TextMapTest {

    /** Of two letters only, so that texts are often parts of each other, and small maps are often crowded. */
    @Test
    void partsOfATextAreFoundLikeInAHashMap() {
        SplittableRandom random = new SplittableRandom(7);
        int found = 0;
        for (int round = 0; round < 2_000; round++) {
            Map<String, Integer> expected = new HashMap<>();
            int size = random.nextInt(20);
            for (int i = 0; i < size; i++) {
                expected.put(text(random, 5), i);
            }
            TextMap<Integer> map = new TextMap<>(expected);
            assertThat(map.isEmpty()).isEqualTo(expected.isEmpty());
            for (int i = 0; i < 20; i++) {
                String text = text(random, 12);
                int start = random.nextInt(text.length() + 1);
                int end = start + random.nextInt(text.length() + 1 - start);
                String part = text.substring(start, end);
                Integer value = map.get(text, start, end);
                assertThat(value).isEqualTo(expected.get(part));
                assertThat(map.get(part)).isEqualTo(value);
                assertThat(map.get(text, start, end, part.hashCode())).isEqualTo(value);
                found += value == null ? 0 : 1;
            }
        }
        assertThat(found).isGreaterThan(1_000);
    }

    private static String text(SplittableRandom random, int length) {
        StringBuilder text = new StringBuilder();
        int wanted = random.nextInt(length + 1);
        while (text.length() < wanted) {
            text.append(random.nextBoolean() ? 'a' : 'b');
        }
        return text.toString();
    }
}
