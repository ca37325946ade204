package dev.gatehouse;

import dev.gatehouse.balancer.EndpointSource;
import dev.gatehouse.balancer.HealthCheckSettings;
import dev.gatehouse.balancer.HealthChecker;
import dev.gatehouse.balancer.OutlierDetection;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a user configured for an upstream. */
record UpstreamSettings(
        String name,
        EndpointSource endpoints,
        Strategy strategy,
        @Nullable HealthChecker healthChecker,
        HealthCheckSettings healthCheck,
        double panicThreshold,
        @Nullable OutlierDetection outlierDetection,
        @Nullable Duration slowStart,
        int maxInFlightPerNode,
        int maxInFlight,
        Timeouts timeouts,
        RetryPolicy retry,
        Call.Protocol protocol,
        @Nullable Transport transport,
        List<Filter> attemptFilters) {

    /** Whether an update may keep the balancer: what else differs has no part in it. */
    boolean balancesLike(UpstreamSettings other) {
        return endpoints.equals(other.endpoints)
                && strategy.equals(other.strategy)
                && Objects.equals(healthChecker, other.healthChecker)
                && healthCheck.equals(other.healthCheck)
                && panicThreshold == other.panicThreshold
                && Objects.equals(outlierDetection, other.outlierDetection)
                && Objects.equals(slowStart, other.slowStart)
                && maxInFlightPerNode == other.maxInFlightPerNode
                && maxInFlight == other.maxInFlight;
    }

    /** Whether an update may keep the account of retries. */
    boolean budgetsLike(UpstreamSettings other) {
        return retry.budget() == other.retry.budget()
                && retry.minRetriesPerSecond() == other.retry.minRetriesPerSecond();
    }
}
