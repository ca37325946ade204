package dev.gatehouse.balancer;

import java.util.List;

/**
 * Endpoints that never change.
 *
 * @param endpoints the list
 */
record FixedEndpoints(List<Endpoint> endpoints) implements EndpointSource {

    FixedEndpoints {
        endpoints = List.copyOf(endpoints);
        long ids = endpoints.stream().map(Endpoint::id).distinct().count();
        if (ids < endpoints.size()) {
            throw new IllegalArgumentException("endpoints: " + endpoints + " (expected: different ids)");
        }
    }

    @Override
    public AutoCloseable watch(Listener listener) {
        listener.onEndpoints(endpoints);
        return () -> {};
    }
}
