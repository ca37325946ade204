package dev.gatehouse.balancer;

import java.util.List;

/**
 * Where the endpoints of a {@link Balancer} come from: a fixed list, a program that pushes updates, or a discovery
 * system.
 */
@FunctionalInterface
public interface EndpointSource {

    /**
     * Starts to report endpoints. A source that knows its endpoints reports them before it returns.
     *
     * @param listener told of each new list, serially
     * @return closing it ends the reports
     */
    AutoCloseable watch(Listener listener);

    /** Told what a source knows. */
    interface Listener {

        /**
         * The complete list of endpoints replaces the last one.
         *
         * @param endpoints unique by {@link Endpoint#id()}; an empty list means that there are none, on purpose
         */
        void onEndpoints(List<Endpoint> endpoints);

        /**
         * The source could not look; the last good list stays in use.
         *
         * @param failure why
         */
        void onFailure(Throwable failure);
    }
}
