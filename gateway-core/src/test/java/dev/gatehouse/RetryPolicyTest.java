package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {

    private static RetryPolicy.Builder builder() {
        return RetryPolicy.defaults().toBuilder();
    }

    @Test
    void everySettingThatCannotBeIsListed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder()
                        .maxAttempts(11)
                        .statuses(200, 503)
                        .budget(Double.NaN)
                        .minRetriesPerSecond(-1)
                        .backOff(Duration.ofSeconds(2), Duration.ofSeconds(1))
                        .maxReplayBytes(-1)
                        .build())
                .withMessage("maxAttempts: 11 (expected: 1 to 10); statuses: 200 (expected: 400 to 599);"
                        + " budget: NaN (expected: 0 to 1); minRetriesPerSecond: -1 (expected: >= 0);"
                        + " maxBackOff: PT1S (expected: backOff to PT1H); maxReplayBytes: -1 (expected: >= 0)");
    }

    @Test
    void aBackOffForEverIsRefused() {
        Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().backOff(Duration.ZERO, forEver).build())
                .withMessage("maxBackOff: " + forEver + " (expected: backOff to PT1H)");
    }

    @Test
    void withoutRetriesNoSettingOfThemHasAnEffect() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> builder().budget(0.5).maxAttempts(1).statuses(503).build())
                .withMessage("budget, statuses without effect: maxAttempts is 1, so nothing is sent again");
        assertThat(builder().maxAttempts(1).build()).hasToString("none");
    }

    @Test
    void retriesCanBeTurnedOffWhereOthersHaveSetThemUp() {
        RetryPolicy upstream = builder().budget(0.5).build();
        RetryPolicy route = upstream.toBuilder().maxAttempts(1).build();
        assertThat(route.budget()).isEqualTo(0.5);
        assertThat(route.maxAttempts()).isEqualTo(1);
    }
}
