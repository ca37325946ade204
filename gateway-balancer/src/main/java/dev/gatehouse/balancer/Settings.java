package dev.gatehouse.balancer;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a balancer was built with. */
record Settings(
        EndpointSource source,
        Strategy strategy,
        @Nullable Strategy shadow,
        double panicThreshold,
        TimeSource time,
        RandomSource random,
        @Nullable HealthChecker healthChecker,
        HealthCheckSettings healthCheck,
        @Nullable OutlierDetection outlierDetection,
        @Nullable CircuitBreaking circuitBreaking,
        @Nullable AdaptiveConcurrency adaptiveConcurrency,
        @Nullable Duration slowStart,
        int maxInFlightPerNode,
        int maxInFlight,
        @Nullable PendingLimit pending,
        boolean stickyDrains) {}
