package dev.gatehouse.jetty.client;

import dev.gatehouse.transport.Call;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.SSLHandshakeException;
import org.eclipse.jetty.client.AbstractConnectorHttpClientTransport;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.client.DuplexConnectionPool;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Origin;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.transport.HttpClientConnectionFactory;
import org.eclipse.jetty.client.transport.HttpDestination;
import org.eclipse.jetty.http.HttpScheme;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.ClientConnectionFactoryOverHTTP2;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.Transport;
import org.eclipse.jetty.util.Promise;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections in the version of HTTP that a call asks for, never in another one.
 *
 * <p>Over TLS the version is always negotiated (RFC 7301), for HTTP/1.1 too: the handshake is then over before Jetty
 * hands a request to the connection, so that a failed handshake is known to have sent nothing.
 */
final class UpstreamConnector extends AbstractConnectorHttpClientTransport {

    private static final Origin.Protocol H1_TLS = new Origin.Protocol(List.of("http/1.1"), true);
    private static final Origin.Protocol H2_CLEAR = new Origin.Protocol(List.of("h2c"), false);
    private static final Origin.Protocol H2_TLS = new Origin.Protocol(List.of("h2"), true);

    /**
     * How many requests wait for one new HTTP/2 connection before another is opened. What it will take is known only when
     * the endpoint's settings arrive; RFC 9113 §6.5.2 recommends no less than 100.
     */
    private static final int STREAMS_BEFORE_SETTINGS = 100;

    private final ClientConnectionFactory http1 = new HttpClientConnectionFactory();
    private final ClientConnectionFactoryOverHTTP2 http2;
    private final Http2Limits limits;

    UpstreamConnector(ClientConnector connector, HTTP2Client http2Client, Http2Limits limits) {
        super(connector);
        this.limits = limits;
        http2 = new ClientConnectionFactoryOverHTTP2(http2Client);
        installBean(http2);
        setConnectionPoolFactory(destination -> {
            int max = getHttpClient().getMaxConnectionsPerDestination();
            return isHttp2(destination)
                    ? limits.pool(destination, max, STREAMS_BEFORE_SETTINGS)
                    : new DuplexConnectionPool(destination, max);
        });
        // What Jetty calls of ours never blocks, so the thread that selects may run it.
        setInvocationType(InvocationType.NON_BLOCKING);
    }

    /** The key of a pool of connections. */
    static Origin origin(URI uri, Call.Protocol protocol) {
        boolean secure = HttpScheme.isSecure(uri.getScheme());
        Origin.Protocol spoken = protocol == Call.Protocol.HTTP_2 ? secure ? H2_TLS : H2_CLEAR : H1_TLS;
        int port = HttpClient.normalizePort(uri.getScheme(), uri.getPort());
        return new Origin(uri.getScheme(), new Origin.Address(uri.getHost(), port), null, spoken, Transport.TCP_IP);
    }

    @Override
    public Origin newOrigin(Request request) {
        return ((UpstreamRequest) request).origin();
    }

    @Override
    public Destination newDestination(Origin origin) {
        return new HttpDestination(getHttpClient(), origin);
    }

    @Override
    public Connection newConnection(EndPoint endPoint, Map<String, Object> context) throws IOException {
        HttpDestination destination = Objects.requireNonNull((HttpDestination) context.get(Destination.CONTEXT_KEY));
        boolean h2 = isHttp2(destination);
        if (destination.isSecure()) {
            @Nullable Object negotiated = context.get(ClientConnector.APPLICATION_PROTOCOL_CONTEXT_KEY);
            // A server that knows nothing of ALPN speaks HTTP/1.1 (RFC 9113 §3.2 demands ALPN for h2).
            if (h2 && !"h2".equals(negotiated)) {
                SSLHandshakeException failure = new SSLHandshakeException("the endpoint did not agree to h2");
                connectFailed(context, failure);
                throw failure;
            }
        }
        return h2 ? newHttp2Connection(endPoint, context) : http1.newConnection(endPoint, context);
    }

    @SuppressWarnings("unchecked") // it is what Jetty has put there
    private Connection newHttp2Connection(EndPoint endPoint, Map<String, Object> context) throws IOException {
        Connection connection = http2.newConnection(endPoint, context);
        if (connection instanceof HTTP2Connection known) {
            context.computeIfPresent(
                    org.eclipse.jetty.client.Connection.PROMISE_CONTEXT_KEY,
                    (key, promise) -> limits.remembering(
                            known.getSession(), (Promise<org.eclipse.jetty.client.Connection>) promise));
        }
        return connection;
    }

    private static boolean isHttp2(Destination destination) {
        Origin.Protocol spoken = destination.getOrigin().getProtocol();
        return H2_CLEAR.equals(spoken) || H2_TLS.equals(spoken);
    }
}
