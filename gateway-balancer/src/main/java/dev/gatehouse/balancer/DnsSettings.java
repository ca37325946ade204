package dev.gatehouse.balancer;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * What discovery by DNS was built with.
 *
 * @param name in lower case, without a dot at its end
 * @param port that of the endpoints; {@link #BY_SRV} if SRV records name it
 * @param scheme that of the endpoints
 * @param servers whom to ask; none means those of the system
 */
record DnsSettings(
        String name,
        int port,
        String scheme,
        List<InetSocketAddress> servers,
        boolean ipv6,
        Duration shortestTtl,
        Duration longestTtl,
        Duration longestNegativeTtl,
        Duration timeout,
        TimeSource time,
        RandomSource random) {

    /** As a port: look for SRV records. */
    static final int BY_SRV = 0;

    boolean srv() {
        return port == BY_SRV;
    }

    Duration bounded(long ttlSeconds) {
        Duration ttl = Duration.ofSeconds(ttlSeconds);
        Duration atLeast = ttl.compareTo(shortestTtl) < 0 ? shortestTtl : ttl;
        return atLeast.compareTo(longestTtl) > 0 ? longestTtl : atLeast;
    }

    Duration boundedNegative(long ttlSeconds) {
        Duration ttl = bounded(ttlSeconds);
        return ttl.compareTo(longestNegativeTtl) > 0 ? longestNegativeTtl : ttl;
    }
}
