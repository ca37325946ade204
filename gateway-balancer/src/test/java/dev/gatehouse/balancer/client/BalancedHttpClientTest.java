package dev.gatehouse.balancer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.Strategy;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.CookieManager;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BalancedHttpClientTest {

    private final List<HttpServer> servers = new ArrayList<>();
    private final Queue<String> seen = new ConcurrentLinkedQueue<>();

    @AfterEach
    void stop() {
        servers.forEach(server -> server.stop(0));
    }

    /** Answers with its name; {@code /N} with the status N, {@code /to?x} with a redirect to x. */
    private String server(String name) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String uri = "http://127.0.0.1:" + server.getAddress().getPort();
        server.createContext("/", exchange -> answer(exchange, name, uri));
        server.start();
        servers.add(server);
        return uri;
    }

    private void answer(HttpExchange exchange, String name, String uri) throws IOException {
        String path = exchange.getRequestURI().getPath();
        var headers = exchange.getRequestHeaders();
        seen.add(name + " " + exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                + headers.getFirst("Authorization") + " " + headers.getFirst("Cookie"));
        int status = path.matches("/\\d{3}") ? Integer.parseInt(path.substring(1)) : 200;
        if (path.equals("/to")) {
            status = 302;
            exchange.getResponseHeaders()
                    .add("Location", exchange.getRequestURI().getQuery().replace("SELF", uri));
            exchange.getResponseHeaders().add("Set-Cookie", "seen=yes; Path=/");
        }
        exchange.getRequestBody().readAllBytes();
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, text.length);
        exchange.getResponseBody().write(text);
        exchange.close();
    }

    private static String nobody() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "http://127.0.0.1:" + socket.getLocalPort();
        }
    }

    private static BalancedHttpClient.Builder over(Balancer orders) {
        return BalancedHttpClient.over(HttpClient.newHttpClient()).name("orders", orders);
    }

    private static HttpRequest.Builder request(String uri) {
        return HttpRequest.newBuilder(URI.create(uri));
    }

    private static HttpResponse<String> send(HttpClient client, HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private static Balancer balancer(String... uris) {
        return Balancer.builder(uris).strategy(Strategy.roundRobin()).build();
    }

    @Test
    void aNameGoesToTheEndpointsOfItsBalancer() throws Exception {
        try (Balancer orders = balancer(server("a"), server("b"))) {
            HttpClient client = over(orders).build();
            List<String> answers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                HttpResponse<String> answer = send(client, request("http://ORDERS/x?y=1"));
                answers.add(answer.body());
                assertThat(answer.uri()).hasToString("http://ORDERS/x?y=1");
                assertThat(answer.request().uri()).isEqualTo(answer.uri());
            }
            assertThat(answers).containsExactlyInAnyOrder("a", "a", "b", "b");
            assertThat(seen).allMatch(line -> line.contains(" GET /x?y=1 "));
            assertThat(orders.inFlight()).isZero();
        }
    }

    @Test
    void otherHostsAreAskedThemselves() throws Exception {
        try (Balancer orders = balancer(server("a"))) {
            assertThat(send(over(orders).build(), request(server("other") + "/"))
                            .body())
                    .isEqualTo("other");
        }
    }

    @Test
    void anEndpointThatIsNotThereCostsNoCallWhateverItsMethod() throws Exception {
        try (Balancer orders = balancer(nobody(), server("a"))) {
            HttpClient client = over(orders).build();
            for (int i = 0; i < 4; i++) {
                assertThat(send(client, request("http://orders/").POST(BodyPublishers.ofString("x")))
                                .body())
                        .isEqualTo("a");
            }
            assertThat(orders.inFlight()).isZero();
        }
    }

    @Test
    void withNoEndpointThereAtAllTheCallFails() throws Exception {
        try (Balancer orders = balancer(nobody())) {
            assertThatThrownBy(() -> send(over(orders).build(), request("http://orders/")))
                    .isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void whatIsIdempotentIsTriedAgain() throws Exception {
        try (Balancer orders = balancer(server("a"), server("b"))) {
            HttpClient client = over(orders).build();
            assertThat(send(client, request("http://orders/503")).statusCode()).isEqualTo(503);
            assertThat(seen).hasSize(3);
            seen.clear();
            assertThat(send(client, request("http://orders/503").POST(BodyPublishers.noBody()))
                            .statusCode())
                    .isEqualTo(503);
            assertThat(send(client, request("http://orders/500")).statusCode()).isEqualTo(500);
            assertThat(seen).hasSize(2);
        }
    }

    @Test
    void retriesHaveABudget() throws Exception {
        try (Balancer orders = balancer(server("a"))) {
            HttpClient client = over(orders).attempts(2).retryBudget(0.2, 0).build();
            for (int i = 0; i < 50; i++) {
                send(client, request("http://orders/503"));
            }
            // Every fifth call may be tried again, and the budget may be full or empty by one at each end.
            assertThat(seen.size()).isBetween(58, 60);
        }
    }

    @Test
    void redirectsStayWithTheName() throws Exception {
        try (Balancer orders = balancer(server("a"))) {
            HttpClient client = over(orders).followRedirects(Redirect.NORMAL).build();
            for (String to : List.of("/x", "SELF/x", "http://orders/x")) {
                HttpResponse<String> answer =
                        send(client, request("http://orders/to?" + to).header("Authorization", "secret"));
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.uri()).hasToString("http://orders/x");
                assertThat(answer.previousResponse())
                        .hasValueSatisfying(
                                first -> assertThat(first.statusCode()).isEqualTo(302));
                assertThat(seen).contains("a GET /x secret null");
                seen.clear();
            }
        }
    }

    @Test
    void credentialsAreNotSentElsewhereByARedirect() throws Exception {
        String other = server("other");
        try (Balancer orders = balancer(server("a"))) {
            HttpClient client = over(orders).followRedirects(Redirect.NORMAL).build();
            assertThat(send(client, request("http://orders/to?" + other + "/x").header("Authorization", "secret"))
                            .body())
                    .isEqualTo("other");
            assertThat(seen).contains("other GET /x null null");
        }
    }

    @Test
    void withoutBeingToldToARedirectIsAnAnswer() throws Exception {
        try (Balancer orders = balancer(server("a"))) {
            assertThat(send(over(orders).build(), request("http://orders/to?/x"))
                            .statusCode())
                    .isEqualTo(302);
        }
    }

    @Test
    void cookiesAreTheNames() throws Exception {
        CookieManager cookies = new CookieManager();
        try (Balancer orders = balancer(server("a"), server("b"))) {
            HttpClient client = over(orders).cookieHandler(cookies).build();
            send(client, request("http://orders/to?/x"));
            seen.clear();
            send(client, request("http://orders/1"));
            send(client, request("http://orders/2"));
            assertThat(seen).hasSize(2).allMatch(line -> line.endsWith(" seen=yes"));
        }
    }

    @Test
    void aCallLastsUntilItsContentIsRead() throws Exception {
        try (Balancer orders = balancer(server("a"))) {
            HttpClient client = over(orders).build();
            HttpResponse<InputStream> answer =
                    client.send(request("http://orders/").build(), BodyHandlers.ofInputStream());
            answer.body().readAllBytes();
            assertThat(orders.inFlight()).isZero();
            assertThat(orders.nodes().get(0).successes()).isEqualTo(1);
        }
    }

    @Test
    void aSecureNameIsNotSentInClearText() throws Exception {
        try (Balancer orders = balancer(server("a"))) {
            assertThatThrownBy(() -> send(over(orders).build(), request("https://orders/")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("has no TLS");
            assertThat(seen).isEmpty();
            assertThat(orders.inFlight()).isZero();
        }
    }

    @Test
    void whatCannotBeSentFailsAndHoldsNothing() throws Exception {
        try (Balancer orders = balancer(server("a"))) {
            assertThatThrownBy(() -> send(over(orders).build(), request("http://orders//x")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("path");
            HttpClient failing = over(orders)
                    .context(request -> {
                        throw new IllegalStateException("no key");
                    })
                    .build();
            assertThatThrownBy(() -> send(failing, request("http://orders/"))).hasMessage("no key");
            assertThat(orders.inFlight()).isZero();
        }
    }

    @Test
    void aCallThatIsCancelledIsNotHeldAgainstItsEndpoint() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Balancer orders = balancer("http://127.0.0.1:" + silent.getLocalPort())) {
            var waiting =
                    over(orders).build().sendAsync(request("http://orders/").build(), BodyHandlers.ofString());
            try (var connection = silent.accept()) {
                assertThat(connection.getInputStream().read()).isEqualTo('G');
                waiting.cancel(true);
                while (orders.inFlight() > 0) {
                    Thread.onSpinWait();
                }
                assertThat(orders.nodes().get(0).failures()).isZero();
            }
        }
    }

    @Test
    void theBalancerIsToldOfTheCall() throws Exception {
        try (Balancer orders = Balancer.builder(server("a"), server("b"), server("c"))
                .strategy(Strategy.clientIpHash())
                .build()) {
            HttpClient client = over(orders)
                    .context(request -> PickContext.forClient(request.uri().getPath()))
                    .build();
            String first = send(client, request("http://orders/x")).body();
            for (int i = 0; i < 5; i++) {
                assertThat(send(client, request("http://orders/x")).body()).isEqualTo(first);
            }
        }
    }

    @Test
    void aClientThatSeesAddressesIsRefused() {
        HttpClient following =
                HttpClient.newBuilder().followRedirects(Redirect.ALWAYS).build();
        assertThatThrownBy(() -> BalancedHttpClient.over(following)).hasMessageContaining("follows redirects");
        assertThatThrownBy(() ->
                        BalancedHttpClient.over(HttpClient.newHttpClient()).build())
                .hasMessageContaining("name");
    }
}
