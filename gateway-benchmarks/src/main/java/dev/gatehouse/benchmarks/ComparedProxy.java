package dev.gatehouse.benchmarks;

import dev.gatehouse.Gateway;
import dev.gatehouse.GatewayBuilder;
import dev.gatehouse.UpstreamBuilder;
import dev.gatehouse.balancer.HealthChecker;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.filters.AccessLogFilter;
import dev.gatehouse.filters.Keys;
import dev.gatehouse.filters.RateLimitFilter;
import dev.gatehouse.jetty.GatewayServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The proxy that is measured beside others. Environment: {@code PORT} to listen on, or 0 for any, {@code BACKENDS} as a list of
 * {@code host:port} with commas between. Argument: {@code bare}, {@code http2} or {@code full}.
 */
public final class ComparedProxy {

    /** What it prints once it listens, before the port. */
    static final String LISTENING = "listening on 127.0.0.1:";

    private static final int ROUTES = 100;

    /** So high that nobody is refused, and every request is counted. */
    private static final int PER_SECOND = 1_000_000;

    private ComparedProxy() {}

    /**
     * Runs until it is killed.
     *
     * @param args {@code bare}: one route, round robin, forwarded headers; {@code http2}: the same, and speaks it with the
     *     backends; {@code full}: besides {@code bare}, many routes, health checks, retries, a rate limit by client and an
     *     access log in the folder {@code TMP}
     * @throws InterruptedException if it is interrupted
     */
    public static void main(String[] args) throws InterruptedException {
        Gateway gateway = switch (args.length == 0 ? "bare" : args[0]) {
            case "bare" -> bare(endpoints());
            case "http2" -> bare(endpoints(), UpstreamBuilder::http2);
            case "full" -> full(endpoints());
            default -> throw new IllegalArgumentException(args[0] + " (expected: bare, http2 or full)");
        };
        GatewayServer server = serve(gateway, port());
        System.out.println(LISTENING + server.port());
        server.join();
    }

    /** The server in front of every gateway that is compared, and the one that the contract of hosts is run against. */
    static GatewayServer serve(Gateway gateway, int port) {
        return GatewayServer.start(gateway, "127.0.0.1", port);
    }

    static int port() {
        return Integer.parseInt(System.getenv("PORT"));
    }

    static String[] endpoints() {
        return Arrays.stream(System.getenv("BACKENDS").split(","))
                .map(address -> "http://" + address)
                .toArray(String[]::new);
    }

    /** One route, round robin, forwarded headers. */
    static Gateway bare(String[] endpoints) {
        return bare(endpoints, up -> {});
    }

    private static Gateway bare(String[] endpoints, Consumer<UpstreamBuilder> more) {
        return Gateway.builder()
                .upstream("backends", up -> {
                    up.endpoints(endpoints).strategy(Strategy.roundRobin()).retry(r -> r.maxAttempts(1));
                    more.accept(up);
                })
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
