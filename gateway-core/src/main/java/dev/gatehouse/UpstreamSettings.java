package dev.gatehouse;

import dev.gatehouse.balancer.EndpointSource;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a user configured for an upstream. */
record UpstreamSettings(
        String name,
        EndpointSource endpoints,
        Strategy strategy,
        HashKey hashKey,
        @Nullable Affinity affinity,
        ProtectedUpstream.Protection protection,
        Timeouts timeouts,
        RetryPolicy retry,
        @Nullable HedgePolicy hedge,
        Call.Protocol protocol,
        @Nullable Transport transport,
        List<Filter> attemptFilters) {

    /** Whether an update may keep the balancer: what else differs has no part in it. */
    boolean balancesLike(UpstreamSettings other) {
        return endpoints.equals(other.endpoints)
                && strategy.equals(other.strategy)
                && (affinity == null) == (other.affinity == null)
                && protection.equals(other.protection);
    }

    /** Whether an update may keep the account of retries. */
    boolean budgetsLike(UpstreamSettings other) {
        return retry.budget() == other.retry.budget()
                && retry.minRetriesPerSecond() == other.retry.minRetriesPerSecond();
    }
}
