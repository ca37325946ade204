package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RandomChoiceTest {

    @Test
    void allNodesAreEquallyLikelyWhateverTheirWeights() {
        List<Endpoint> endpoints = List.of(
                Endpoints.weighted("a", 50),
                Endpoints.weighted("b", 1),
                Endpoints.weighted("c", 1),
                Endpoints.weighted("d", 1));
        Picker picker = Strategy.random().newPicker(Picks.setup(11, endpoints));
        // Binomial with n = 10 000 and p = 1/4: mean 2 500, deviation sqrt(n p (1 - p)) = 43.3; six of them are 260.
        assertThat(Picks.counts(picker, 10_000).values())
                .allSatisfy(count -> assertThat(count).isBetween(2_240, 2_760));
    }
}
