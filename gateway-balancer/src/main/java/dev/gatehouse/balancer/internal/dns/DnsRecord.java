package dev.gatehouse.balancer.internal.dns;

import java.net.InetAddress;

/** A record of one of the types that discovery reads. */
public sealed interface DnsRecord {

    /** The type of a record with an IPv4 address. */
    int A = 1;

    /** The type of a record with an IPv6 address. */
    int AAAA = 28;

    /** The type of a record with another name for the same. */
    int CNAME = 5;

    /** The type of the record that begins a zone. */
    int SOA = 6;

    /** The type of a record with a place of a service. */
    int SRV = 33;

    /**
     * Whose record it is.
     *
     * @return a name in lower case, without a dot at its end
     */
    String owner();

    /**
     * How long it may be used.
     *
     * @return seconds, 0 or more
     */
    long ttl();

    /**
     * An address (RFC 1035, section 3.4.1; RFC 3596, section 2.2).
     *
     * @param owner whose
     * @param ttl seconds
     * @param address the address; which type of record it was, its class says
     */
    record Address(String owner, long ttl, InetAddress address) implements DnsRecord {}

    /**
     * Another name for the same (RFC 1035, section 3.3.1).
     *
     * @param owner whose
     * @param ttl seconds
     * @param target the other name
     */
    record Alias(String owner, long ttl, String target) implements DnsRecord {}

    /**
     * The begin of a zone, of which only what it says of answers without records matters (RFC 2308, section 4).
     *
     * @param owner whose
     * @param ttl seconds
     * @param minimum seconds
     */
    record Authority(String owner, long ttl, long minimum) implements DnsRecord {}

    /**
     * A place of a service (RFC 2782).
     *
     * @param owner whose
     * @param ttl seconds
     * @param priority 0 to 65535; lower ones come first
     * @param weight 0 to 65535
     * @param port 0 to 65535
     * @param target the name of the host; empty if the service is decidedly not there
     */
    record Service(String owner, long ttl, int priority, int weight, int port, String target) implements DnsRecord {}
}
