package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecayingPeakTest {

    private static final int DECAY = 1 << 16;

    /** A float has 24 bits. */
    private static final Offset<Double> ROUNDING = within(1e-4);

    private final DecayingPeak peak = new DecayingPeak();

    @Test
    void nothingIsKnownAtFirst() {
        assertThat(peak.known()).isFalse();
        assertThat(peak.at(7)).isZero();
        peak.peak(0, 7);
        assertThat(peak.known()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 12_345})
    void itFadesWithTimeWhereverTheClockStands(int start) {
        peak.peak(1_000, start);
        assertThat(peak.at(start)).isEqualTo(1_000);
        assertThat(peak.at(start + DECAY)).isCloseTo(1_000 / Math.E, ROUNDING);
        assertThat(peak.at(start + 3 * DECAY)).isCloseTo(1_000 / Math.pow(Math.E, 3), ROUNDING);
    }

    @Test
    void aHigherSampleCountsAtOnceALowerOneByTheTimeThatWent() {
        peak.peak(100, 0);
        peak.peak(900, DECAY);
        assertThat(peak.at(DECAY)).isEqualTo(900);
        peak.peak(100, 2 * DECAY);
        assertThat(peak.at(2 * DECAY)).isCloseTo(900 / Math.E + 100 * (1 - 1 / Math.E), ROUNDING);
    }

    @Test
    void theSameSampleAgainHoldsTheValue() {
        peak.peak(100, 0);
        peak.peak(100, DECAY);
        assertThat(peak.at(DECAY)).isEqualTo(100);
    }

    @Test
    void anAverageRisesAsSlowlyAsItSinks() {
        peak.average(100, 0);
        peak.average(900, DECAY);
        assertThat(peak.at(DECAY)).isCloseTo(100 / Math.E + 900 * (1 - 1 / Math.E), ROUNDING);
    }

    @Test
    void aThreadThatWasOvertakenDoesNotTurnTheTimeBack() {
        peak.peak(100, 1_000);
        peak.peak(200, 990);
        assertThat(peak.at(1_000)).isEqualTo(200);
        assertThat(peak.at(1_000 + DECAY)).isCloseTo(200 / Math.E, ROUNDING);
    }
}
