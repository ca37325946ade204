package dev.gatehouse.balancer.internal.dns;

import java.io.IOException;

/** There is no answer that can be used: none came, none of them could be read, or the servers refused. */
public final class DnsException extends IOException {

    private static final long serialVersionUID = 1;

    /**
     * Says why.
     *
     * @param message for people
     */
    public DnsException(String message) {
        super(message);
    }
}
