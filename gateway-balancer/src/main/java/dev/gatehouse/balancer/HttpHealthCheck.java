package dev.gatehouse.balancer;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Well is who answers a GET with a status in a range, and with the content that is asked for; redirects are not followed.
 * In a gateway it asks with the upstream's transport, so over the same TLS and the same version of HTTP as the traffic.
 * Alone it asks with the JDK's HTTP client, over HTTP/1.1, and over TLS with the JDK's trust if the endpoint's scheme is
 * {@code https}. Sends {@code User-Agent: gatehouse-health-check} unless told otherwise. Immutable; equal if the settings
 * are.
 */
public final class HttpHealthCheck implements HealthChecker {

    /** What a health page needs at most, and no gift to one that does not end. */
    private static final int MOST_BYTES = 64 * 1024;

    private final ProbeRequest request;
    private final int lowest;
    private final int highest;
    private final @Nullable Predicate<String> content;

    private final ProbeClient client;

    /** Whether the client was chosen for this check, and not for what it is used in. */
    private final boolean ownClient;

    private HttpHealthCheck(Builder builder) {
        this.request = new ProbeRequest(
                builder.method,
                builder.path,
                builder.host,
                builder.headers(),
                ByteBuffer.allocate(0),
                MOST_BYTES,
                false);
        this.lowest = builder.lowest;
        this.highest = builder.highest;
        this.content = builder.content;
        this.client = builder.client == null ? new SharedJdkProbes() : new JdkProbes(builder.client);
        this.ownClient = builder.client != null;
    }

    private HttpHealthCheck(HttpHealthCheck same, ProbeClient client) {
        this.request = same.request;
        this.lowest = same.lowest;
        this.highest = same.highest;
        this.content = same.content;
        this.client = client;
        this.ownClient = false;
    }

    /**
     * A check with more than a path.
     *
     * @param path path and query to ask for; begins with one slash
     * @return a builder
     * @throws IllegalArgumentException if the path is no such thing
     */
    public static Builder builder(String path) {
        return new Builder(path);
    }

    @Override
    public CompletionStage<Void> check(Endpoint endpoint) {
        return ProbedCheck.ask(client, endpoint, request, this::judge);
    }

    private void judge(ProbeResponse response) {
        int status = response.status();
        if (status < lowest || status > highest) {
            throw new IllegalStateException("status " + status + " (expected: " + lowest + " to " + highest + ")");
        }
        if (content != null
                && !content.test(
                        StandardCharsets.UTF_8.decode(response.content()).toString())) {
            throw new IllegalStateException("the content is not as expected");
        }
    }

    /** The same, asked with another client; this one, if it was {@linkplain Builder#client given} a client of its own. */
    @Override
    public HealthChecker through(ProbeClient other) {
        Objects.requireNonNull(other, "client");
        return ownClient ? this : new HttpHealthCheck(this, other);
    }

    /** What it needs and does not have, as the end of a message; null if it can ask. */
    @Nullable
    String missing() {
        if (request.authority().isEmpty() || !asksWithTheJdk()) {
            return null;
        }
        try {
            HttpRequest.newBuilder(URI.create("http://localhost/")).header("Host", request.authority());
            return null;
        } catch (IllegalArgumentException restricted) {
            return "host: " + request.authority() + " (expected: in a gateway, or with another client by "
                    + "HealthChecker.through; the JDK's client sends the endpoint's own unless the system property "
                    + "jdk.httpclient.allowRestrictedHeaders names host)";
        }
    }

    private boolean asksWithTheJdk() {
        return client instanceof JdkProbes || client instanceof SharedJdkProbes;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HttpHealthCheck that
                && request.equals(that.request)
                && lowest == that.lowest
                && highest == that.highest
                && Objects.equals(content, that.content)
                && client.equals(that.client);
    }

    @Override
    public int hashCode() {
        return Objects.hash(request, lowest, highest);
    }

    @Override
    public String toString() {
        return "http " + request.path();
    }

    /** Collects the settings of a check. Not safe for use by several threads. */
    public static final class Builder {

