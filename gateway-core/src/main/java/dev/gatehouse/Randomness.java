package dev.gatehouse;

import dev.gatehouse.balancer.RandomSource;
import org.jspecify.annotations.Nullable;

/** The one source of chance of a gateway: for the balancers, back-offs and request ids. */
record Randomness(RandomSource source) {

    Randomness(@Nullable Long seed) {
        this(seed == null ? RandomSource.system() : RandomSource.seeded(seed));
    }

    long nextLong() {
        return source.nextLong();
    }

    double nextDouble() {
        return source.nextDouble();
    }
}
