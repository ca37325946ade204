package dev.gatehouse;

import dev.gatehouse.http.PathVariables;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.TargetRule;
import dev.gatehouse.internal.routing.Rewrite;
import dev.gatehouse.internal.rules.ForwardingPolicy;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A route at work.
 *
 * @param upstream the upstream of a {@link Destination.To}; null for any other destination
 * @param filters those of the gateway, then the route's own
 * @param attemptFilters those of the gateway, then the upstream's
 */
record Route(
        String id,
        Destination destination,
        @Nullable Upstream upstream,
        Segment filters,
        Segment attemptFilters,
        Set<TargetRule> opened,
        @Nullable Rewrite rewrite,
        Timeouts timeouts,
        RetryPolicy retry,
        @Nullable Mirror mirror,
        ForwardingPolicy forwarding) {

    boolean endsInHost() {
        return destination instanceof Destination.ToHost;
    }

    Request rewrite(Request request, PathVariables variables) {
        return rewrite == null ? request : request.withTarget(rewrite.apply(request.target(), variables));
    }
}
