package dev.gatehouse;

import dev.gatehouse.balancer.EndpointSource;
import dev.gatehouse.balancer.HealthCheckSettings;
import dev.gatehouse.balancer.HealthChecker;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a user configured for an upstream. Equal settings mean that an update may keep the upstream as it is. */
record UpstreamSettings(
        String name,
        EndpointSource endpoints,
        Strategy strategy,
        @Nullable HealthChecker healthChecker,
        HealthCheckSettings healthCheck,
        double panicThreshold,
        Timeouts timeouts,
        RetryPolicy retry,
        Call.Protocol protocol,
        @Nullable Transport transport,
        List<Filter> attemptFilters) {}
