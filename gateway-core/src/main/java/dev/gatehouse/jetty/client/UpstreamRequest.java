package dev.gatehouse.jetty.client;

import dev.gatehouse.transport.Call;
import java.net.URI;
import java.util.Objects;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Origin;
import org.eclipse.jetty.client.transport.HttpConversation;
import org.eclipse.jetty.client.transport.HttpRequest;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Jetty's request, with three things kept as they are that Jetty would change: the method (Jetty writes it in upper case),
 * the target (Jetty parses it as a URI), and the authority, which need not be where the connection goes.
 */
final class UpstreamRequest extends HttpRequest {

    private final Exchange exchange;
    private final Origin origin;
    private final String method;
    private final String path;
    private final @Nullable String query;
    private final String host;
    private final int port;

    UpstreamRequest(HttpClient client, Call call, Exchange exchange) {
        super(client, new HttpConversation(), call.endpoint().uri());
        this.exchange = exchange;
        this.origin = UpstreamConnector.origin(call.endpoint().uri(), call.protocol());
        this.method = call.request().method();
        this.path = call.request().target().rawPath();
        this.query = call.request().target().rawQuery();
        String authority = call.request().authority();
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon > authority.lastIndexOf(']');
        this.host = authority.isEmpty()
                ? origin.getAddress().getHost()
                : hasPort ? authority.substring(0, colon) : authority;
        this.port = authority.isEmpty() ? origin.getAddress().getPort() : hasPort ? port(authority, colon) : -1;
        version(call.protocol() == Call.Protocol.HTTP_2 ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1);
    }

    private static int port(String authority, int colon) {
        String digits = authority.substring(colon + 1);
        return digits.isEmpty() ? -1 : Integer.parseInt(digits);
    }

    Exchange exchange() {
        return exchange;
    }

    /** Which connections may carry this request. */
    Origin origin() {
        return origin;
    }

    @Override
    public String getMethod() {
        return method;
    }

    @Override
    public String getPath() {
        return path;
    }

    @Override
    public @Nullable String getQuery() {
        return query;
    }

    /** The host of {@code :authority}. */
    @Override
    public String getHost() {
        return host;
    }

    /** The port of {@code :authority}. */
    @Override
    public int getPort() {
        return port;
    }

    /** None: Jetty would use it only for cookies, authentication and proxies, which are all off. */
    @Override
    public @Nullable URI getURI() {
        return null;
    }

    @Override
    public Transport getTransport() {
        return Objects.requireNonNull(origin.getTransport());
    }

    @Override
    public void notifyBegin() {
        exchange.connected(getConnection());
    }

    @Override
    public void notifySuccess() {
        exchange.requestComplete();
    }
}
