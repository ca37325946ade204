package dev.gatehouse.balancer;

import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Well is who answers a GET with a status in a range, and with the content that is asked for. Asks with the JDK's HTTP
 * client, over TLS with verification if the endpoint's scheme is {@code https}; redirects are not followed. Equal if the
 * settings are.
 */
public final class HttpHealthCheck implements HealthChecker {

    private final String path;
    private final int lowest;
    private final int highest;
    private final Map<String, String> headers;
    private final @Nullable Predicate<String> content;
    private final HttpClient client;

    private HttpHealthCheck(Builder builder) {
        this.path = builder.path;
        this.lowest = builder.lowest;
        this.highest = builder.highest;
        this.headers = Map.copyOf(builder.headers);
        this.content = builder.content;
        this.client = builder.client == null ? SharedClient.get() : builder.client;
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
        HttpRequest.Builder request =
                HttpRequest.newBuilder(endpoint.resolve(path)).GET();
        headers.forEach(request::header);
        BodyHandler<String> reader = info -> new BodyStart();
        CompletableFuture<HttpResponse<String>> answer = client.sendAsync(request.build(), reader);
        CompletableFuture<Void> result = new CompletableFuture<>();
        var unusedAnswer = answer.whenComplete((response, failure) -> {
            if (failure == null) {
                judge(response, result);
            } else {
                result.completeExceptionally(failure);
            }
        });
        // The balancer cancels what takes too long; the exchange must end with it.
        var unusedResult = result.whenComplete((none, failure) -> answer.cancel(true));
        return result;
    }

    private void judge(HttpResponse<String> response, CompletableFuture<Void> result) {
        int status = response.statusCode();
        try {
            if (status < lowest || status > highest) {
                result.completeExceptionally(new IllegalStateException(
                        "status " + status + " (expected: " + lowest + " to " + highest + ")"));
            } else if (content != null && !content.test(response.body())) {
                result.completeExceptionally(new IllegalStateException("the content is not as expected"));
            } else {
                result.complete(null);
            }
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HttpHealthCheck that
                && path.equals(that.path)
                && lowest == that.lowest
                && highest == that.highest
                && headers.equals(that.headers)
                && Objects.equals(content, that.content)
                && client.equals(that.client);
    }

    @Override
    public int hashCode() {
        return Objects.hash(path, lowest, highest, headers);
    }

    @Override
    public String toString() {
        return "http " + path;
    }

    /** One client for all checks that bring none, and no longer than there is one: its threads end with it. */
    private static final class SharedClient {

        private static @Nullable WeakReference<HttpClient> shared;

        static synchronized HttpClient get() {
            HttpClient client = shared == null ? null : shared.get();
            if (client == null) {
                client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
                shared = new WeakReference<>(client);
            }
            return client;
        }
    }

    /** Collects the settings of a check. Not safe for use by several threads. */
    public static final class Builder {

        private static final int LOWEST_STATUS = 200;
        private static final int HIGHEST_STATUS = 599;

        private final String path;
        private int lowest = 200;
        private int highest = 399;
        private final Map<String, String> headers = new LinkedHashMap<>();
        private @Nullable Predicate<String> content;
        private @Nullable HttpClient client;

        private Builder(String path) {
            if (!path.startsWith("/") || path.startsWith("//")) {
                throw new IllegalArgumentException("path: " + path + " (expected: to begin with one slash)");
            }
            URI.create(path);
            this.path = path;
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
         * Sends a header field.
         *
         * @param name a name that the JDK's client lets through, so not {@code Host} or {@code Connection}
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
         *     threads
         * @return this builder
         */
        public Builder content(Predicate<String> expected) {
            this.content = Objects.requireNonNull(expected, "content");
            return this;
        }

        /**
         * Sets the client to ask with, for endpoints with certificates of one's own, or to ask through a proxy.
         * <b>Default:</b> one for all checks, with the JDK's trust, HTTP/1.1, without redirects.
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
         */
        public HttpHealthCheck build() {
            return new HttpHealthCheck(this);
        }
    }
}
