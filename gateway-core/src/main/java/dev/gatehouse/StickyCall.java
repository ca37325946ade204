package dev.gatehouse;

import dev.gatehouse.balancer.Lease;
import dev.gatehouse.balancer.Node;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an upstream's hash key and affinity make of one exchange: how endpoints are chosen, and what either side sees. */
final class StickyCall {

    /** A client that sends more of the same name makes work only. */
    private static final int MOST_TOKENS = 4;

    private final Upstream upstream;
    private final Exchange exchange;
    private final PickContext context;
    private final AffinityTokens.@Nullable Token token;

    StickyCall(Upstream upstream, Exchange exchange, Request request) {
        this.upstream = upstream;
        this.exchange = exchange;
        this.token = token();
        PickContext keyed = keyed(request);
        String preferred = token == null ? null : token.endpoint();
        this.context = preferred == null ? keyed : keyed.preferring(preferred);
    }

    /** What the balancer is told of an attempt. */
    PickContext context(@Nullable Node last) {
        return last == null ? context : context.avoiding(last);
    }

    /** The request without what is between the client and the gateway. */
    Request toUpstream(Request request) {
        return withoutToken(request, upstream);
    }

    /** A request without what is between an upstream's clients and the gateway. */
    static Request withoutToken(Request request, Upstream upstream) {
        Affinity affinity = upstream.settings().affinity();
        if (affinity == null) {
            return request;
        }
        return affinity.isCookie()
                ? request.withHeaders(Cookies.without(request.headers(), affinity.name()))
                : request.withoutHeader(affinity.name());
    }

    /**
     * The response with a token, if the client needs one: it had none that holds, its endpoint is gone, or it is to be
     * renewed. A retry that another endpoint answered moves nobody: the next call finds the endpoint it knows, or learns
     * that it is gone. What the endpoint puts in the token's place, such as a gateway there with the same name for its
     * cookie, would make the client forget it.
     */
    Response toClient(Response received, Lease answered) {
        AffinityTokens tokens = upstream.affinityTokens();
        if (tokens == null || received.failure().isPresent()) {
            return received;
        }
        Response response = withoutToken(received, upstream);
        AffinityTokens.Token held = token;
        String preferred = held == null || !answered.keepsPreferred() ? null : held.endpoint();
        long now = seconds();
        if (held == null || preferred == null) {
            return with(response, tokens.issue(answered.endpoint().id(), nodes(), now, now));
        }
        return held.due() ? with(response, tokens.issue(preferred, nodes(), held.issued(), now)) : response;
    }

    private static Response withoutToken(Response response, Upstream upstream) {
        Affinity affinity = upstream.settings().affinity();
        if (affinity == null) {
            return response;
        }
        return affinity.isCookie()
                ? response.withHeaders(Cookies.withoutSet(response.headers(), affinity.name()))
                : response.withoutHeader(affinity.name());
    }

    private Response with(Response response, String text) {
        Headers headers = response.headers();
        Affinity affinity = upstream.settings().affinity();
        if (affinity == null) {
            return response;
        }
        boolean https = exchange.client().scheme().equals("https");
        Headers told = affinity.isCookie()
                ? headers.withAdded("Set-Cookie", affinity.setCookie(text, https))
                : headers.with(affinity.name(), text);
        boolean unshared =
                told.containsToken("Cache-Control", "private") || told.containsToken("Cache-Control", "no-store");
        return response.withHeaders(unshared ? told : told.withAdded("Cache-Control", "private"));
    }

    private PickContext keyed(Request request) {
        PickContext client = ofClient(exchange);
        String key = null;
        try {
            key = upstream.settings().hashKey().of(request, exchange);
        } catch (RuntimeException e) {
            exchange.services().listeners().failed("the hash key of upstream " + upstream.name(), e);
        }
        // Without a key, strategies take the address: that needs no second object.
        return key == null || key.isEmpty() || key.equals(client.clientAddress()) ? client : client.withKey(key);
    }

    /** What is known of a call that has no key. */
    static PickContext ofClient(Exchange exchange) {
        String address = exchange.client().address();
        return address == null ? PickContext.none() : PickContext.forClient(address);
    }

    private AffinityTokens.@Nullable Token token() {
        AffinityTokens tokens = upstream.affinityTokens();
        Affinity affinity = upstream.settings().affinity();
        if (tokens == null || affinity == null) {
            return null;
        }
        Headers headers = exchange.request().headers();
        List<String> sent =
                affinity.isCookie() ? Cookies.values(headers, affinity.name()) : headers.all(affinity.name());
        for (int i = 0; i < Math.min(sent.size(), MOST_TOKENS); i++) {
            AffinityTokens.Token read = tokens.read(sent.get(i), nodes(), seconds());
            if (read != null) {
                return read;
            }
        }
        return null;
    }

    private List<Node> nodes() {
        return upstream.balancer().nodes();
    }

    private long seconds() {
        return exchange.services().time().now().getEpochSecond();
    }
}
