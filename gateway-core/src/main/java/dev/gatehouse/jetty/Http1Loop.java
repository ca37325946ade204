package dev.gatehouse.jetty;

import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.internal.host.Serving;
import java.util.function.Supplier;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.Connector;

/**
 * HTTP straight from a loop to the gateway, for a server that has no handlers of its own: HTTP/1.1, and HTTP/2 for clients
 * that begin with its preface.
 */
final class Http1Loop extends AbstractConnectionFactory {

    private final Serving serving;
    private final Supplier<HostCapabilities> capabilities;
    private final int maxHeaderBytes;
    private final DateField date = new DateField();

    /**
     * A factory.
     *
     * @param serving what serves
     * @param capabilities what is announced to it
     * @param maxHeaderBytes of a request's header section
     */
    Http1Loop(Serving serving, Supplier<HostCapabilities> capabilities, int maxHeaderBytes) {
        super("HTTP/1.1");
        this.serving = serving;
        this.capabilities = capabilities;
        this.maxHeaderBytes = maxHeaderBytes;
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

    DateField date() {
        return date;
    }
}
