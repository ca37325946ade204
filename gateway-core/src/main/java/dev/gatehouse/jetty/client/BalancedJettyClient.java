package dev.gatehouse.jetty.client;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.Lease;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.PickContext;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpClientTransport;
import org.eclipse.jetty.client.Origin;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Result;

/**
 * Jetty's client, for which names stand for balancers: {@code http://orders/7} goes to an endpoint of the balancer that was
 * given the name {@code orders}. Requests to other hosts go where they say.
 *
 * <p>Everything else is Jetty's: redirects and cookies are those of the name, since only the connection goes elsewhere, and
 * {@code Host} is the name. The connection is that of the endpoint: its scheme decides whether there is TLS, and its certificate
 * must be for the endpoint's own host. A request for {@code https} to an endpoint with {@code http} fails.
 *
 * <p>Each request makes one attempt; Jetty's client has no retries. One for which there is no endpoint fails with a
 * {@link dev.gatehouse.balancer.NoEndpointException}; a balancer with a queue of waiting calls blocks the thread that sends. What
 * a call did counts at its response's headers or its failure, and its place at the endpoint ends with its content.
 *
 * <p>Names may be given at any time. Safe for use by several threads.
 */
@SuppressWarnings("try") // close() of Jetty's client throws anything
public class BalancedJettyClient extends HttpClient {

    private final Map<String, Balancer> names = new ConcurrentHashMap<>();
    private volatile Function<Request, PickContext> context = request -> PickContext.none();

    /** A client with Jetty's defaults. */
    public BalancedJettyClient() {}

    /**
     * A client over a transport.
     *
     * @param transport what speaks to endpoints, for HTTP/1.1, HTTP/2 or both
     */
    public BalancedJettyClient(HttpClientTransport transport) {
        super(transport);
    }

    /**
     * Gives a balancer a name.
     *
     * @param name the host of a request's URI, in any case
     * @param balancer where requests for it go; not closed with the client
     * @return this client
     */
    public BalancedJettyClient name(String name, Balancer balancer) {
        names.put(name.toLowerCase(Locale.ROOT), Objects.requireNonNull(balancer, "balancer"));
        return this;
    }

    /**
     * Sets what balancers are told of a request. <b>Default:</b> nothing.
     *
     * @param value makes the context of a choice, such as a key to hash; called for each request to a name
     * @return this client
     */
    public BalancedJettyClient context(Function<Request, PickContext> value) {
        this.context = Objects.requireNonNull(value, "context");
        return this;
    }

    /** The endpoint's, for a request to a name. Called by Jetty once for each request that is sent. */
    @Override
    public Destination resolveDestination(Request request) {
        String host = request.getHost();
        Balancer balancer = host == null ? null : names.get(host.toLowerCase(Locale.ROOT));
        if (balancer == null) {
            return super.resolveDestination(request);
        }
        Lease lease = balancer.acquire(context.apply(request));
        try {
            Destination destination = resolveDestination(origin(request, lease.endpoint()));
            request.onResponseHeaders(response -> lease.report(Outcome.ofStatus(response.getStatus())));
            request.onComplete(result -> end(lease, result));
            return destination;
        } catch (RuntimeException | Error e) {
            lease.close();
            throw e;
        }
    }

    private Origin origin(Request request, Endpoint endpoint) {
        String scheme = endpoint.uri().getScheme();
        if ("https".equalsIgnoreCase(request.getScheme()) && !scheme.equals("https")) {
            throw new IllegalStateException(
                    "endpoint " + endpoint.id() + " has no TLS, which " + request.getURI() + " asks for");
        }
        Origin named = getHttpClientTransport().newOrigin(request);
        int port = endpoint.uri().getPort();
        Origin.Address address =
                new Origin.Address(endpoint.uri().getHost(), port < 0 ? scheme.equals("https") ? 443 : 80 : port);
        return new Origin(scheme, address, named.getTag(), named.getProtocol(), named.getTransport());
    }

    private static void end(Lease lease, Result result) {
        Throwable failure = result.getFailure();
        if (failure != null) {
            lease.amend(Outcome.ofFailure(failure));
        }
        lease.close();
    }
}
