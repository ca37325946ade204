package dev.gatehouse.balancer;

import dev.gatehouse.balancer.internal.dns.DnsClient;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Endpoints that the DNS names: one for each A and AAAA record of a name, with a port that you give, or one for each SRV
 * record (RFC 2782) with its port, priority and weight. Looks again when the answer's time to live ends. A value: equal to
 * others with the same settings; safe for use by several threads.
 *
 * <p><b>When the DNS does not answer,</b> or says that the name or its records are gone, the last good list stays and
 * {@link BalancerEvent.Type#SOURCE_FAILED} tells. Negative answers are kept for as long as the zone says (RFC 2308), up to a
 * bound; after failures the next look comes after 1 s, then twice as much each time up to 30 s, with 20 % of jitter. Only an
 * SRV record that says that the service is not there (with the root as its target) makes the list empty. If one kind of
 * address cannot be asked for, its last good ones stay beside the new ones of the other kind.
 *
 * <p><b>Nobody waits.</b> Looks run on a daemon thread. A balancer therefore begins without endpoints, until the first
 * answer has come, and so it is when the DNS is away at the start.
 *
 * <p><b>Whom it asks.</b> The servers in {@code /etc/resolv.conf}, read anew at each look, or those that you name. On Windows
 * there is no such file, and the JDK has no public way to ask the system: name the servers there, or every look fails and says
 * so. Questions go over UDP and without EDNS, so answers above 512 bytes come over TCP. Servers must resolve recursively.
 *
 * <p><b>When not to use it:</b> for names that only {@code /etc/hosts}, a search list, mDNS or another directory knows: names
 * are full, and only the DNS is asked. When endpoints come and go faster than the time to live. Where answers can be forged on
 * the way: there is no DNSSEC, so only TLS to the endpoints proves who they are.
 *
 * <p><b>With https,</b> certificates must name what is in the endpoint's URI: the IP address with A and AAAA records, the
 * target's name with SRV records.
 */
public final class DnsEndpoints implements EndpointSource {

    private final DnsSettings settings;

    private DnsEndpoints(DnsSettings settings) {
        this.settings = settings;
    }

    static Builder builder(String host, int port) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port: " + port + " (expected: 1 to 65535)");
        }
        return new Builder(DnsClient.name("host", host), port);
    }

    static Builder srvBuilder(String service) {
        return new Builder(DnsClient.name("service", service), DnsSettings.BY_SRV);
    }

    @Override
    public AutoCloseable watch(Listener listener) {
        DnsWatch watch = new DnsWatch(settings, listener);
        watch.begin();
        return watch;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DnsEndpoints that && settings.equals(that.settings);
    }

    @Override
    public int hashCode() {
        return settings.hashCode();
    }

    @Override
    public String toString() {
        return settings.srv() ? "dns srv " + settings.name() : "dns " + settings.name() + ":" + settings.port();
    }

    /** Collects the settings of discovery by DNS. Not safe for use by several threads. */
    public static final class Builder {

        private static final RandomSource JITTER = RandomSource.system();

        private final String name;
        private final int port;
        private String scheme = "http";
        private List<InetSocketAddress> servers = List.of();
        private boolean ipv6 = true;
        private Duration shortestTtl = Duration.ofSeconds(1);
        private Duration longestTtl = Duration.ofMinutes(5);
        private Duration longestNegativeTtl = Duration.ofSeconds(30);
        private Duration timeout = Duration.ofSeconds(2);
        private TimeSource time = TimeSource.system();
        private RandomSource random = JITTER;

        private Builder(String name, int port) {
            this.name = name;
            this.port = port;
        }

        /**
         * Makes the endpoints' URIs {@code https}. <b>Default:</b> {@code http}. Certificates must name the IP address, or
         * with SRV records the target.
         *
         * @return this builder
         */
        public Builder https() {
            this.scheme = "https";
            return this;
        }

        /**
         * Sets whom to ask. <b>Default:</b> those in {@code /etc/resolv.conf}, which know what
         * else runs there; needed on Windows, which has no such file. Name others for a
         * registry that answers DNS itself. With SRV records, the targets' names are still resolved by whoever calls the
         * endpoints, as in any URI.
         *
         * @param values addresses and ports, asked in this order; resolved ones, such as {@code new
         *     InetSocketAddress("10.0.0.53", 53)}
         * @return this builder
         * @throws IllegalArgumentException if there are none, or one is not resolved
         */
        public Builder servers(InetSocketAddress... values) {
            for (InetSocketAddress value : values) {
                if (value.isUnresolved() || value.getPort() == 0) {
                    throw new IllegalArgumentException("servers: " + value + " (expected: an address and a port)");
                }
            }
            if (values.length == 0) {
                throw new IllegalArgumentException("servers: none (expected: one or more)");
            }
            this.servers = List.of(values);
            return this;
        }

        /**
         * Sets whether to ask for IPv6 addresses too. <b>Default:</b> true, since the DNS should know what a host listens to.
         * Turn it off where the way there carries IPv4 only. Has no effect on SRV records, which name no addresses.
         *
         * @param value false for A records only
         * @return this builder
         * @throws IllegalStateException if this is for SRV records
         */
        public Builder ipv6(boolean value) {
            if (port == DnsSettings.BY_SRV) {
                throw new IllegalStateException("ipv6: " + value + " (expected: not for SRV records)");
            }
            this.ipv6 = value;
            return this;
        }

        /**
         * Sets between which bounds the time to live of an answer is believed. <b>Default:</b> 1 s, so that a time of 0 does
         * not ask without end, to 5 min, so that a mistake in a zone does not last for days.
         *
         * @param shortest 1 ms or more
         * @param longest not less than {@code shortest}, 365 days at most
         * @return this builder
         */
        public Builder ttl(Duration shortest, Duration longest) {
            check("shortest ttl", shortest);
            check("longest ttl", longest);
            if (shortest.compareTo(longest) > 0) {
                throw new IllegalArgumentException("shortest ttl: " + shortest + " (expected: <= " + longest + ")");
            }
            this.shortestTtl = shortest;
            this.longestTtl = longest;
            return this;
        }

        /**
         * Sets the longest time for which an answer without records is believed, whatever its zone says. <b>Default:</b>
         * 30 s: a service that comes up should not be missed for long.
         *
         * @param longest the shortest time to live to 365 days
         * @return this builder
         */
        public Builder negativeTtl(Duration longest) {
            this.longestNegativeTtl = check("negativeTtl", longest);
            return this;
        }

        /**
         * Sets how long to wait for each answer. <b>Default:</b> 2 s, time for a resolver to ask others. All servers are
         * asked twice in turn. Real time, whatever {@link #time} is: sockets know no other.
         *
         * @param value 1 ms to 365 days
         * @return this builder
         */
        public Builder timeout(Duration value) {
            this.timeout = check("timeout", value);
            return this;
        }

        /**
         * Sets where the times of looks come from. <b>Default:</b> this machine. It is for tests; a balancer's own does not
         * reach its source.
         *
         * @param value clocks and timers
         * @return this builder
         */
        public Builder time(TimeSource value) {
            this.time = Objects.requireNonNull(value, "time");
            return this;
        }

        /**
         * Sets where the jitter of retries comes from. <b>Default:</b> {@link RandomSource#system}. The ids of questions do
         * not come from there: strangers must not guess them.
         *
         * @param value random numbers
         * @return this builder
         */
        public Builder random(RandomSource value) {
            this.random = Objects.requireNonNull(value, "random");
            return this;
        }

        /**
         * Makes the source. Asks nobody yet.
         *
         * @return a source
         * @throws IllegalArgumentException if the negative time to live is below the shortest
         */
        public DnsEndpoints build() {
            if (longestNegativeTtl.compareTo(shortestTtl) < 0) {
                throw new IllegalArgumentException(
                        "negativeTtl: " + longestNegativeTtl + " (expected: >= the shortest ttl, " + shortestTtl + ")");
            }
            return new DnsEndpoints(new DnsSettings(
                    name,
                    port,
                    scheme,
                    servers,
                    ipv6,
                    shortestTtl,
                    longestTtl,
                    longestNegativeTtl,
                    timeout,
                    time,
                    random));
        }

        private static Duration check(String setting, Duration value) {
            if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(TimeSource.LONGEST) > 0) {
                throw new IllegalArgumentException(setting + ": " + value + " (expected: 1 ms to 365 days)");
            }
            return value;
        }
    }
}
