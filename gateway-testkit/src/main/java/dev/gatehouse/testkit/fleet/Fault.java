package dev.gatehouse.testkit.fleet;

import java.time.Duration;
import java.util.Objects;

/**
 * What goes wrong with the servers of a group, each of them on its own: for the whole run, or {@linkplain #during for a
 * part of it}. Immutable.
 */
public final class Fault {

    /** Longer than any run. */
    private static final Duration ALWAYS = Duration.ofDays(365);

    private final Effect effect;
    private final Duration from;
    private final Duration until;

    private Fault(Effect effect, Duration from, Duration until) {
        this.effect = effect;
        this.from = from;
        this.until = until;
    }

    sealed interface Effect {}

    record Slow(double factor) implements Effect {}

    record Failing(double rate) implements Effect {}

    record FailFast() implements Effect {}

    record Flapping(Duration period) implements Effect {}

    record Antagonist(double share, Duration on, Duration off) implements Effect {}

    record RollingRestart(Duration drain, Duration down) implements Effect {}

    private static Fault always(Effect effect) {
        return new Fault(effect, Duration.ZERO, ALWAYS);
    }

    /**
     * Every call takes longer, those included that are being served.
     *
     * @param factor how many times as long; more than 0
     * @return a fault
     * @throws IllegalArgumentException if the factor is none
     */
    public static Fault slow(double factor) {
        return always(new Slow(Checks.positive("slow", factor)));
    }

    /**
     * Some calls are served and then answered with a server error.
     *
     * @param rate which share, 0 to 1
     * @return a fault
     * @throws IllegalArgumentException if the rate is none
     */
    public static Fault failing(double rate) {
        return always(new Failing(Checks.share("failing", rate)));
    }

    /**
     * Every call is answered with a server error at once, without a worker: the node that looks idle and fast and so draws
     * calls to itself. Health checks do not notice.
     *
     * @return a fault
     */
    public static Fault failFast() {
        return always(new FailFast());
    }

    /**
     * Up for half of each period, then down for the other half: calls under way are broken off, new ones and health checks
     * find nobody.
     *
     * @param period more than 0
     * @return a fault
     * @throws IllegalArgumentException if the period is none
     */
    public static Fault flapping(Duration period) {
        return always(new Flapping(Checks.positive("flapping", period)));
    }

    /**
     * Another program on the machine that takes a share of it now and then, as neighbours in a shared cluster do. It comes and
     * goes by chance, with exponential times, and is there at the start with the probability that it has in the long run.
     *
     * @param share which share of the server's speed it takes while it runs, 0 to less than 1
     * @param on how long it runs in the mean; more than 0
     * @param off how long it stays away in the mean; more than 0
     * @return a fault
     * @throws IllegalArgumentException if a value is none
     */
    public static Fault antagonist(double share, Duration on, Duration off) {
        if (!(share >= 0 && share < 1)) {
            throw new IllegalArgumentException("antagonist: " + share + " (expected: 0 to less than 1)");
        }
        return always(
                new Antagonist(share, Checks.positive("antagonist on", on), Checks.positive("antagonist off", off)));
    }

    /**
     * The servers of the group are restarted one after another. Each is drained at all clients first, then goes down, with
     * what is still under way broken off, and comes back with an empty queue; then it is the next one's turn.
     *
     * @param drain how long it is drained before; zero is a restart that nobody announced
     * @param down how long it is down; more than 0
     * @return a fault; it begins with the first server, and starts no new restart after its end
     * @throws IllegalArgumentException if a time is none
     */
    public static Fault rollingRestart(Duration drain, Duration down) {
        return always(new RollingRestart(
                Checks.notNegative("rollingRestart drain", drain), Checks.positive("rollingRestart down", down)));
    }

    /**
     * The same fault for a part of the run.
     *
     * @param start when it begins, from the start of the run; 0 or more
     * @param end when it ends; later
     * @return a fault
     * @throws IllegalArgumentException if the end is not later
     */
    public Fault during(Duration start, Duration end) {
        Checks.notNegative("during", start);
        if (end.compareTo(start) <= 0) {
            throw new IllegalArgumentException(
                    "during: " + start + " to " + end + " (expected: an end after the start)");
        }
        return new Fault(effect, start, end);
    }

    Effect effect() {
        return effect;
    }

    Duration from() {
        return from;
    }

    Duration until() {
        return until;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Fault fault
                && effect.equals(fault.effect)
                && from.equals(fault.from)
                && until.equals(fault.until);
    }

    @Override
    public int hashCode() {
        return Objects.hash(effect, from, until);
    }

    /** As a scenario file writes it. */
    @Override
    public String toString() {
        String what;
        if (effect instanceof Slow slow) {
            what = "slow(" + Texts.number(slow.factor()) + ")";
        } else if (effect instanceof Failing failing) {
            what = "failing(" + Texts.number(failing.rate()) + ")";
        } else if (effect instanceof Flapping flapping) {
            what = "flapping(" + Texts.duration(flapping.period()) + ")";
        } else if (effect instanceof Antagonist antagonist) {
            what = "antagonist(" + Texts.number(antagonist.share()) + "," + Texts.duration(antagonist.on()) + ","
                    + Texts.duration(antagonist.off()) + ")";
        } else if (effect instanceof RollingRestart restart) {
            what = "rollingRestart(" + Texts.duration(restart.drain()) + "," + Texts.duration(restart.down()) + ")";
        } else {
            what = "failFast";
        }
        boolean whole = from.isZero() && until.equals(ALWAYS);
        return whole ? what : what + "@" + Texts.duration(from) + ".." + Texts.duration(until);
    }
}
