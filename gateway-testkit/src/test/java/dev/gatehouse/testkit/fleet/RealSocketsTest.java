package dev.gatehouse.testkit.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.RandomSource;
import dev.gatehouse.balancer.Strategy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** One scenario in the simulator, and with servers and clients on sockets of this machine. */
class RealSocketsTest {

    private static final Duration SERVICE = Duration.ofMillis(40);
    private static final int SLOWER = 4;
    private static final int WORKERS = 4;
    private static final int CLIENTS = 2;
    private static final double PER_SECOND = 120;
    private static final int CALLS = 360;

    /** A server with workers that sleep, and a queue. */
    private static final class SleepingServer implements AutoCloseable {

        private final HttpServer http;
        private final ScheduledThreadPoolExecutor timers;
        private final Duration service;
        private final Deque<HttpExchange> waiting = new ArrayDeque<>();
        private int serving;

        SleepingServer(ScheduledThreadPoolExecutor timers, Duration service) throws IOException {
            this.timers = timers;
            this.service = service;
            this.http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            http.createContext("/", this::accept);
            http.start();
        }

        String uri() {
            return "http://127.0.0.1:" + http.getAddress().getPort();
        }

        private synchronized void accept(HttpExchange exchange) {
            if (serving == WORKERS) {
                waiting.add(exchange);
            } else {
                serving++;
                serve(exchange);
            }
        }

        private void serve(HttpExchange exchange) {
            timers.schedule(() -> end(exchange), service.toNanos(), TimeUnit.NANOSECONDS);
        }

        private void end(HttpExchange exchange) {
            synchronized (this) {
                HttpExchange next = waiting.poll();
                if (next == null) {
                    serving--;
                } else {
                    serve(next);
                }
            }
            try (exchange) {
                exchange.sendResponseHeaders(204, -1);
            } catch (IOException e) {
                // The client sees it as well.
            }
        }

        @Override
        public void close() {
            http.stop(0);
        }
    }

    private record Call(String uri, long nanos) {}

    /**
     * The share of the slow server: 360 calls that went to it independently with the simulator's probability p would have a
     * standard deviation of √(p (1 - p) / 360); calls that look at the load correct each other and have less. The
     * simulator's own is a tenth of it, with a hundred times the calls. 4.5 of them are 0.085, where turns would be 0.2 away.
     *
     * <p>The median: most calls do not wait, so its chance is small: in the simulator it is the service time itself. On
     * sockets come timers of 1 ms, threads of two cores, and two hops on loopback: a quarter of the service time is allowed for
     * them, and nothing in the other direction.
     */
    @Test
    void socketsAndSimulatorAgree() throws Exception {
        FleetResult simulated = Fleet.of(Scenario.builder("sockets")
                        .servers("fast", 2, ServiceTime.constant(SERVICE), s -> s.concurrency(WORKERS))
                        .servers(
                                "slow",
                                1,
                                ServiceTime.constant(SERVICE),
                                s -> s.concurrency(WORKERS).speed(1.0 / SLOWER))
                        .clients(CLIENTS)
                        .arrivals(PER_SECOND)
                        .timeout(Duration.ofSeconds(10))
                        .duration(Duration.ofSeconds(300))
                        .build())
                .run(Strategy.leastRequest());
        double share = (double) simulated.server("slow-1").calls() / simulated.requests();
        double median = simulated.percentile(50).toNanos() / 1e6;

        ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
        try (SleepingServer one = new SleepingServer(timers, SERVICE);
                SleepingServer two = new SleepingServer(timers, SERVICE);
                SleepingServer slow = new SleepingServer(timers, SERVICE.multipliedBy(SLOWER))) {
            List<Call> calls = play(timers, one.uri(), two.uri(), slow.uri());

            long toSlow =
                    calls.stream().filter(call -> call.uri.equals(slow.uri())).count();
            double deviation = Math.sqrt(share * (1 - share) / CALLS);
            assertThat((double) toSlow / CALLS).isCloseTo(share, within(4.5 * deviation));
            assertThat(1.0 / 3 - share).as("turns would be found out").isGreaterThan(4.5 * deviation);
            double found = calls.stream()
                            .mapToLong(Call::nanos)
                            .sorted()
                            .skip(CALLS / 2)
                            .findFirst()
                            .orElseThrow()
                    / 1e6;
            assertThat(found).isBetween(median - 0.5, median + SERVICE.toMillis() / 4.0);
        } finally {
            timers.shutdownNow();
        }
    }

    private static List<Call> play(ScheduledThreadPoolExecutor timers, String... uris) throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        List<CompletableFuture<?>> warm = new ArrayList<>();
        for (int i = 0; i < 10 * uris.length; i++) {
            warm.add(http.sendAsync(request(uris[i % uris.length]), HttpResponse.BodyHandlers.discarding()));
        }
        CompletableFuture.allOf(warm.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);

        RandomSource random = RandomSource.seeded(5);
        List<Balancer> balancers = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            balancers.add(Balancer.builder(uris)
                    .strategy(Strategy.leastRequest())
                    .random(RandomSource.seeded(i))
                    .build());
        }
        List<CompletableFuture<Call>> calls = new ArrayList<>();
        double at = 0;
        for (int i = 0; i < CALLS; i++) {
            at += ServiceTimes.exponential(random) / PER_SECOND;
            Balancer balancer = balancers.get(random.nextInt(CLIENTS));
            CompletableFuture<Call> call = new CompletableFuture<>();
            calls.add(call);
            timers.schedule(() -> call(http, balancer, call), Math.round(at * 1e9), TimeUnit.NANOSECONDS);
        }
        List<Call> done = new ArrayList<>();
        for (CompletableFuture<Call> call : calls) {
            done.add(call.get(30, TimeUnit.SECONDS));
        }
        balancers.forEach(Balancer::close);
        return done;
    }

    private static void call(HttpClient http, Balancer balancer, CompletableFuture<Call> result) {
        long start = System.nanoTime();
        balancer.callAsync(
                        PickContext.none(),
                        endpoint -> http.sendAsync(
                                request(endpoint.uri().toString()), HttpResponse.BodyHandlers.discarding()),
                        answer -> Outcome.ofStatus(answer.statusCode()))
                .whenComplete((answer, failure) -> {
                    if (failure != null) {
                        result.completeExceptionally(failure);
                    } else {
                        String path = answer.uri().getPath();
                        String uri = answer.uri().toString();
                        result.complete(
                                new Call(uri.substring(0, uri.length() - path.length()), System.nanoTime() - start));
                    }
                });
    }

    private static HttpRequest request(String uri) {
        return HttpRequest.newBuilder(URI.create(uri + "/")).build();
    }
}
