package dev.gatehouse.balancer;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a balancer was built with. */
record Settings(
        EndpointSource source,
        Strategy strategy,
        double panicThreshold,
        TimeSource time,
        RandomSource random,
        @Nullable HealthChecker healthChecker,
        HealthCheckSettings healthCheck,
        @Nullable OutlierDetection outlierDetection,
        @Nullable Duration slowStart,
        int maxInFlightPerNode,
        int maxInFlight,
        @Nullable PendingLimit pending,
        boolean stickyDrains) {}
