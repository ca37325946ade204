package dev.gatehouse.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.Gateway;
import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.Node;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.Picker;
import dev.gatehouse.balancer.Setup;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.balancer.client.BalancedHttpClient;
import dev.gatehouse.jetty.GatewayServer;
import dev.gatehouse.jetty.client.BalancedJettyClient;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.Test;

class SmallExamplesTest {

    @Test
    void theCustomFiltersRefuseMarkAndTime() throws Exception {
        try (OrderService orders = OrderService.start("orders-1");
                Gateway gateway = CustomFilter.gateway(orders.uri());
                GatewayServer server = GatewayServer.start(gateway, "127.0.0.1", 0)) {
            HttpResponse<String> refused = Http.get(server.port(), "/orders/1");
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.headers().firstValue("Strict-Transport-Security"))
                    .isPresent();
            HttpResponse<String> passed = Http.get(server.port(), "/orders/1", "X-Tenant", "acme");
            assertThat(passed.body()).contains("orders-1");
            assertThat(passed.headers().firstValue("Server-Timing").orElseThrow())
                    .startsWith("gateway;dur=");
        }
    }

    @Test
    void theCustomStrategyStaysInItsZone() throws Exception {
        try (OrderService here = OrderService.start("orders-here");
                OrderService there = OrderService.start("orders-there");
                Gateway gateway = CustomStrategy.gateway(here.uri(), there.uri());
                GatewayServer server = GatewayServer.start(gateway, "127.0.0.1", 0)) {
            for (int i = 0; i < 5; i++) {
                assertThat(Http.get(server.port(), "/orders/1").body()).contains("orders-here");
            }
        }
    }

    @Test
    void theClientBalancesByItself() throws Exception {
        try (OrderService one = OrderService.start("orders-1");
                OrderService two = OrderService.start("orders-2");
                Balancer balancer = Balancer.builder(one.uri(), two.uri())
                        .strategy(Strategy.roundRobin())
                        .build()) {
            HttpClient named = BalancedHttpClient.over(HttpClient.newHttpClient())
                    .name("orders", balancer)
                    .build();
            BalancedJettyClient jetty = new BalancedJettyClient().name("orders", balancer);
            jetty.start();
            List<List<String>> all = List.of(
                    ClientSideBalancing.orders(balancer, 4),
                    ClientSideBalancing.ordersByName(named, 4),
                    ClientSideBalancing.ordersByName(jetty, 4));
            jetty.stop();
            for (List<String> answers : all) {
                assertThat(answers)
                        .filteredOn(answer -> answer.contains("orders-1"))
                        .hasSize(2);
                assertThat(answers)
                        .filteredOn(answer -> answer.contains("orders-2"))
                        .hasSize(2);
            }
        }
    }

    /** A second for each phase; the failing service is ejected for 0.2 s, 0.4 s, and so on. */
    @Test
    void oneServiceFailsAndOneIsSlowAndClientsSeeNeither() throws Exception {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        Map<Integer, Integer> statuses = Troubles.run(Duration.ofSeconds(1), new PrintStream(told, true, UTF_8));
        assertThat(told.toString(UTF_8))
                .contains(
                        "EJECTED failing: 5 failures in a row", "RETURNED failing", "ejected: ", "SLOW_START failing");
        int all = statuses.values().stream().mapToInt(Integer::intValue).sum();
        // Five calls may fail for good before the ejection, if their retries meet the same.
        assertThat(statuses.get(200)).isGreaterThanOrEqualTo(all - 20);
    }

    @Test
    void aCallThatIsInterruptedIsNotHeldAgainstItsEndpoint() throws Exception {
        List<Outcome> outcomes = new CopyOnWriteArrayList<>();
        try (OrderService one = OrderService.start("orders-1");
                Balancer balancer = Balancer.builder(one.uri())
                        .strategy(new Reported(outcomes))
                        .build()) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> ClientSideBalancing.orders(balancer, 1)).isInstanceOf(InterruptedException.class);
            assertThat(outcomes).containsExactly(Outcome.IGNORED);
        } finally {
            var unused = Thread.interrupted();
        }
    }

    /** Takes the first node, and notes what becomes of the calls. */
    private record Reported(List<Outcome> outcomes) implements Strategy {

        @Override
        public Picker newPicker(Setup setup) {
            return new Picker() {
                @Override
                public Node pick(PickContext context) {
                    return setup.nodes().get(0);
                }

                @Override
                public void completed(Node node, PickContext context, Outcome outcome, long latencyNanos) {
                    outcomes.add(outcome);
                }
            };
        }
    }

    @Test
    void theServletsAreGuardedAndOnePathIsProxied() throws Exception {
        try (OrderService legacy = OrderService.start("legacy");
                Gateway gateway = ServletMiddleware.gateway(legacy.uri())) {
            Server server = ServletMiddleware.server(gateway, 0);
            server.start();
            try {
                int port = ((ServerConnector) server.getConnectors()[0]).getLocalPort();
                assertThat(Http.get(port, "/orders/1").body()).contains("legacy");
                HttpResponse<String> guarded = Http.get(port, "/v2/greeting");
                assertThat(guarded.body()).isEqualTo("hello from /v2/greeting");
                assertThat(guarded.headers().firstValue("RateLimit")).isPresent();
                HttpResponse<String> untouched = Http.get(port, "/other");
                assertThat(untouched.body()).isEqualTo("hello from /other");
                assertThat(untouched.headers().firstValue("RateLimit")).isEmpty();
            } finally {
                server.stop();
            }
        }
    }
}
