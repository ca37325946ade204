package dev.gatehouse.balancer;

import java.util.List;
import java.util.stream.Stream;

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

    /**
     * Endpoints that never change.
     *
     * @param uris one for each, such as {@code http://10.0.0.11:8080}
     * @return a source, equal to others with the same endpoints
     * @throws IllegalArgumentException if one is no such URI, or two are the same
     */
    static EndpointSource of(String... uris) {
        return fixed(Stream.of(uris).map(Endpoint::of).toArray(Endpoint[]::new));
    }

    /**
     * Endpoints that never change.
     *
     * @param endpoints the endpoints
     * @return a source, equal to others with the same endpoints
     * @throws IllegalArgumentException if two have the same id
     */
    static EndpointSource fixed(Endpoint... endpoints) {
        return new FixedEndpoints(List.of(endpoints));
    }

    /**
     * The endpoints of several sources as one list. It reports once each source has reported or failed; one that fails
     * before its first report counts as empty.
     *
     * @param sources the sources
     * @return a source
     */
    static EndpointSource composite(EndpointSource... sources) {
        return new CompositeEndpoints(List.of(sources));
    }

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
