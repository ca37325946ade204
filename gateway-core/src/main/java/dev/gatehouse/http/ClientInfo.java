package dev.gatehouse.http;

import dev.gatehouse.internal.syntax.IpAddress;
import java.net.InetAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who a request comes from, and what it asked for, as far as it can be trusted: from the connection, or, if the peer is a
 * trusted proxy, from what that proxy says ({@link ForwardedHeaders}). Immutable.
 */
public final class ClientInfo {

    private final @Nullable InetAddress inetAddress;
    private final @Nullable String address;
    private final String scheme;
    private final String host;

    private ClientInfo(@Nullable InetAddress inetAddress, String scheme, String host) {
        this.inetAddress = inetAddress;
        this.address = inetAddress == null ? null : IpAddress.format(inetAddress);
        this.scheme = Objects.requireNonNull(scheme);
        this.host = Objects.requireNonNull(host);
    }

    /**
     * A client.
     *
     * @param address its address; null for a call within the process
     * @param scheme {@code http} or {@code https}
     * @param host {@code host} or {@code host:port}, empty if unknown
     * @return the client
     */
    public static ClientInfo of(@Nullable InetAddress address, String scheme, String host) {
        return new ClientInfo(address, scheme, host);
    }

    /**
     * The address as a value, for comparing with a {@link Cidr}.
     *
     * @return the address; null for a call within the process
     */
    public @Nullable InetAddress inetAddress() {
        return inetAddress;
    }

    /**
     * The address as text, for keys and logs: the same for every way to write the address (IPv6 by RFC 5952, no port).
     *
     * @return such as {@code 192.0.2.7} or {@code 2001:db8::7}; null for a call within the process
     */
    public @Nullable String address() {
        return address;
    }

    /**
     * The scheme that the client used.
     *
     * @return {@code http} or {@code https}
     */
    public String scheme() {
        return scheme;
    }

    /**
     * The host and port that the client asked for.
     *
     * @return {@code host} or {@code host:port}; empty if unknown
     */
    public String host() {
        return host;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ClientInfo that
                && Objects.equals(inetAddress, that.inetAddress)
                && scheme.equals(that.scheme)
                && host.equals(that.host);
    }

    @Override
    public int hashCode() {
        return Objects.hash(inetAddress, scheme, host);
    }

    /** The address and what was asked for, such as {@code 192.0.2.7 https://example.com}. */
    @Override
    public String toString() {
        return (address == null ? "in-process" : address) + ' ' + scheme + "://" + host;
    }
}
