package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HealthCheckSettingsTest {

    @Test
    void theDefaultsAreThoseOfTheDocumentation() {
        assertThat(HealthCheckSettings.defaults())
                .isEqualTo(new HealthCheckSettings(
                        Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofSeconds(2), 3, 2, 0.2));
    }

    @Test
    void aShortIntervalShortensWhatFollowsFromIt() {
        HealthCheckSettings settings =
                HealthCheckSettings.builder().interval(Duration.ofSeconds(1)).build();
        assertThat(settings.timeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(settings.changingInterval()).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void aLongIntervalLeavesTheTimeOut() {
        HealthCheckSettings settings =
                HealthCheckSettings.builder().interval(Duration.ofMinutes(1)).build();
        assertThat(settings.timeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.changingInterval()).isEqualTo(Duration.ofSeconds(12));
    }

    @Test
    void aTimeOutThatWasSetIsNotChangedButRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HealthCheckSettings.builder()
                        .interval(Duration.ofSeconds(1))
                        .timeout(Duration.ofSeconds(1))
                        .build())
                .withMessage("timeout: PT1S (expected: > 0 and < interval PT1S)");
    }

    @Test
    void everythingThatIsWrongIsListedAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HealthCheckSettings.builder()
                        .interval(Duration.ofSeconds(5))
                        .changingInterval(Duration.ofSeconds(6))
                        .timeout(Duration.ZERO)
                        .unhealthyAfter(0)
                        .healthyAfter(-1)
                        .jitter(1)
                        .build())
                .withMessageContaining("changingInterval: PT6S")
                .withMessageContaining("timeout: PT0S")
                .withMessageContaining("unhealthyAfter: 0 (expected: >= 1)")
                .withMessageContaining("healthyAfter: -1 (expected: >= 1)")
                .withMessageContaining("jitter: 1.0");
    }

    @Test
    void anIntervalForEverIsRefused() {
        Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> HealthCheckSettings.builder().interval(forEver).build())
                .withMessage("interval: " + forEver + " (expected: > 0 and <= PT8760H)");
        assertThat(HealthCheckSettings.builder()
                        .interval(TimeSource.LONGEST)
                        .build()
                        .interval())
                .isEqualTo(Duration.ofDays(365));
    }

    @Test
    void aChangingIntervalOfNothingIsNotTheDefault() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HealthCheckSettings.builder()
                        .changingInterval(Duration.ZERO)
                        .build())
                .withMessage("changingInterval: PT0S (expected: > 0 and <= interval)");
    }

    @Test
    @SuppressWarnings("NullAway")
    void aTimeThatIsNullIsListedWithTheRest() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HealthCheckSettings.builder()
                        .interval(null)
                        .changingInterval(null)
                        .timeout(null)
                        .jitter(2)
                        .build())
                .withMessage(
                        "interval: null (expected: > 0 and <= PT8760H); changingInterval: null (expected: > 0 and <="
                                + " interval); timeout: null (expected: > 0 and < interval null); jitter: 2.0 (expected: 0"
                                + " to less than 1)");
    }

    @Test
    void anIntervalOfNothingIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        HealthCheckSettings.builder().interval(Duration.ZERO).build())
                .withMessage("interval: PT0S (expected: > 0 and <= PT8760H)");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> HealthCheckSettings.builder().jitter(Double.NaN).build())
                .withMessageContaining("jitter: NaN");
    }
}
