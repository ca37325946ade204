package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.RandomSource;
import java.time.Duration;

/** The distributions of {@link ServiceTime}. */
final class ServiceTimes {

    /** The 99th percentile of the standard normal distribution. */
    static final double NORMAL_P99 = 2.3263478740408408;

    private ServiceTimes() {}

    static double nanos(String name, Duration time) {
        if (time.isZero() || time.isNegative()) {
            throw new IllegalArgumentException(name + ": " + time + " (expected: > 0)");
        }
        return time.toNanos();
    }

    /** Exponential with mean 1; never infinite, since the draw is below 1. */
    static double exponential(RandomSource random) {
        return -Math.log1p(-random.nextDouble());
    }

    /** Standard normal (Box and Muller, 1958). */
    static double normal(RandomSource random) {
        return Math.sqrt(2 * exponential(random)) * Math.cos(2 * Math.PI * random.nextDouble());
    }

    record Constant(double meanNanos) implements ServiceTime {

        @Override
        public double nextNanos(RandomSource random) {
            return meanNanos;
        }

        @Override
        public String toString() {
            return "constant(" + Texts.duration(meanNanos) + ")";
        }
    }

    record Exponential(double meanNanos) implements ServiceTime {

        @Override
        public double nextNanos(RandomSource random) {
            return meanNanos * exponential(random);
        }

        @Override
        public String toString() {
            return "exponential(" + Texts.duration(meanNanos) + ")";
        }
    }

    record Lognormal(double medianNanos, double sigma) implements ServiceTime {

        @Override
        public double nextNanos(RandomSource random) {
            return medianNanos * Math.exp(sigma * normal(random));
        }

        @Override
        public double meanNanos() {
            return medianNanos * Math.exp(sigma * sigma / 2);
        }

        @Override
        public String toString() {
            double p99 = medianNanos * Math.exp(sigma * NORMAL_P99);
            return "lognormal(" + Texts.duration(medianNanos) + "," + Texts.duration(p99) + ")";
        }
    }

    record Bimodal(double oftenNanos, double seldomNanos, double share) implements ServiceTime {

        @Override
        public double nextNanos(RandomSource random) {
            return random.nextDouble() < share ? seldomNanos : oftenNanos;
        }

        @Override
        public double meanNanos() {
            return oftenNanos * (1 - share) + seldomNanos * share;
        }

        @Override
        public String toString() {
            return "bimodal(" + Texts.duration(oftenNanos) + "," + Texts.duration(seldomNanos) + ","
                    + Texts.number(share) + ")";
        }
    }
}
