package dev.gatehouse.testkit;

import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Something that must hold for whatever input: a test body that runs many times, each time with other input that it draws
 * from a {@link Gen}. A failure names the seed and the run, and either is enough to see it again.
 *
 * <pre>{@code
 * Property.check(1_000, gen -> {
 *     List<Integer> numbers = gen.list(0, 20, () -> gen.between(-5, 5));
 *     assert sorted(numbers).size() == numbers.size();
 * });
 * }</pre>
 *
 * <p>The seed is a new one each time, so that a build that runs often sees much. The system property
 * {@value #SEED_PROPERTY} fixes it.
 */
public final class Property {

    /** The system property that fixes the seed of every check in the process. */
    public static final String SEED_PROPERTY = "gatehouse.seed";

    private Property() {}

    /**
     * What must hold.
     *
     * @see Property#check(int, Body)
     */
    @FunctionalInterface
    public interface Body {

        /**
         * Draws input, and throws if what must hold does not.
         *
         * @param gen where input comes from
         * @throws Exception if it does not hold
         */
        void run(Gen gen) throws Exception;
    }

    /**
     * Runs a body with different input, until it fails.
     *
     * @param runs how often, 1 or more
     * @param body what must hold
     * @throws AssertionError if it does not hold in one of the runs; the message names seed and run, the cause is what the
     *     body threw
     */
    public static void check(int runs, Body body) {
        Long fixed = Long.getLong(SEED_PROPERTY);
        check(fixed == null ? new SplittableRandom().nextLong() : fixed, runs, body);
    }

    /**
     * Runs a body with different input, always the same for the same seed.
     *
     * @param seed any number
     * @param runs how often, 1 or more
     * @param body what must hold
     * @throws AssertionError if it does not hold in one of the runs
     */
    public static void check(long seed, int runs, Body body) {
        Objects.requireNonNull(body);
        if (runs < 1) {
            throw new IllegalArgumentException("runs: " + runs + " (expected: >= 1)");
        }
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int run = 1; run <= runs; run++) {
            once(seeds.nextLong(), body, "run " + run + " of " + runs + " failed with seed " + seed + "L");
        }
    }

    /**
     * Runs a body once, with the input of one run that failed.
     *
     * @param runSeed the number that the failure named
     * @param body what must hold
     * @throws AssertionError if it still does not hold
     */
    public static void repeat(long runSeed, Body body) {
        once(runSeed, body, "the run failed");
    }

    private static void once(long runSeed, Body body, String failure) {
        Gen gen = new Gen(new SplittableRandom(runSeed));
        try {
            body.run(gen);
        } catch (Exception | AssertionError | StackOverflowError e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new AssertionError(
                    failure + "; see it again with Property.repeat(" + runSeed + "L, ...): " + e.getMessage(), e);
        }
    }
}
