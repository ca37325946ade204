package dev.gatehouse.testkit;

import dev.gatehouse.host.HostCapabilities;

/** A server with a gateway in it, for {@link HostContract}. */
public interface HostUnderTest extends AutoCloseable {

    /**
     * Where it listens, on 127.0.0.1, for HTTP/1.1 in clear text.
     *
     * @return the port
     */
    int port();

    /**
     * What it says of itself: what the gateway was told at {@code attach}. The contract holds it to that.
     *
     * @return its capabilities
     */
    HostCapabilities capabilities();

    /**
     * What stands before the paths that routes match, such as a context path.
     *
     * @return a path without a slash at its end; empty for none
     */
    default String prefix() {
        return "";
    }

    /** Stops it. The gateway is closed by the contract. */
    @Override
    void close();
}
