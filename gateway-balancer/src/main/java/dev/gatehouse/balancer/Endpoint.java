package dev.gatehouse.balancer;

import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A place that calls can go to. Immutable; equal if everything in it is.
 *
 * <p>The id names the endpoint for hashing, affinity, events and labels. It stays the same when the address behind it
 * changes, so that whoever is bound to it stays so.
 */
public final class Endpoint {

    private final String id;
    private final URI uri;
    private final int weight;
    private final String zone;
    private final int priority;
    private final Map<String, String> tags;
    private final String authority;

    private Endpoint(Builder builder) {
        this.id = builder.id;
        this.uri = builder.uri;
        this.weight = builder.weight;
        this.zone = builder.zone;
        this.priority = builder.priority;
        this.tags = Map.copyOf(builder.tags);
        this.authority = uri.getPort() < 0 || uri.getPort() == defaultPort(uri.getScheme())
                ? uri.getHost()
                : uri.getHost() + ":" + uri.getPort();
    }

    /**
     * An endpoint with the host and port of its URI as its id.
     *
     * @param uri such as {@code http://10.0.0.11:8080}; {@code http} or {@code https}, with a host, without anything
     *     after it
     * @return an endpoint of weight 1
     * @throws IllegalArgumentException if the URI is none of that
     */
    public static Endpoint of(String uri) {
        URI parsed = URI.create(uri);
        checkUri(parsed);
        return builder(parsed.getHost() + ":" + port(parsed), parsed).build();
    }

    /**
     * An endpoint with more than an address.
     *
     * @param id unique among the endpoints of a balancer
     * @param uri {@code http} or {@code https}, with a host, without anything after it
     * @return a builder
     * @throws IllegalArgumentException if the id is empty or the URI is none of that
     */
    public static Builder builder(String id, URI uri) {
        return new Builder(id, uri);
    }

    /**
     * The name.
     *
     * @return unique among the endpoints of a balancer
     */
    public String id() {
        return id;
    }

    /**
     * The address.
     *
     * @return scheme, host and port only
     */
    public URI uri() {
        return uri;
    }

    /**
     * The host and port as in a {@code Host} field: without the port if it is the scheme's own.
     *
     * @return {@code host} or {@code host:port}
     */
    public String authority() {
        return authority;
    }

    /**
     * The port, the scheme's own if the URI names none.
     *
     * @return 1 to 65535
     */
    public int port() {
        return port(uri);
    }

    /**
     * How much of the load this endpoint takes, relative to others.
     *
     * @return 1 to 1 000 000
     */
    public int weight() {
        return weight;
    }

    /**
     * Where it is.
     *
     * @return the name of a zone; empty if it is in none
     */
    public String zone() {
        return zone;
    }

    /**
     * When it is used: lower numbers come first.
     *
     * @return 0 or more
     */
    public int priority() {
        return priority;
    }

    /**
     * What else is known of it.
     *
     * @return an immutable map
     */
    public Map<String, String> tags() {
        return tags;
    }

    /**
     * The URI of something at this endpoint.
     *
     * @param pathAndQuery such as {@code /orders/7?full=1}, encoded already; begins with a slash
     * @return the absolute URI
     * @throws IllegalArgumentException if it does not begin with one slash
     */
    public URI resolve(String pathAndQuery) {
        if (!pathAndQuery.startsWith("/") || pathAndQuery.startsWith("//")) {
            throw new IllegalArgumentException("path: " + pathAndQuery + " (expected: to begin with one slash)");
        }
        return URI.create(uri.getScheme() + "://" + uri.getRawAuthority() + pathAndQuery);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Endpoint that
                && id.equals(that.id)
                && uri.equals(that.uri)
                && weight == that.weight
                && zone.equals(that.zone)
                && priority == that.priority
                && tags.equals(that.tags);
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, uri);
    }

    @Override
    public String toString() {
        return id + " at " + uri;
    }

    private static void checkUri(URI uri) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        boolean web = scheme.equals("http") || scheme.equals("https");
        boolean bare = uri.getRawPath() == null
                || uri.getRawPath().isEmpty()
                || uri.getRawPath().equals("/");
        if (!web
                || uri.getHost() == null
                || uri.getRawUserInfo() != null
                || !bare
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null
                || port(uri) < 1
                || port(uri) > 65_535) {
            throw new IllegalArgumentException(
                    "endpoint: " + uri + " (expected: http or https with a host and nothing after the port)");
        }
    }

    private static int port(URI uri) {
        return uri.getPort() < 0 ? defaultPort(uri.getScheme()) : uri.getPort();
    }

    private static int defaultPort(String scheme) {
        return scheme.equalsIgnoreCase("https") ? 443 : 80;
    }

    /** Collects the settings of an endpoint. Not safe for use by several threads. */
    public static final class Builder {

        private static final int MOST_WEIGHT = 1_000_000;

        private final String id;
        private final URI uri;
        private int weight = 1;
        private String zone = "";
        private int priority;
        private Map<String, String> tags = Map.of();

        private Builder(String id, URI uri) {
            if (id.isEmpty()) {
                throw new IllegalArgumentException("id: empty (expected: a name)");
            }
            checkUri(uri);
            this.id = id;
            this.uri = uri;
        }

        /**
         * Sets {@link Endpoint#weight}. <b>Default:</b> 1.
         *
         * @param value 1 to 1 000 000
         * @return this builder
         */
        public Builder weight(int value) {
            if (value < 1 || value > MOST_WEIGHT) {
                throw new IllegalArgumentException("weight: " + value + " (expected: 1 to " + MOST_WEIGHT + ")");
            }
            this.weight = value;
            return this;
        }

        /**
         * Sets {@link Endpoint#zone}. <b>Default:</b> empty.
         *
         * @param value the name of a zone
         * @return this builder
         */
        public Builder zone(String value) {
            this.zone = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Sets {@link Endpoint#priority}. <b>Default:</b> 0.
         *
         * @param value 0 or more
         * @return this builder
         */
        public Builder priority(int value) {
            if (value < 0) {
                throw new IllegalArgumentException("priority: " + value + " (expected: >= 0)");
            }
            this.priority = value;
            return this;
        }

        /**
         * Replaces {@link Endpoint#tags}. <b>Default:</b> none.
         *
         * @param value names and values
         * @return this builder
         */
        public Builder tags(Map<String, String> value) {
            this.tags = Map.copyOf(value);
            return this;
        }

        /**
         * Makes the endpoint.
         *
         * @return an endpoint
         */
        public Endpoint build() {
            return new Endpoint(this);
        }
    }
}
