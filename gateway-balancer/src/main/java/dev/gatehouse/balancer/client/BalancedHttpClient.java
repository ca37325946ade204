package dev.gatehouse.balancer.client;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.RetryBudget;
import dev.gatehouse.balancer.TimeSource;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's client, for which names stand for balancers: {@code http://orders/7} goes to an endpoint of the balancer that
 * was given the name {@code orders}. Requests to other hosts go where they say.
 *
 * <p>Code that is given an {@link HttpClient} need not know: the response's {@code uri()} and {@code request()}, redirects and
 * cookies are those of the name. What an endpoint sees is a request to itself, since the JDK's client writes {@code Host}
 * from the address that it connects to. A name with {@code https} is sent only to endpoints with {@code https}, and their
 * certificates must be for the endpoints' own hosts, as the JDK's client checks them: a certificate for the name alone will
 * not do.
 *
 * <p>A call that fails before anything was sent, or is idempotent and fails or is answered 502, 503 or 504, is tried again
 * at another endpoint, up to {@link Builder#attempts} times and within a {@linkplain RetryBudget budget} of a fifth of the
 * requests and ten a second for each name. Content is sent again only if its length is known.
 *
 * <p>Safe for use by several threads.
 */
public final class BalancedHttpClient extends HttpClient {

    private final HttpClient client;
    private final Map<String, Named> names;
    private final Function<HttpRequest, PickContext> context;
    private final int attempts;
    private final Redirect redirect;
    private final @Nullable CookieHandler cookies;

    /** A balancer, and what its retries may cost. */
    record Named(Balancer balancer, RetryBudget budget) {}

    private BalancedHttpClient(Builder builder) {
        client = builder.client;
        names = builder.balancers.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, named -> new Named(named.getValue(), builder.newBudget())));
        context = builder.context;
        attempts = builder.attempts;
        redirect = builder.redirect;
        cookies = builder.cookies;
    }

    /**
     * A builder with the defaults.
     *
     * @param client what sends; must follow no redirects and have no cookie handler, since it would see addresses instead of
     *     names. Not closed with the new client
     * @return a new builder
     * @throws IllegalArgumentException if it does
     */
    public static Builder over(HttpClient client) {
        if (client.followRedirects() != Redirect.NEVER || client.cookieHandler().isPresent()) {
            throw new IllegalArgumentException(
                    "client: follows redirects or keeps cookies itself (expected: set both on the balanced client)");
        }
        return new Builder(client);
    }

    HttpClient client() {
        return client;
    }

    @Nullable
    Named named(@Nullable String host) {
        return host == null ? null : names.get(host.toLowerCase(Locale.ROOT));
    }

    PickContext contextOf(HttpRequest request) {
        return context.apply(request);
    }

    int attempts() {
        return attempts;
    }

    @Nullable
    CookieHandler cookies() {
        return cookies;
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
            throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<T>> answer = sendAsync(request, handler);
        try {
            return answer.get();
        } catch (InterruptedException interrupted) {
            answer.cancel(true);
            throw interrupted;
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            if (cause instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (cause instanceof Error error) {
                throw error;
            }
            throw cause instanceof IOException io ? io : new IOException(cause);
        }
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, BodyHandler<T> handler) {
        return new BalancedExchange<>(this, handler).send(request);
    }

    /** Endpoints are not asked to push: what they push would have their addresses. */
    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, BodyHandler<T> handler, @Nullable PushPromiseHandler<T> pushes) {
        return named(request.uri().getHost()) == null && redirect == Redirect.NEVER && cookies == null
                ? client.sendAsync(request, handler, pushes)
                : sendAsync(request, handler);
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return Optional.ofNullable(cookies);
    }

    @Override
    public Redirect followRedirects() {
        return redirect;
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return client.connectTimeout();
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return client.proxy();
    }

    @Override
    public SSLContext sslContext() {
        return client.sslContext();
    }

    @Override
    public SSLParameters sslParameters() {
        return client.sslParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return client.authenticator();
    }

    @Override
    public Version version() {
        return client.version();
    }

    @Override
    public Optional<Executor> executor() {
        return client.executor();
    }

    /** Of the client beneath: names mean nothing to it. */
    @Override
    public WebSocket.Builder newWebSocketBuilder() {
        return client.newWebSocketBuilder();
    }

    /** Settings of a client. Not safe for use by several threads. */
    public static final class Builder {

        private static final int MOST_ATTEMPTS = 10;

        private final HttpClient client;
        private final Map<String, Balancer> balancers = new HashMap<>();
        private double budget = 0.2;
        private int budgetPerSecond = 10;
        private Function<HttpRequest, PickContext> context = request -> PickContext.none();
        private int attempts = 3;
        private Redirect redirect = Redirect.NEVER;
        private @Nullable CookieHandler cookies;

        private Builder(HttpClient client) {
            this.client = client;
        }

        /**
         * Gives a balancer a name.
         *
         * @param name a host name, in any case; what stands for it in URIs
         * @param balancer where requests to it go; not closed with the client
         * @return this builder
         * @throws IllegalArgumentException if the name is taken
         */
        public Builder name(String name, Balancer balancer) {
            if (balancers.putIfAbsent(name.toLowerCase(Locale.ROOT), Objects.requireNonNull(balancer)) != null) {
                throw new IllegalArgumentException("name: " + name + " is taken");
            }
            return this;
        }

        /**
         * Sets what a balancer is told of a call, such as a key to hash. <b>Default:</b> nothing.
         *
         * @param value called once for each request, not for its redirects or retries; must not block
         * @return this builder
         */
        public Builder context(Function<HttpRequest, PickContext> value) {
            this.context = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Sets how often a call is tried at most. <b>Default:</b> 3, as an upstream of a gateway.
         *
         * @param value 1 to 10
         * @return this builder
         */
        public Builder attempts(int value) {
            if (value < 1 || value > MOST_ATTEMPTS) {
                throw new IllegalArgumentException("attempts: " + value + " (expected: 1 to " + MOST_ATTEMPTS + ")");
            }
            this.attempts = value;
            return this;
        }

        /**
         * Sets how many attempts may follow first ones, for each name. <b>Default:</b> a fifth, and 10 a second, as an
         * upstream of a gateway: more would be a second load on endpoints that have too much already.
         *
         * @param share of the requests of the last ten seconds, 0 to 1
         * @param perSecond besides, 0 or more
         * @return this builder
         */
        public Builder retryBudget(double share, int perSecond) {
            if (!(share >= 0 && share <= 1) || perSecond < 0) {
                throw new IllegalArgumentException(
                        "retryBudget: " + share + ", " + perSecond + " (expected: 0 to 1, and >= 0)");
            }
            this.budget = share;
            this.budgetPerSecond = perSecond;
            return this;
        }

        private RetryBudget newBudget() {
            return new RetryBudget(TimeSource.system(), budget, budgetPerSecond);
        }

        /**
         * Sets which redirects are followed. A redirect to the endpoint's own address is one to the name. At most five
         * follow one another; fields with credentials are not sent to another host. <b>Default:</b> none, as the JDK's
         * client.
         *
         * @param value which
         * @return this builder
         */
        public Builder followRedirects(Redirect value) {
            this.redirect = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Sets who keeps cookies, by names. <b>Default:</b> nobody.
         *
         * @param value the handler
         * @return this builder
         */
        public Builder cookieHandler(CookieHandler value) {
            this.cookies = Objects.requireNonNull(value);
            return this;
        }

        /**
         * A client with these settings.
         *
         * @return a client
         * @throws IllegalArgumentException if no name was given
         */
        public BalancedHttpClient build() {
            if (balancers.isEmpty()) {
                throw new IllegalArgumentException("name: none was given");
            }
            return new BalancedHttpClient(this);
        }
    }
}
