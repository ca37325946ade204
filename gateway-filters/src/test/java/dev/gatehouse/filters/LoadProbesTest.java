package dev.gatehouse.filters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Gateway;
import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.LoadMeter;
import dev.gatehouse.balancer.LoadProber;
import dev.gatehouse.balancer.Node;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.PrequalSettings;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.http.Response;
import dev.gatehouse.jetty.GatewayServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Prequal end to end over real sockets: two services that measure themselves, and who asks them. */
final class LoadProbesTest {

    /**
     * Half of the answers are of a node without requests, so that the other one is hot. At the usual quantile neither would
     * be, and the quicker one would be taken, which requests that are only held do not change.
     */
    private static final PrequalSettings BY_REQUESTS =
            PrequalSettings.defaults().withHotQuantile(0.3);

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** A service that holds requests for /held until it is told to answer. */
    private static final class Service implements AutoCloseable {

        private final AtomicInteger probes = new AtomicInteger();
        private final AtomicInteger calls = new AtomicInteger();
        private final CompletableFuture<Response> held = new CompletableFuture<>();
        private final GatewayServer server;

        Service() {
            Gateway gateway = Gateway.builder()
                    .filter((request, next) -> {
                        if (request.path().equals("/load")) {
                            probes.incrementAndGet();
                        }
                        return next.proceed(request);
                    })
                    .filter(LoadReportFilter.of(new LoadMeter()).probedAt("/load"))
                    .route("/held", route -> route.handle((request, exchange) -> held))
                    .route(
                            "/**",
                            route -> route.handle((request, exchange) -> {
                                calls.incrementAndGet();
                                return CompletableFuture.completedFuture(Response.of(204));
                            }))
                    .build();
            server = GatewayServer.start(gateway, 0);
        }

        String uri() {
            return "http://127.0.0.1:" + server.port();
        }

        CompletableFuture<HttpResponse<Void>> hold() {
            return HTTP.sendAsync(
                    HttpRequest.newBuilder(URI.create(uri() + "/held")).build(), BodyHandlers.discarding());
        }

        @Override
        public void close() {
            held.complete(Response.of(204));
            server.close();
        }
    }

    private static void get(String uri) throws Exception {
        HttpResponse<Void> answer =
                HTTP.send(HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.discarding());
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.headers().firstValue("endpoint-load-metrics")).isEmpty();
    }

    /** What one client holds at a service, another one that has no call there keeps away from. */
    @Test
    void aGatewayAsksOverItsOwnConnectionsAndKeepsAwayFromWhomOthersKeepBusy() throws Exception {
        try (Service busy = new Service();
                Service idle = new Service();
                GatewayServer gateway = GatewayServer.start(
                        Gateway.builder()
                                .upstream(
                                        "up",
                                        up -> up.endpoints(busy.uri(), idle.uri())
                                                .strategy(Strategy.prequal(LoadProber.http("/load"), BY_REQUESTS)))
                                .route("/**", route -> route.to("up"))
                                .build(),
                        0)) {
            List<CompletableFuture<HttpResponse<Void>>> held =
                    IntStream.range(0, 20).mapToObj(i -> busy.hold()).toList();
            String uri = "http://127.0.0.1:" + gateway.port() + "/x";
            // Until the answers are about the held requests: then every further call goes to the other one.
            Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                int before = busy.calls.get();
                for (int i = 0; i < 50; i++) {
                    get(uri);
                }
                assertThat(busy.calls.get() - before).isLessThanOrEqualTo(5);
            });
            assertThat(busy.probes.get()).isPositive();
            assertThat(idle.probes.get()).isPositive();
            assertThat(held).noneMatch(CompletableFuture::isDone);
        }
    }

    @Test
    void aBalancerAloneAsksWithTheJdksClient() throws Exception {
        try (Service one = new Service();
                Service two = new Service();
                Balancer balancer = Balancer.builder(one.uri(), two.uri())
                        .strategy(Strategy.prequal(LoadProber.http("/load")))
                        .build()) {
            Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                balancer.call(
                        PickContext.none(),
                        endpoint -> HTTP.send(
                                HttpRequest.newBuilder(endpoint.resolve("/x")).build(), BodyHandlers.discarding()),
                        answer -> Outcome.ofStatus(answer.statusCode()));
                assertThat(one.probes.get()).isPositive();
                assertThat(two.probes.get()).isPositive();
            });
            assertThat(balancer.nodes()).extracting(Node::failures).containsOnly(0L);
        }
    }
}
