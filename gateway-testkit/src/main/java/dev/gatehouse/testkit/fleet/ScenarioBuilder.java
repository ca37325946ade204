package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.HealthCheckSettings;
import dev.gatehouse.balancer.OutlierDetection;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Collects the settings of a scenario. Not safe for use by several threads. */
public final class ScenarioBuilder extends ScenarioSettings {

    ScenarioBuilder(String name) {
        super(name);
    }

    ScenarioBuilder copy() {
        ScenarioBuilder copy = new ScenarioBuilder(name);
        copy.take(this);
        return copy;
    }

    /**
     * Adds servers that are alike. At least one group is needed.
     *
     * @param group its name, of which the endpoints' ids are made: {@code name-1} and so on
     * @param count how many there are
     * @param service how long a worker is busy with a call
     * @param more sets what else there is to say of them
     * @return this builder
     */
    public ScenarioBuilder servers(String group, int count, ServiceTime service, Consumer<ServerGroup.Builder> more) {
        addServers(group, count, service, more);
        return this;
    }

    /**
     * Sets the rate of calls of all clients together from the start on: a Poisson process, each call by a client by
     * chance. Needed.
     *
     * @param perSecond more than 0
     * @return this builder
     */
    public ScenarioBuilder arrivals(double perSecond) {
        return arrivalsFrom(Duration.ZERO, perSecond);
    }

    /**
     * Changes the rate of calls at some time of the run.
     *
     * @param from later than the step before
     * @param perSecond more than 0
     * @return this builder
     */
    public ScenarioBuilder arrivalsFrom(Duration from, double perSecond) {
        addArrivals(from, perSecond);
        return this;
    }

    /**
     * Sets the number of clients, each with a balancer of its own. <b>Default:</b> 1.
     *
     * @param count 1 or more
     * @param clientZones their zones, dealt in turn; none if they have none
     * @return this builder
     */
    public ScenarioBuilder clients(int count, String... clientZones) {
        this.clients = Checks.atLeast(1, "clients", count);
        this.zones = List.of(clientZones);
        return this;
    }

    /**
     * Sets the seed of all chance. <b>Default:</b> 1.
     *
     * @param value any number
     * @return this builder
     */
    public ScenarioBuilder seed(long value) {
        this.seed = value;
        return this;
    }

    /**
     * Sets how long calls come. <b>Default:</b> 60 s. The tail needs many calls: for a p99.9 that is right to a tenth, some
     * hundred thousand.
     *
     * @param value more than the warm-up
     * @return this builder
     */
    public ScenarioBuilder duration(Duration value) {
        this.duration = Checks.positive("duration", value);
        return this;
    }

    /**
     * Sets how long nothing is measured: until queues are what they are in the long run. <b>Default:</b> a tenth of the
     * duration.
     *
     * @param value 0 or more, less than the duration
     * @return this builder
     */
    public ScenarioBuilder warmUp(Duration value) {
        this.warmUp = Checks.notNegative("warmUp", value);
        this.warmUpSet = true;
        return this;
    }

    /**
     * Sets after which time a client gives an attempt up. The server does not notice, and serves it all the same.
     * <b>Default:</b> 1 s.
     *
     * @param value more than 0
     * @return this builder
     */
    public ScenarioBuilder timeout(Duration value) {
        this.timeout = Checks.positive("timeout", value);
        return this;
    }

    /**
     * Sets how long a message is under way, each way. <b>Default:</b> 0.
     *
     * @param value 0 or more
     * @return this builder
     */
    public ScenarioBuilder networkDelay(Duration value) {
        this.networkDelay = Checks.notNegative("networkDelay", value);
        return this;
    }

    /**
     * Sets how much longer a message is under way between zones. <b>Default:</b> 0.
     *
     * @param value 0 or more
     * @return this builder
     */
    public ScenarioBuilder zoneDelay(Duration value) {
        this.zoneDelay = Checks.notNegative("zoneDelay", value);
        return this;
    }

    /**
     * Tries a call that failed in any way again, at once and at another server if there is one, within a production
     * {@link dev.gatehouse.balancer.RetryBudget} for each client. <b>Default:</b> no retries.
     *
     * @param attempts at most so many, the first included; 2 or more
     * @param share retries for each request, 0 to 1
     * @param perSecond retries for each second in any case
     * @return this builder
     */
    public ScenarioBuilder retries(int attempts, double share, int perSecond) {
        this.retries = new Retries(
                Checks.atLeast(2, "retries attempts", attempts),
                Checks.share("retries share", share),
                Checks.atLeast(0, "retries perSecond", perSecond));
        return this;
    }

    /**
     * Sends a call that is not answered within a quantile of its client's latencies to a second server as well; the first good
     * answer counts. The quantile is found by the production class, and hedges come out of the budget of {@link #retries}. A server
     * works on for an attempt that was given up. <b>Default:</b> no hedges.
     *
     * @param quantile 0.5 to 0.999
     * @return this builder
     */
    public ScenarioBuilder hedge(double quantile) {
        if (!(quantile >= 0.5 && quantile <= 0.999)) {
            throw new IllegalArgumentException("hedge: " + quantile + " (expected: 0.5 to 0.999)");
        }
        this.hedgeQuantile = quantile;
        return this;
    }

    /**
     * Ejects servers whose calls fail. <b>Default:</b> none is ejected.
     *
     * @param value the production settings, the same in all clients
     * @return this builder
     */
    public ScenarioBuilder outlierDetection(OutlierDetection value) {
        this.outlierDetection = value;
        return this;
    }

    /**
     * Checks whether servers are up. <b>Default:</b> no checks.
     *
     * @param value the production settings, the same in all clients
     * @return this builder
     */
    public ScenarioBuilder healthChecks(HealthCheckSettings value) {
        this.healthChecks = value;
        return this;
    }

    /**
     * Gives each call a key, for strategies that hash. <b>Default:</b> no keys.
     *
     * @param count how many there are; 1 or more
     * @param exponent 0 for keys that are all as frequent; 1 for Zipf's law, where few are hot
     * @return this builder
     */
    public ScenarioBuilder keys(int count, double exponent) {
        if (!(exponent >= 0 && exponent < 10)) {
            throw new IllegalArgumentException("keys exponent: " + exponent + " (expected: 0 to 10)");
        }
        this.keys = new Keys(Checks.atLeast(1, "keys", count), exponent);
        return this;
    }

    /**
     * Makes the scenario.
     *
     * @return a scenario
     * @throws IllegalArgumentException listing everything that is wrong
     */
    public Scenario build() {
        check();
        return new Scenario(copy());
    }
}