        private static final int LOWEST_STATUS = 200;
        private static final int HIGHEST_STATUS = 599;
        private static final Pattern HOST = Pattern.compile("([\\w.-]+|\\[[\\da-fA-F:.]+])(:\\d{1,5})?");
        private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

        private final String path;
        private String method = "GET";
        private String host = "";
        private int lowest = 200;
        private int highest = 399;
        private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        private @Nullable Predicate<String> content;
        private @Nullable HttpClient client;

        private Builder(String path) {
            this.path = ProbeRequest.checkedPath(path);
        }

        /**
         * Sets which statuses are good. <b>Default:</b> 200 to 399, as for most load balancers.
         *
         * @param from the lowest, 200 or more
         * @param to the highest, up to 599
         * @return this builder
         */
        public Builder statuses(int from, int to) {
            if (from < LOWEST_STATUS || to > HIGHEST_STATUS || from > to) {
                throw new IllegalArgumentException("statuses: " + from + " to " + to + " (expected: within "
                        + LOWEST_STATUS + " to " + HIGHEST_STATUS + ")");
            }
            this.lowest = from;
            this.highest = to;
            return this;
        }

        /**
         * Sets the method. <b>Default:</b> {@code GET}, which all health pages answer. {@code HEAD} saves the content of a
         * large page.
         *
         * @param value {@code GET}, {@code HEAD} or {@code OPTIONS}: a check must not change anything (RFC 9110 §9.2.1)
         * @return this builder
         */
        public Builder method(String value) {
            if (!SAFE.contains(value)) {
                throw new IllegalArgumentException("method: " + value + " (expected: GET, HEAD or OPTIONS)");
            }
            this.method = value;
            return this;
        }

        /**
         * Sets the host that is asked for, for endpoints that tell sites apart by it. TLS still verifies the endpoint's own
         * name. The JDK's client refuses to send it, so this is for a gateway or another {@link ProbeClient}; a
         * balancer that would ask with the JDK's refuses the check. <b>Default:</b> the endpoint's.
         *
         * @param value {@code host} or {@code host:port}
         * @return this builder
         */
        public Builder host(String value) {
            if (!HOST.matcher(value).matches()) {
                throw new IllegalArgumentException("host: " + value + " (expected: host or host:port)");
            }
            this.host = value;
            return this;
        }

        /**
         * Sends a header field, instead of one of the same name.
         *
         * @param name a name that the JDK's client lets through, so not {@code Host} ({@link #host} is for that) or
         *     {@code Connection}
         * @param value the value
         * @return this builder
         * @throws IllegalArgumentException if the client refuses it
         */
        public Builder header(String name, String value) {
            HttpRequest.newBuilder(URI.create("http://localhost/")).header(name, value);
            headers.put(name, value);
            return this;
        }

        /**
         * Sets what the content must be. <b>Default:</b> anything.
         *
         * @param expected tells whether the content is good: its first 64 KiB, read as UTF-8. Called from the client's
         *     threads, so it must not block; if it throws, the check has failed for that reason
         * @return this builder
         */
        public Builder content(Predicate<String> expected) {
            this.content = Objects.requireNonNull(expected, "content");
            return this;
        }

        /**
         * Sets the client to ask with, for endpoints with certificates of one's own, or to ask through a proxy; in a
         * gateway too, then. <b>Default:</b> in a gateway the upstream's transport; else one for all checks, with the
         * JDK's trust, HTTP/1.1, without redirects.
         *
         * @param value the client
         * @return this builder
         */
        public Builder client(HttpClient value) {
            this.client = Objects.requireNonNull(value, "client");
            return this;
        }

        /**
         * Makes the check.
         *
         * @return a check
         * @throws IllegalArgumentException if there are a {@link #host} and a {@link #client} that refuses to send it
         */
        public HttpHealthCheck build() {
            HttpHealthCheck check = new HttpHealthCheck(this);
            String missing = check.ownClient ? check.missing() : null;
            if (missing != null) {
                throw new IllegalArgumentException(missing);
            }
            return check;
        }

        private Map<String, String> headers() {
            headers.putIfAbsent("User-Agent", ProbedCheck.USER_AGENT);
            return headers;
        }
    }
}
