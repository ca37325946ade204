package dev.gatehouse;

import dev.gatehouse.balancer.EndpointSource;
import dev.gatehouse.balancer.HealthChecker;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import dev.gatehouse.transport.TransportProbes;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a user configured for an upstream. */
record UpstreamSettings(
        String name,
        EndpointSource endpoints,
        Strategy strategy,
        @Nullable Strategy shadow,
        HashKey hashKey,
        @Nullable Affinity affinity,
        ProtectedUpstream.Protection protection,
        Timeouts timeouts,
        RetryPolicy retry,
        @Nullable HedgePolicy hedge,
        Call.Protocol protocol,
        @Nullable Transport transport,
        List<Filter> attemptFilters) {

    /** As long as an answer about load counts by default: a later one says nothing. */
    private static final Duration LOAD_PROBE = Duration.ofSeconds(1);

    /** Whether an update may keep the balancer: what else differs has no part in it. */
    boolean balancesLike(UpstreamSettings other) {
        return endpoints.equals(other.endpoints)
                && strategy.equals(other.strategy)
                && Objects.equals(shadow, other.shadow)
                && (affinity == null) == (other.affinity == null)
                && protection.equals(other.protection);
    }

    /** The strategy, asking endpoints for their load the way of the traffic. */
    Strategy strategy(Transport used) {
        return strategy.through(probes(used, LOAD_PROBE));
    }

    /** What would be asked in the place of the strategy; null if nothing is. */
    @Nullable
    Strategy shadow(Transport used) {
        return shadow == null ? null : shadow.through(probes(used, LOAD_PROBE));
    }

    /** The checker, asking the way of the traffic so that what it finds out is true of that; null for no checks. */
    @Nullable
    HealthChecker healthChecker(Transport used) {
        HealthChecker checker = protection.healthChecker();
        return checker == null
                ? null
                : checker.through(probes(used, protection.healthCheck().timeout()));
    }

    private TransportProbes probes(Transport used, Duration timeout) {
        return new TransportProbes(used, protocol, timeout);
    }

    /** Whether an update may keep the account of retries. */
    boolean budgetsLike(UpstreamSettings other) {
        return retry.budget() == other.retry.budget()
                && retry.minRetriesPerSecond() == other.retry.minRetriesPerSecond();
    }
}
