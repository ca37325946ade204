package dev.gatehouse.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.Exchange;
import dev.gatehouse.Gateway;
import dev.gatehouse.GatewayListener;
import dev.gatehouse.balancer.BalancerEvent;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.HealthChecker;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A gateway in front of three services, one of which becomes slow while another one fails: prints the events of the balancer,
 * what the clients got, and the explanation of a request in the middle of it.
 *
 * <p>Argument: how long each of the three phases lasts, in milliseconds; 5000 if there is none.
 */
public final class Troubles implements AutoCloseable {

    private static final int CALLERS = 4;
    private static final int SLOW_MILLIS = 300;
    private static final int USUAL_MILLIS = 2;
    private static final Request ORDER = Request.get("/orders/7").build();

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Service steady = new Service("steady");
    private final Service slow = new Service("slow");
    private final Service failing = new Service("failing");
    private final AtomicInteger hedges = new AtomicInteger();
    private final PrintStream out;
    private final Gateway gateway;
    private volatile boolean running = true;

    private Troubles(Duration phase, PrintStream out) throws IOException {
        this.out = out;
        gateway = Gateway.builder()
                .listener(new GatewayListener() {
                    @Override
                    public void onBalancerEvent(String upstream, BalancerEvent event) {
                        out.println(event);
                    }

                    @Override
                    public void onHedge(Exchange exchange, String upstream) {
                        hedges.incrementAndGet();
                    }
                })
                .upstream(
                        "orders",
                        up -> up.endpoints(steady.endpoint, slow.endpoint, failing.endpoint)
                                .strategy(Strategy.peakEwma())
                                .healthCheck(
                                        HealthChecker.http("/health"), checks -> checks.interval(Duration.ofSeconds(1)))
                                .outlierDetection(outliers -> outliers.ejection(phase.dividedBy(5), phase))
                                .slowStart(Duration.ofSeconds(2))
                                .hedge(hedge -> hedge.percentile(0.95)))
                .route("/orders/**", r -> r.to("orders"))
                .build();
    }

    /** One of the services, whose health does not show what ails it. */
    private final class Service {

        private final HttpServer server;
        private final Endpoint endpoint;
        private volatile int millis = USUAL_MILLIS;
        private volatile int status = 200;

        Service(String name) throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/health", exchange -> answer(exchange, 200));
            server.createContext("/orders", exchange -> {
                pause(millis);
                answer(exchange, status);
            });
            server.setExecutor(threads);
            server.start();
            endpoint = Endpoint.builder(
                            name,
                            URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
                    .build();
        }

        private void answer(HttpExchange exchange, int code) throws IOException {
            exchange.sendResponseHeaders(code, -1);
            exchange.close();
        }
    }

    /** Four callers ask one after another until the phases are over. */
    private Map<Integer, Integer> run(Duration phase) {
        Map<Integer, Integer> statuses = new ConcurrentSkipListMap<>();
        List<CompletableFuture<Void>> callers = Stream.generate(
                        () -> CompletableFuture.runAsync(() -> call(statuses), threads))
                .limit(CALLERS)
                .toList();
        phase("all are well", phase);
        slow.millis = SLOW_MILLIS;
        failing.status = 503;
        phase("one is slow, one fails", phase);
        out.println(gateway.explain(ORDER));
        slow.millis = USUAL_MILLIS;
        failing.status = 200;
        phase("all are well again", phase);
        running = false;
        callers.forEach(CompletableFuture::join);
        return statuses;
    }

    private void phase(String name, Duration length) {
        out.println("--- " + name);
        pause((int) length.toMillis());
    }

    private void call(Map<Integer, Integer> statuses) {
        while (running) {
            Response response = gateway.handle(ORDER).toCompletableFuture().join();
            response.body().bytes(1024).toCompletableFuture().join();
            statuses.merge(response.status(), 1, Integer::sum);
        }
    }

    @Override
    public void close() {
        gateway.close(Duration.ofSeconds(1));
        List.of(steady, slow, failing).forEach(service -> service.server.stop(0));
        threads.shutdownNow();
    }

    static Map<Integer, Integer> run(Duration phase, PrintStream out) throws IOException {
        try (Troubles troubles = new Troubles(phase, out)) {
            Map<Integer, Integer> statuses = troubles.run(phase);
            out.println("answers by status " + statuses + ", hedges " + troubles.hedges);
            return statuses;
        }
    }

    /**
     * Runs it.
     *
     * @param args maybe the length of a phase
     * @throws IOException if the services cannot start
     */
    public static void main(String[] args) throws IOException {
        run(Duration.ofMillis(args.length == 0 ? 5_000 : Integer.parseInt(args[0])), System.out);
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }
}
