package dev.gatehouse.balancer.client;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.Lease;
import dev.gatehouse.balancer.NoEndpointException;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.PickContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.CookieHandler;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** One call by name: its attempts, and the redirects that follow it. One attempt at a time. */
final class BalancedExchange<T> {

    private static final int MOST_REDIRECTS = 5;
    private static final Set<Integer> RETRIED = Set.of(502, 503, 504);
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE");

    private final BalancedHttpClient client;
    private final BodyHandler<T> handler;
    private final CompletableFuture<HttpResponse<T>> result = new CompletableFuture<>();
    private PickContext context = PickContext.none();
    private @Nullable HttpResponse<T> previous;
    private int redirects;
    private int attempts;
    private volatile @Nullable CompletableFuture<?> underWay;

    BalancedExchange(BalancedHttpClient client, BodyHandler<T> handler) {
        this.client = client;
        this.handler = handler;
    }

    CompletableFuture<HttpResponse<T>> send(HttpRequest request) {
        var unused = result.whenComplete((answer, failure) -> {
            CompletableFuture<?> current = underWay;
            if (result.isCancelled() && current != null) {
                current.cancel(true);
            }
        });
        try {
            context = client.contextOf(request);
        } catch (RuntimeException failed) {
            result.completeExceptionally(failed);
            return result;
        }
        begin(request);
        return result;
    }

    private void begin(HttpRequest request) {
        attempts = 0;
        BalancedHttpClient.Named named = client.named(request.uri().getHost());
        if (named == null) {
            new Attempt(request, null, null).send(request);
            return;
        }
        named.budget().request();
        attempt(request, named, context);
    }

    private void attempt(HttpRequest request, BalancedHttpClient.Named named, PickContext picked) {
        attempts++;
        CompletableFuture<Lease> place = named.balancer().acquireAsync(picked).toCompletableFuture();
        underWay = place;
        if (result.isCancelled()) {
            place.cancel(false);
        }
        var unused = place.whenComplete((lease, refused) -> {
            if (lease == null) {
                result.completeExceptionally(refused(request, refused));
            } else if (result.isDone()) {
                lease.close();
            } else {
                send(request, named, lease);
            }
        });
    }

    private static Throwable refused(HttpRequest request, Throwable refusal) {
        if (refusal instanceof NoEndpointException) {
            ConnectException failure = new ConnectException(request.uri().getHost() + ": " + refusal.getMessage());
            failure.initCause(refusal);
            return failure;
        }
        return refusal;
    }

    private void send(HttpRequest request, BalancedHttpClient.Named named, Lease lease) {
        HttpRequest addressed;
        try {
            addressed = addressed(request, lease.endpoint());
        } catch (IOException | RuntimeException impossible) {
            lease.close();
            result.completeExceptionally(impossible);
            return;
        }
        new Attempt(request, named, lease).send(addressed);
    }

    private static HttpRequest addressed(HttpRequest request, Endpoint endpoint) throws IOException {
        if ("https".equalsIgnoreCase(request.uri().getScheme())
                && !"https".equals(endpoint.uri().getScheme())) {
            throw new IOException(request.uri() + ": endpoint " + endpoint.id() + " has no TLS");
        }
        return HttpRequest.newBuilder(request, (name, value) -> true)
                .uri(endpoint.resolve(Redirects.pathAndQuery(request.uri())))
                .build();
    }

    /** One request that goes out. */
    private final class Attempt implements BodyHandler<T> {

        private final HttpRequest request;
        private final BalancedHttpClient.@Nullable Named named;
        private final @Nullable Lease lease;
        private @Nullable HttpRequest redirect;
        private boolean again;

        Attempt(HttpRequest request, BalancedHttpClient.@Nullable Named named, @Nullable Lease lease) {
            this.request = request;
            this.named = named;
            this.lease = lease;
        }

        void send(HttpRequest addressed) {
            CompletableFuture<HttpResponse<T>> answer;
            try {
                answer = client.client().sendAsync(withCookies(addressed), this);
            } catch (RuntimeException | IOException refused) {
                ended(null, refused);
                return;
            }
            underWay = answer;
            if (result.isCancelled()) {
                answer.cancel(true);
            }
            var unused = answer.whenComplete(this::ended);
        }

        private HttpRequest withCookies(HttpRequest addressed) throws IOException {
            CookieHandler cookies = client.cookies();
            if (cookies == null) {
                return addressed;
            }
            List<String> kept = cookies.get(request.uri(), Map.of()).getOrDefault("Cookie", List.of());
            return kept.isEmpty()
                    ? addressed
                    : HttpRequest.newBuilder(addressed, (name, value) -> true)
                            .header("Cookie", String.join("; ", kept))
                            .build();
        }

        /** The header section has come: what becomes of the answer is decided before its content is read. */
        @Override
        public BodySubscriber<T> apply(ResponseInfo info) {
            keepCookies(info);
            Endpoint endpoint = lease == null ? null : lease.endpoint();
            if (lease != null) {
                lease.report(Outcome.ofStatus(info.statusCode()));
            }
            again = RETRIED.contains(info.statusCode()) && isRepeatable() && mayTryAgain();
            if (!again && redirects < MOST_REDIRECTS) {
                redirect = Redirects.next(request, endpoint, info, client.followRedirects());
            }
            BodySubscriber<T> reader = again || redirect != null ? nothing() : handler.apply(info);
            return lease == null ? reader : new LeasedBody<>(reader, lease);
        }

        @SuppressWarnings("NullAway") // as the JDK's client, which has no body for what it does not show either
        private BodySubscriber<T> nothing() {
            return BodySubscribers.replacing(null);
        }

        private void keepCookies(ResponseInfo info) {
            CookieHandler cookies = client.cookies();
            if (cookies != null) {
                try {
                    cookies.put(request.uri(), info.headers().map());
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            }
        }

        private boolean isRepeatable() {
            return IDEMPOTENT.contains(request.method())
                    && request.bodyPublisher()
                            .map(body -> body.contentLength() >= 0)
                            .orElse(true);
        }

        private boolean mayTryAgain() {
            return named != null
                    && attempts < client.attempts()
                    && !result.isDone()
                    && named.budget().tryRetry();
        }

        private void ended(@Nullable HttpResponse<T> answer, @Nullable Throwable thrown) {
            if (answer == null) {
                Throwable failure = thrown instanceof CompletionException && thrown.getCause() != null
                        ? thrown.getCause()
                        : thrown == null ? new IOException("no answer") : thrown;
                failed(failure);
            } else if (again) {
                tryAgain();
            } else {
                answered(answer);
            }
        }

        private void failed(Throwable failure) {
            Outcome outcome = Outcome.ofFailure(failure);
            if (lease != null) {
                lease.amend(outcome);
                lease.close();
            }
            boolean worthIt = outcome == Outcome.CONNECT_FAILED || (outcome == Outcome.ABORTED && isRepeatable());
            if (worthIt && mayTryAgain()) {
                tryAgain();
            } else {
                result.completeExceptionally(failure);
            }
        }

        private void tryAgain() {
            if (named != null && lease != null) {
                attempt(request, named, context.avoiding(lease.node()));
            }
        }

        private void answered(HttpResponse<T> answer) {
            LogicalResponse<T> logical = new LogicalResponse<>(request, answer, previous);
            if (redirect == null) {
                result.complete(logical);
            } else {
                previous = logical;
                redirects++;
                begin(redirect);
            }
        }
    }
}
