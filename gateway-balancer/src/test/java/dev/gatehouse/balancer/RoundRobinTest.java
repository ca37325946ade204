package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RoundRobinTest {

    @Test
    void eachNodeComesOnceARound() {
        Picker picker = Strategy.roundRobin().newPicker(Picks.setup(3, Endpoints.list("a", "b", "c")));
        List<String> ids = Picks.ids(picker, 300);
        for (int i = 0; i + 3 <= ids.size(); i++) {
            assertThat(Set.copyOf(ids.subList(i, i + 3))).hasSize(3);
        }
    }

    @Test
    void manyClientsDoNotBeginAtTheSameNode() {
        Set<String> firsts = new TreeSet<>();
        LongStream.range(0, 100)
                .forEach(seed -> firsts.add(Picks.ids(
                                Strategy.roundRobin().newPicker(Picks.setup(seed, Endpoints.list("a", "b", "c"))), 1)
                        .get(0)));
        // Each of the three is missed by all of 100 fair starts with probability (2/3)^100 < 1e-17.
        assertThat(firsts).containsExactly("a", "b", "c");
    }

    @Test
    void weightsDoNotMatter() {
        List<Endpoint> endpoints = List.of(Endpoints.weighted("a", 100), Endpoints.weighted("b", 1));
        Picker picker = Strategy.roundRobin().newPicker(Picks.setup(1, endpoints));
        assertThat(Picks.counts(picker, 200)).isEqualTo(Map.of("a", 100, "b", 100));
    }
}
