package dev.gatehouse.internal.rules;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.ClientInfo;
import dev.gatehouse.http.ForwardedHeaders;
import dev.gatehouse.http.ForwardedHeaders.Style;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestTarget;
import dev.gatehouse.http.Response;
import java.util.function.LongSupplier;

/**
 * What becomes of a message on its way through. A request is cleaned once at the edge, before any filter sees it: what
 * the client must not decide is gone then. What an upstream is told is added last, so that neither the client nor a
 * filter can take it away. Immutable, safe for use by several threads.
 */
public final class ForwardingPolicy {

    private final EdgeRules edge;
    private final ClientWalk walk;
    private final UpstreamFields upstream;
    private final Via via;
    private final boolean preserveHost;

    /**
     * @param settings what is believed and what is told
     * @param random 64 random bits at each call, for request ids; called from any thread
     */
    public ForwardingPolicy(ForwardedHeaders settings, LongSupplier random) {
        this.edge = new EdgeRules(settings, random);
        this.walk = new ClientWalk(settings.trusted(), settings.trustedStyle());
        this.via = new Via(settings.via());
        this.upstream = new UpstreamFields(
                settings.styles().contains(Style.X_FORWARDED), settings.styles().contains(Style.FORWARDED), via);
        this.preserveHost = settings.preserveHost();
    }

    /**
     * Cleans a request that {@link RequestRules} let pass: fields of the connection and those it nominates, what an
     * untrusted peer says of the client, names that can be taken for one of those, forbidden trailers. Gives it its id.
     */
    public Request clean(Request received) {
        boolean trusted = walk.trusts(received.connection().remote().getAddress());
        Request clean = received.withHeaders(edge.clean(received.headers(), trusted));
        RequestTarget target = received.target();
        // RFC 9112 §3.2.4: an absolute target without a path asks OPTIONS of the server as a whole.
        if (target.form() == RequestTarget.Form.ABSOLUTE
                && received.method().equals("OPTIONS")
                && target.rawQuery() == null
                && target.segmentCount() == 0
                && !target.raw().endsWith("/")) {
            clean = clean.withTarget(RequestTarget.parse("*"));
        }
        Body body = received.body();
        return canHaveTrailers(body, received.connection().protocol())
                ? clean.withBody(body.mapTrailers(Trailers::clean))
                : clean;
    }

    /** Over HTTP/1.1 only chunked content has them. */
    private static boolean canHaveTrailers(Body body, String protocol) {
        return !body.isEmpty() && !(protocol.startsWith("HTTP/1") && body.length() > 0);
    }

    /** Finds the client of a request, by what is trusted. Told the request as it was received, not the cleaned one. */
    public ClientInfo client(Request received) {
        return walk.client(received);
    }

    /**
     * Makes what an upstream gets of a cleaned request as the filters left it.
     *
     * @param client what {@link #client} found
     * @param upstreamAuthority the endpoint's own {@code host[:port]}, for {@code Host} unless the client's is preserved
     */
    public Request toUpstream(Request request, ClientInfo client, String upstreamAuthority) {
        Request sent = request.withHeaders(upstream.of(request, client));
        return preserveHost && !request.authority().isEmpty() ? sent : sent.withAuthority(upstreamAuthority);
    }

    /**
     * Makes what the client gets of an upstream's response.
     *
     * @param requestMethod the method that was sent
     * @param protocol what was spoken with the upstream, such as {@code HTTP/1.1}
     * @throws dev.gatehouse.http.GatewayException if the response is invalid; its body is cancelled then
     */
    public Response toClient(Response response, String requestMethod, String protocol) {
        Selection kept = ResponseRules.kept(response, requestMethod);
        Response clean = response.withHeaders(via.addTo(kept, response.headers(), protocol));
        Body body = response.body();
        return body.isEmpty() ? clean : clean.withBody(body.mapTrailers(Trailers::clean));
    }

    /** Cleans the header section of an interim response. */
    public Headers interimToClient(Headers headers, String protocol) {
        return via.addTo(ResponseRules.keptOfInterim(headers), headers, protocol);
    }

    /** The lines of a list field as one, with one more member. */
    static String append(Headers headers, String name, String member) {
        if (!headers.contains(name)) {
            return member;
        }
        return String.join(", ", headers.all(name)) + ", " + member;
    }
}
