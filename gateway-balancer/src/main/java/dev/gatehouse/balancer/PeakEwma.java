package dev.gatehouse.balancer;

import java.time.Duration;

/**
 * The cheaper of two nodes, by latency times the calls that would be in flight (Peak EWMA of Finagle). See
 * {@link Strategy#peakEwma(Duration)}.
 *
 * @param decay after which a latency counts 1/e
 */
record PeakEwma(Duration decay) implements Strategy {

    /** As in Finagle. */
    static final Duration DECAY = Duration.ofSeconds(10);

    private static final Duration SHORTEST = Duration.ofMillis(1);

    PeakEwma {
        if (decay.compareTo(SHORTEST) < 0 || decay.compareTo(TimeSource.LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "decay: " + decay + " (expected: " + SHORTEST + " to " + TimeSource.LONGEST + ")");
        }
    }

    @Override
    public Picker newPicker(Setup setup) {
        PeakEwmaPicker before = setup.previous() instanceof PeakEwmaPicker picker ? picker : null;
        return new PeakEwmaPicker(decay, setup, before);
    }

    @Override
    public String toString() {
        return "peakEwma(" + decay + ")";
    }
}
