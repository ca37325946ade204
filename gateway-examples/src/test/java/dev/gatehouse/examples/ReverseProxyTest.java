package dev.gatehouse.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.Gateway;
import dev.gatehouse.examples.ProxyOptions.Host;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReverseProxyTest {

    @ParameterizedTest
    @EnumSource
    void everyHostForwards(Host host) throws Exception {
        try (OrderService service = OrderService.start("orders-1")) {
            ProxyOptions options = ProxyOptions.parse(
                    "--listen",
                    "127.0.0.1:0",
                    "--to",
                    service.uri(),
                    "--host",
                    host.name().toLowerCase(Locale.ROOT));
            int port;
            try (Gateway gateway = ReverseProxy.gateway(options)) {
                try (RunningHost running = RunningHost.start(options, gateway)) {
                    port = running.port();
                    HttpResponse<String> answer = Http.get(port, "/orders/7");
                    assertThat(answer.body()).contains("\"order\":\"7\"", "orders-1");
                    HttpResponse<String> posted = Http.send(Http.request(port, "/orders/8")
                            .POST(BodyPublishers.ofString("x".repeat(100_000)))
                            .build());
                    assertThat(posted.statusCode()).isEqualTo(200);
                    assertThat(Http.get(port, "/nothing").statusCode()).isEqualTo(404);
                    assertThat(Http.get(port, "/a//b").statusCode()).isEqualTo(400);
                }
                assertThatThrownBy(() -> Http.get(port, "/orders/9")).isInstanceOf(ConnectException.class);
                CompletionStage<Response> late =
                        gateway.handle(Request.get("/orders/9").build());
                assertThat(late.toCompletableFuture().join().status()).isEqualTo(503);
            }
        }
    }

    @Test
    void upstreamsSeeTheClientsHostIfAskedTo() throws Exception {
        Queue<String> hosts = new ConcurrentLinkedQueue<>();
        HttpServer upstream = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        upstream.createContext("/", exchange -> {
            hosts.add(exchange.getRequestHeaders().getFirst("Host"));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        upstream.start();
        String own = "127.0.0.1:" + upstream.getAddress().getPort();
        try {
            for (String[] more : new String[][] {{}, {"--preserve-host"}}) {
                List<String> line = new ArrayList<>(List.of("--listen", "127.0.0.1:0", "--to", "http://" + own));
                line.addAll(List.of(more));
                try (Gateway gateway = ReverseProxy.gateway(ProxyOptions.parse(line.toArray(String[]::new)))) {
                    Request request =
                            Request.get("/").authority("shop.example.com").build();
                    var response = gateway.handle(request).toCompletableFuture().get(30, TimeUnit.SECONDS);
                    assertThat(response.status()).isEqualTo(204);
                }
            }
        } finally {
            upstream.stop(0);
        }
        assertThat(hosts).containsExactly(own, "shop.example.com");
    }

    @ParameterizedTest
    @ValueSource(strings = {"roundRobin", "weightedRoundRobin", "random", "leastRequest", "clientIpHash"})
    void aStrategyIsChosenByName(String name) {
        ProxyOptions options = ProxyOptions.parse("--listen", "127.0.0.1:0", "--to", "http://a", "--strategy", name);
        assertThat(options.strategy().toString()).startsWith(name);
    }

    @Test
    void everyMistakeOfTheCommandLineIsListed() {
        assertThatThrownBy(
                        () -> ProxyOptions.parse("--listen", "nowhere", "--strategy", "best", "--host", "iis", "--x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--listen nowhere (expected: HOST:PORT)")
                .hasMessageContaining("--strategy best (known: clientIpHash, leastRequest")
                .hasMessageContaining("--host iis (known: jetty, servlet, jdk)")
                .hasMessageContaining("--x is unknown")
                .hasMessageContaining("--to is missing");
    }

    @Test
    void anEndpointWithAPathIsRefused() {
        ProxyOptions options = ProxyOptions.parse("--listen", "127.0.0.1:0", "--to", "http://localhost:1/path");
        assertThatThrownBy(() -> ReverseProxy.gateway(options)).hasMessageContaining("http://localhost:1/path");
    }
}
