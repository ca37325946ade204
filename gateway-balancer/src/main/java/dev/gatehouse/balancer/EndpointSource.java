package dev.gatehouse.balancer;

import java.nio.file.Path;
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

    /**
     * Endpoints by the A and AAAA records of a name, each with its address and port as id. {@link #dnsBuilder} has settings;
     * {@link DnsEndpoints} tells when it looks, and what it does when there is no answer.
     *
     * @param host a full name, without a search list
     * @param port 1 to 65535
     * @return a source of {@code http} endpoints, equal to others for the same name and port
     * @throws IllegalArgumentException if it is no name (an address is none) or no port
     */
    static EndpointSource dns(String host, int port) {
        return dnsBuilder(host, port).build();
    }

    /**
     * As {@link #dns}, with settings.
     *
     * @param host a full name, without a search list
     * @param port 1 to 65535
     * @return a builder
     * @throws IllegalArgumentException if it is no name (an address is none) or no port
     */
    static DnsEndpoints.Builder dnsBuilder(String host, int port) {
        return DnsEndpoints.builder(host, port);
    }

    /**
     * Endpoints by the SRV records of a service, each with its target and port as id, so that it keeps it when its address
     * changes. Their priorities and weights become the endpoints'; the weight 0 becomes 1. {@link #dnsSrvBuilder} has
     * settings; {@link DnsEndpoints} tells when it looks, and what it does when there is no answer.
     *
     * @param service a full name, such as {@code _http._tcp.orders.example}
     * @return a source of {@code http} endpoints, equal to others for the same service
     * @throws IllegalArgumentException if it is no name
     */
    static EndpointSource dnsSrv(String service) {
        return dnsSrvBuilder(service).build();
    }

    /**
     * As {@link #dnsSrv}, with settings.
     *
     * @param service a full name, such as {@code _http._tcp.orders.example}
     * @return a builder
     * @throws IllegalArgumentException if it is no name
     */
    static DnsEndpoints.Builder dnsSrvBuilder(String service) {
        return DnsEndpoints.srvBuilder(service);
    }

    /**
     * Endpoints in a text file, in UTF-8, one on each line: a URI, then any of {@code id=}, {@code weight=}, {@code zone=},
     * {@code priority=} and {@code tag.NAME=} with a value, separated by blanks. What follows a {@code #} at the begin of a
     * line or after a blank is a comment.
     *
     * <p>The file is read before {@link #watch} returns, and again when it changes: written in place, replaced by renaming, or
     * behind a link that is set anew, as in a Kubernetes volume. A change counts once it has lasted for 200 ms, since a file
     * that is being written is short for a moment. Its directory is watched; where that tells nothing (a network's disk, a
     * link's target elsewhere), the change is seen within 5 s.
     *
     * <p>A file that is not there, is blank or has a bad line keeps the last good list, and the failure names every bad line by
     * its number. A file of comments only says that there are no endpoints. Not for files of others than those whom you
     * trust: they say where calls go.
     *
     * @param path where the file is; it need not be there yet
     * @return a source, equal to others for the same path
     * @throws IllegalArgumentException if it is the path of no file
     */
    static EndpointSource file(Path path) {
        return new FileEndpoints(path);
    }

    /**
     * The endpoints of one source, and those of another until the first has told any: a list that is known to have been good,
     * for a start while a discovery system is away. Once the primary has told a list, be it empty, the secondary is no longer
     * watched: what fails later keeps its last good list. The failures of both are told while both count.
     *
     * <p>Not for spare endpoints that take over when others are down: that is what priorities are for.
     *
     * @param primary the source that counts
     * @param secondary the source that stands in at the start; not watched if the primary knows its endpoints at once
     * @return a source, equal to others of equal sources
     */
    static EndpointSource fallback(EndpointSource primary, EndpointSource secondary) {
        return new FallbackEndpoints(primary, secondary);
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
