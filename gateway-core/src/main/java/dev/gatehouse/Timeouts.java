package dev.gatehouse;

import java.time.Duration;
import java.util.Objects;

/**
 * All times that a request may take on its way through an upstream. {@link Duration#ZERO} means no limit, where that is
 * allowed.
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
     * @throws IllegalArgumentException if one is negative or {@code connect} has no limit
     */
    public Timeouts {
        if (connect.isZero() || connect.isNegative()) {
            throw new IllegalArgumentException("connect: " + connect + " (expected: > 0)");
        }
        notNegative("firstByte", firstByte);
        notNegative("idle", idle);
        notNegative("attempt", attempt);
        notNegative("total", total);
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

    private static void notNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: >= 0)");
        }
    }

    /** Collects times. Not safe for use by several threads. */
    public static final class Builder {

        private Duration connect;
        private Duration firstByte;
        private Duration idle;
        private Duration attempt;
        private Duration total;

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
            connect = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Sets {@link Timeouts#firstByte}.
         *
         * @param value zero for no limit
         * @return this builder
         */
        public Builder firstByte(Duration value) {
            firstByte = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Sets {@link Timeouts#idle}.
         *
         * @param value zero for no limit
         * @return this builder
         */
        public Builder idle(Duration value) {
            idle = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Sets {@link Timeouts#attempt}.
         *
         * @param value zero for no limit
         * @return this builder
         */
        public Builder attempt(Duration value) {
            attempt = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Sets {@link Timeouts#total}.
         *
         * @param value zero for no limit
         * @return this builder
         */
        public Builder total(Duration value) {
            total = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Makes the times.
         *
         * @return the times
         * @throws IllegalArgumentException listing all that cannot be, also in combination
         */
        public Timeouts build() {
            Timeouts times = new Timeouts(connect, firstByte, idle, attempt, total);
            if (!attempt.isZero() && !total.isZero() && attempt.compareTo(total) > 0) {
                throw new IllegalArgumentException(
                        "attempt: " + attempt + " has no effect beyond total: " + total + " (expected: <= total)");
            }
            return times;
        }
    }
}
