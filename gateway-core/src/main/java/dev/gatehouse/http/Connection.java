package dev.gatehouse.http;

import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * What a host knows of the connection that a request came over.
 *
 * @param remote the peer's address: the client, or a proxy before us
 * @param local the address that the peer connected to
 * @param scheme {@code http} or {@code https}, by the connection itself, not by what a proxy says of the client
 * @param protocol {@code HTTP/1.0}, {@code HTTP/1.1} or {@code HTTP/2.0}
 */
public record Connection(InetSocketAddress remote, InetSocketAddress local, String scheme, String protocol) {

    private static final InetSocketAddress NOWHERE = InetSocketAddress.createUnresolved("in-process", 0);

    /** A call within the process, over no connection. */
    public static final Connection IN_PROCESS = new Connection(NOWHERE, NOWHERE, "http", "HTTP/1.1");

    /**
     * Checks that nothing is missing.
     *
     * @param remote the peer's address
     * @param local the address that the peer connected to
     * @param scheme {@code http} or {@code https}
     * @param protocol the protocol and version
     */
    public Connection {
        Objects.requireNonNull(remote);
        Objects.requireNonNull(local);
        Objects.requireNonNull(scheme);
        Objects.requireNonNull(protocol);
    }

    /**
     * Whether the connection is encrypted.
     *
     * @return true for {@code https}
     */
    public boolean secure() {
        return scheme.equals("https");
    }
}
