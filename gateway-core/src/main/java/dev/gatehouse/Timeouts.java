package dev.gatehouse;

import dev.gatehouse.balancer.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All times that a request may take on its way through an upstream. {@link Duration#ZERO} means no limit, where that is
 * allowed; none is longer than {@link TimeSource#LONGEST}.
 *
 * @param connect how long a new connection may take, TLS included; must have a limit. <b>Default:</b> 5 s: two lost SYN
 *     packets are repeated within 3 s (RFC 6298 §2.1 doubled once), a third loss means that the endpoint is gone
 * @param firstByte how long an endpoint may take to begin its answer once it has the whole request. <b>Default:</b> 30 s
 * @param idle how long a connection may carry nothing in either direction while a request is under way.
 *     <b>Default:</b> 60 s, as with nginx
 * @param attempt how long one attempt may take, from the choice of an endpoint to the end of its answer.
 *     <b>Default:</b> no limit, since it would cut endless answers such as server-sent events
 * @param total how long everything may take, from the arrival of the request to the end of the answer, waiting, retries
 *     and back-offs included. <b>Default:</b> no limit, for the same reason
 */
public record Timeouts(Duration connect, Duration firstByte, Duration idle, Duration attempt, Duration total) {

    private static final Timeouts DEFAULTS = new Timeouts(
            Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ZERO, Duration.ZERO);

    /**
     * Checks each time by itself.
     *
     * @throws IllegalArgumentException listing each that is negative or too long, and a {@code connect} without a limit
     */
    public Timeouts {
        throwIfAny(problems(connect, firstByte, idle, attempt, total));
    }

    /**
     * The defaults.
     *
     * @return connect 5 s, first byte 30 s, idle 60 s, no limit for attempt and total
     */
    public static Timeouts defaults() {
        return DEFAULTS;
    }

    /**
     * A builder that starts from these times.
     *
     * @return a new builder
     */
    public Builder toBuilder() {
        return new Builder(this);
    }

    private static List<String> problems(
            Duration connect, Duration firstByte, Duration idle, Duration attempt, Duration total) {
        List<String> problems = new ArrayList<>();
        check(problems, "connect", connect, true);
        check(problems, "firstByte", firstByte, false);
        check(problems, "idle", idle, false);
        check(problems, "attempt", attempt, false);
        check(problems, "total", total, false);
        return problems;
    }

    private static void check(List<String> problems, String name, @Nullable Duration value, boolean limited) {
        String expected = null;
        if (value == null || value.isNegative() || (limited && value.isZero())) {
            expected = limited ? "> 0" : ">= 0";
        } else if (value.compareTo(TimeSource.LONGEST) > 0) {
            expected = "<= " + TimeSource.LONGEST + (limited ? "" : ", or 0 for no limit");
        }
        if (expected != null) {
            problems.add(name + ": " + value + " (expected: " + expected + ")");
        }
    }

    private static void throwIfAny(List<String> problems) {
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    /** Collects times. Not safe for use by several threads. */
    public static final class Builder {

        private Duration connect;
        private Duration firstByte;
        private Duration idle;
        private Duration attempt;
        private Duration total;

        /** What this builder was told, for those to whom not every time has an effect. */
        private final Set<String> changed = new LinkedHashSet<>();

        private Builder(Timeouts from) {
            connect = from.connect;
            firstByte = from.firstByte;
            idle = from.idle;
            attempt = from.attempt;
            total = from.total;
        }

        /**
         * Sets {@link Timeouts#connect}.
         *
         * @param value more than zero
         * @return this builder
         */
        public Builder connect(Duration value) {
            changed.add("connect");
            connect = value;
            return this;
        }

        /**
         * Sets {@link Timeouts#firstByte}.
         *
         * @param value zero for no limit
         * @return this builder
         */
        public Builder firstByte(Duration value) {
            changed.add("firstByte");
            firstByte = value;
            return this;
        }

        /**
         * Sets {@link Timeouts#idle}.
         *
         * @param value zero for no limit
         * @return this builder
         */
        public Builder idle(Duration value) {
            changed.add("idle");
            idle = value;
            return this;
        }

        /**
         * Sets {@link Timeouts#attempt}.
         *
         * @param value zero for no limit
         * @return this builder
         */
        public Builder attempt(Duration value) {
            changed.add("attempt");
            attempt = value;
            return this;
        }

        /**
         * Sets {@link Timeouts#total}.
         *
         * @param value zero for no limit
         * @return this builder
         */
        public Builder total(Duration value) {
            changed.add("total");
            total = value;
            return this;
        }

        /**
         * Makes the times.
         *
         * @return the times
         * @throws IllegalArgumentException listing all that cannot be, also in combination
         */
        public Timeouts build() {
            List<String> problems = problems(connect, firstByte, idle, attempt, total);
            if (problems.isEmpty() && !total.isZero() && attempt.compareTo(total) > 0) {
                problems.add("attempt: " + attempt + " has no effect beyond total: " + total + " (expected: <= total)");
            }
            throwIfAny(problems);
            return new Timeouts(connect, firstByte, idle, attempt, total);
        }

        /** The names of the times that were set since this builder was made. */
        Set<String> changed() {
            return changed;
        }
    }
}
