package dev.gatehouse.benchmarks;

import dev.gatehouse.Gateway;
import dev.gatehouse.GatewayBuilder;
import dev.gatehouse.balancer.HealthChecker;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.filters.AccessLogFilter;
import dev.gatehouse.filters.Keys;
import dev.gatehouse.filters.RateLimitFilter;
import dev.gatehouse.jetty.GatewayServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/**
 * The proxy that is measured beside others. Environment: {@code PORT} to listen on, {@code BACKENDS} as a list of
 * {@code host:port} with commas between. Argument: {@code bare} or {@code full}.
 */
public final class ComparedProxy {

    private static final int ROUTES = 100;

    /** So high that nobody is refused, and every request is counted. */
    private static final int PER_SECOND = 1_000_000;

    private ComparedProxy() {}

    /**
     * Runs until it is killed.
     *
     * @param args {@code bare}: one route, round robin, forwarded headers; {@code full}: besides, many routes, health checks,
     *     retries, a rate limit by client and an access log in the folder {@code TMP}
     * @throws InterruptedException if it is interrupted
     */
    public static void main(String[] args) throws InterruptedException {
        String[] endpoints = Arrays.stream(System.getenv("BACKENDS").split(","))
                .map(address -> "http://" + address)
                .toArray(String[]::new);
        Gateway gateway = args.length > 0 && args[0].equals("full") ? full(endpoints) : bare(endpoints);
        int port = Integer.parseInt(System.getenv("PORT"));
        GatewayServer.start(gateway, "127.0.0.1", port).join();
    }

    private static Gateway bare(String[] endpoints) {
        return Gateway.builder()
                .upstream(
                        "backends",
                        up -> up.endpoints(endpoints)
                                .strategy(Strategy.roundRobin())
                                .retry(r -> r.maxAttempts(1)))
                .route("/**", r -> r.to("backends"))
                .build();
    }

    private static Gateway full(String[] endpoints) {
        GatewayBuilder builder = Gateway.builder()
                .upstream(
                        "backends",
                        up -> up.endpoints(endpoints)
                                .healthCheck(HealthChecker.http("/1k"), hc -> hc.interval(Duration.ofSeconds(5))))
                .filter(RateLimitFilter.perSecond(PER_SECOND, Keys.clientIp()))
                .filter(AccessLogFilter.builder(AccessLogFilter.Format.COMMON)
                        .file(Path.of(System.getenv("TMP"), "access.log"))
                        .build())
                .route("/**", r -> r.to("backends"));
        for (int i = 1; i < ROUTES; i++) {
            builder.route("/service-" + i + "/items/{id}", r -> r.to("backends"));
        }
        return builder.build();
    }
}
