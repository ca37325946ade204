package dev.gatehouse.jetty;

import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.internal.host.Serving;
import java.util.function.Supplier;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.Connector;

/** HTTP/1.1 straight from a loop to the gateway, for a server that has no handlers of its own. */
final class Http1Loop extends AbstractConnectionFactory {

    private final Serving serving;
    private final Supplier<HostCapabilities> capabilities;
    private final int maxHeaderBytes;
    private final HTTP2CServerConnectionFactory http2;
    private final DateField date = new DateField();

    /**
     * A factory.
     *
     * @param serving what serves
     * @param capabilities what is announced to it
     * @param maxHeaderBytes of a request's header section
     * @param http2 takes over where a client begins with the preface of HTTP/2
     */
    Http1Loop(
            Serving serving,
            Supplier<HostCapabilities> capabilities,
            int maxHeaderBytes,
            HTTP2CServerConnectionFactory http2) {
        super("HTTP/1.1");
        this.serving = serving;
        this.capabilities = capabilities;
        this.maxHeaderBytes = maxHeaderBytes;
        this.http2 = http2;
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        return configure(new Http1Connection(this, connector, endPoint), connector, endPoint);
    }

    Serving serving() {
        return serving;
    }

    HostCapabilities capabilities() {
        return capabilities.get();
    }

    int maxHeaderBytes() {
        return maxHeaderBytes;
    }

    HTTP2CServerConnectionFactory http2() {
        return http2;
    }

    DateField date() {
        return date;
    }
}
