package dev.gatehouse.benchmarks;

import dev.gatehouse.Gateway;
import dev.gatehouse.GatewayBuilder;
import dev.gatehouse.balancer.HealthChecker;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.jetty.GatewayServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Three upstreams, one gateway, a steady load: one upstream at a time is killed and restarted, has its connections reset,
 * or is stopped and goes on, ten times each; then the configuration is replaced every 100 ms, each time with a new balancer
 * that takes over. No request may fail whose answer had not begun.
 *
 * <p>Arguments: rounds of each fault (10), requests each second (2500), connections (64).
 */
public final class FailoverSoak {

    private static final long FAULT_MILLIS = 1_500;
    private static final long CALM_MILLIS = 1_000;
    private static final int UPDATES = 100;

    private final List<UpstreamProcess> upstreams =
            List.of(new UpstreamProcess(), new UpstreamProcess(), new UpstreamProcess());
    private final Gateway gateway = configuration(0).build();
    private final GatewayServer server = GatewayServer.start(gateway, "127.0.0.1", 0);
    private final int rounds;
    private final int perSecond;
    private final int connections;
    private boolean failed;

    private FailoverSoak(int rounds, int perSecond, int connections) {
        this.rounds = rounds;
        this.perSecond = perSecond;
        this.connections = connections;
    }

    /** A fault, and its end. */
    @FunctionalInterface
    private interface Fault {
        void on(UpstreamProcess upstream) throws Exception;
    }

    private GatewayBuilder configuration(int version) {
        return Gateway.builder()
                .upstream(
                        "upstream",
                        up -> up.endpoints(upstreams.stream()
                                        .map(UpstreamProcess::uri)
                                        .toArray(String[]::new))
                                // Another one each time, so that each update makes a balancer that takes over.
                                .strategy(version % 2 == 0 ? Strategy.leastRequest() : Strategy.roundRobin())
                                .healthCheck(HealthChecker.tcp(), hc -> hc.interval(Duration.ofSeconds(1)))
                                .timeouts(t -> t.connect(Duration.ofSeconds(1)).firstByte(Duration.ofSeconds(1))))
                .route("/**", r -> r.id("version-" + version).to("upstream"));
    }

    private void run() throws Exception {
        phase("warm-up", load -> pause(3_000));
        phase("SIGKILL and restart", load -> faults(UpstreamProcess::kill, UpstreamProcess::restart));
        phase("connections reset", load -> faults(UpstreamProcess::reset, upstream -> {}));
        phase("SIGSTOP and SIGCONT", load -> faults(UpstreamProcess::stop, UpstreamProcess::goOn));
        phase("update every 100 ms", load -> {
            for (int i = 1; i <= UPDATES; i++) {
                gateway.update(configuration(i));
                pause(100);
            }
        });
        server.close();
        upstreams.forEach(UpstreamProcess::close);
    }

    @FunctionalInterface
    private interface Phase {
        void run(LoadClient load) throws Exception;
    }

    private void phase(String name, Phase phase) throws Exception {
        long start = System.nanoTime();
        LoadClient load = new LoadClient(server.port(), connections, perSecond);
        phase.run(load);
        load.stop();
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("%-22s %.0f requests/s: %s%n", name, load.answered() / seconds, load);
        failed |= load.failed() > 0;
    }

    private void faults(Fault begin, Fault end) throws Exception {
        for (int i = 0; i < rounds; i++) {
            UpstreamProcess upstream = upstreams.get(i % upstreams.size());
            begin.on(upstream);
            pause(FAULT_MILLIS);
            end.on(upstream);
            pause(CALM_MILLIS);
        }
    }

    private static void pause(long millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /**
     * Runs all phases; ends with status 1 if a request failed.
     *
     * @param args see the class
     * @throws Exception if the set-up fails
     */
    public static void main(String[] args) throws Exception {
        FailoverSoak soak = new FailoverSoak(argument(args, 0, 10), argument(args, 1, 2_500), argument(args, 2, 64));
        soak.run();
        System.exit(soak.failed ? 1 : 0);
    }

    private static int argument(String[] args, int index, int otherwise) {
        return args.length > index ? Integer.parseInt(args[index]) : otherwise;
    }
}
