package dev.gatehouse.testkit.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Some servers that are alike. Immutable; made by {@link ScenarioBuilder#servers}. */
public final class ServerGroup {

    private final String name;
    private final int count;
    private final ServiceTime service;
    private final int concurrency;
    private final int queue;
    private final double speed;
    private final int weight;
    private final String zone;
    private final List<Fault> faults;

    private ServerGroup(Builder builder) {
        this.name = builder.name;
        this.count = builder.count;
        this.service = builder.service;
        this.concurrency = builder.concurrency;
        this.queue = builder.queue;
        this.speed = builder.speed;
        this.weight = builder.weight;
        this.zone = builder.zone;
        this.faults = List.copyOf(builder.faults);
    }

    String name() {
        return name;
    }

    int count() {
        return count;
    }

    ServiceTime service() {
        return service;
    }

    int concurrency() {
        return concurrency;
    }

    int queue() {
        return queue;
    }

    double speed() {
        return speed;
    }

    int weight() {
        return weight;
    }

    String zone() {
        return zone;
    }

    List<Fault> faults() {
        return faults;
    }

    /** What one of the servers can answer without faults, in calls a second. */
    double capacity() {
        return concurrency * speed / (service.meanNanos() / 1e9);
    }

    /** As a scenario file writes it. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(
                "servers " + name + ": count=" + count + " service=" + service + " concurrency=" + concurrency);
        if (queue != Builder.QUEUE) {
            text.append(" queue=").append(queue);
        }
        if (speed != 1) {
            text.append(" speed=").append(Texts.number(speed));
        }
        if (weight != 1) {
            text.append(" weight=").append(weight);
        }
        if (!zone.isEmpty()) {
            text.append(" zone=").append(zone);
        }
        faults.forEach(fault -> text.append(" fault=").append(fault));
        return text.toString();
    }

    /** Collects the settings of a group. Not safe for use by several threads. */
    public static final class Builder {

        private static final int QUEUE = 1_000;

        private final String name;
        private final int count;
        private final ServiceTime service;
        private int concurrency = 1;
        private int queue = QUEUE;
        private double speed = 1;
        private int weight = 1;
        private String zone = "";
        private final List<Fault> faults = new ArrayList<>();

        Builder(String name, int count, ServiceTime service) {
            this.name = Checks.notEmpty("servers", name);
            this.count = Checks.atLeast(1, "count", count);
            this.service = Objects.requireNonNull(service, "service");
        }

        /**
         * Sets how many calls a server serves at the same time; others wait in their order. <b>Default:</b> 1, the textbook's
         * queue.
         *
         * @param workers 1 or more
         * @return this builder
         */
        public Builder concurrency(int workers) {
            this.concurrency = Checks.atLeast(1, "concurrency", workers);
            return this;
        }

        /**
         * Sets how many calls may wait for a worker; one more is answered with a server error at once. <b>Default:</b> 1000:
         * far more than are answered in time.
         *
         * @param calls 0 or more
         * @return this builder
         */
        public Builder queue(int calls) {
            this.queue = Checks.atLeast(0, "queue", calls);
            return this;
        }

        /**
         * Sets how fast the hardware is: a worker needs the service time divided by it. <b>Default:</b> 1.
         *
         * @param factor more than 0
         * @return this builder
         */
        public Builder speed(double factor) {
            this.speed = Checks.positive("speed", factor);
            return this;
        }

        /**
         * Sets the weight of the endpoints, which is what somebody believes the server can take. <b>Default:</b> 1, whatever the
         * speed is.
         *
         * @param value as for an endpoint, 1 to 1 000 000
         * @return this builder
         */
        public Builder weight(int value) {
            this.weight = Checks.atLeast(1, "weight", value);
            return this;
        }

        /**
         * Sets the zone. <b>Default:</b> none.
         *
         * @param value a name
         * @return this builder
         */
        public Builder zone(String value) {
            this.zone = Checks.notEmpty("zone", value);
            return this;
        }

        /**
         * Adds something that goes wrong. <b>Default:</b> nothing does.
         *
         * @param fault what, and when
         * @return this builder
         */
        public Builder fault(Fault fault) {
            faults.add(Objects.requireNonNull(fault, "fault"));
            return this;
        }

        ServerGroup build() {
            return new ServerGroup(this);
        }
    }
}
