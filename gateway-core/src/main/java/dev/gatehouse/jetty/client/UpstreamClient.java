package dev.gatehouse.jetty.client;

import java.net.URI;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpClientTransport;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.io.ClientConnector;

/** Jetty's client without anything that looks into messages: what comes from the endpoint goes to the client as it is. */
@SuppressWarnings("try") // HttpClient.close() declares Exception
final class UpstreamClient extends HttpClient {

    private final Http2Limits limits;
    private volatile long longestConnecting = 1_000;

    private UpstreamClient(HttpClientTransport transport, Http2Limits limits) {
        super(transport);
        this.limits = limits;
        setFollowRedirects(false);
        setUserAgentField(null);
        setDefaultRequestContentType(null);
        setHttpCookieStore(new HttpCookieStore.Empty());
        setConnectTimeout(longestConnecting);
    }

    static UpstreamClient over(ClientConnector connector, HTTP2Client http2) {
        Http2Limits limits = new Http2Limits();
        return new UpstreamClient(new UpstreamConnector(connector, http2, limits), limits);
    }

    Http2Limits limits() {
        return limits;
    }

    /**
     * Lets Jetty try to connect for as long as the most patient call waits: each call has its own timer, so this only ends
     * attempts that nobody waits for any longer.
     */
    void allowConnecting(long millis) {
        if (millis > longestConnecting) {
            synchronized (this) {
                longestConnecting = Math.max(millis, longestConnecting);
                setConnectTimeout(longestConnecting);
            }
        }
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        // Redirects, authentication, upgrades, 100 Continue: Jetty adds its handlers when it starts.
        getProtocolHandlers().clear();
        getProtocolHandlers().put(new InterimHandler());
        getContentDecoderFactories().clear();
    }

    /** Cookies belong to the client behind the gateway. */
    @Override
    public void putCookie(URI uri, HttpField field) {}
}
