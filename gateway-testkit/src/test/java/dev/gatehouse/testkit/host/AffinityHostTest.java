package dev.gatehouse.testkit.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.Affinity;
import dev.gatehouse.Gateway;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.balancer.UpdatableEndpoints;
import dev.gatehouse.testkit.HostUnderTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A user stays at an endpoint, over sockets and through every host. */
final class AffinityHostTest {

    private static final byte[] SECRET = "sixteen bytes or more".getBytes(StandardCharsets.UTF_8);

    /** The ports of those that answer 503. */
    private final Set<Integer> sick = ConcurrentHashMap.newKeySet();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @ParameterizedTest
    @EnumSource(Hosts.class)
    void aUserStaysUntilTheEndpointIsGone(Hosts host) throws Exception {
        List<HttpServer> servers = new ArrayList<>();
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            HttpServer server = server();
            servers.add(server);
            endpoints.add(Endpoint.of("http://127.0.0.1:" + server.getAddress().getPort()));
        }
        UpdatableEndpoints source = new UpdatableEndpoints(endpoints.subList(0, 2));
        Gateway gateway = Gateway.builder()
                .upstream(
                        "up",
                        up -> up.endpoints(source)
                                .strategy(Strategy.roundRobin())
                                .panicThreshold(0)
                                .outlierDetection(outliers -> outliers.consecutiveFailures(1))
                                .affinity(Affinity.cookie("stay", SECRET)))
                .route("/**", route -> route.to("up"))
                .build();
        try (HostUnderTest running = host.start(gateway, call -> {})) {
            HttpResponse<String> first = get(running, null);
            String token = token(first);
            assertThat(first.headers().firstValue("Cache-Control")).contains("private");
            source.set(endpoints);
            Set<String> others = new HashSet<>();
            for (int i = 0; i < 10; i++) {
                HttpResponse<String> next = get(running, token);
                assertThat(next.body()).as("with a new endpoint").isEqualTo(first.body());
                assertThat(next.headers().firstValue("Set-Cookie")).isEmpty();
                others.add(get(running, null).body());
            }
            assertThat(others).as("those without a token").hasSize(3);

            servers.stream()
                    .filter(server ->
                            first.body().startsWith(server.getAddress().getPort() + " "))
                    .forEach(server -> server.stop(0));
            HttpResponse<String> moved = get(running, token);
            assertThat(moved.statusCode()).isEqualTo(200);
            assertThat(moved.body()).isNotEqualTo(first.body());
            for (int i = 0; i < 5; i++) {
                assertThat(get(running, token(moved)).body()).isEqualTo(moved.body());
            }
        } finally {
            gateway.close(Duration.ZERO);
            servers.forEach(server -> server.stop(0));
        }
    }

    @ParameterizedTest
    @EnumSource(Hosts.class)
    void aDrainingEndpointServesItsUsersAndNobodyElse(Hosts host) throws Exception {
        List<HttpServer> servers = List.of(server(), server());
        Gateway gateway = sticky(servers);
        try (HostUnderTest running = host.start(gateway, call -> {})) {
            HttpResponse<String> first = get(running, null);
            String id = "127.0.0.1:" + first.body().replaceAll(" .*", "");
            var unused = gateway.balancer("up").drain(id, Duration.ofMinutes(1));
            for (int i = 0; i < 5; i++) {
                assertThat(get(running, token(first)).body()).isEqualTo(first.body());
                assertThat(get(running, null).body()).isNotEqualTo(first.body());
            }
            gateway.balancer("up").undrain(id);
        } finally {
            gateway.close(Duration.ZERO);
            servers.forEach(server -> server.stop(0));
        }
    }

    @ParameterizedTest
    @EnumSource(Hosts.class)
    void aRetryServesTheCallAndMovesNobody(Hosts host) throws Exception {
        List<HttpServer> servers = List.of(server(), server());
        Gateway gateway = sticky(servers);
        try (HostUnderTest running = host.start(gateway, call -> {})) {
            HttpResponse<String> first = get(running, null);
            String token = token(first);
            sick.add(Integer.valueOf(first.body().replaceAll(" .*", "")));
            HttpResponse<String> retried = get(running, token);
            assertThat(retried.statusCode()).isEqualTo(200);
            assertThat(retried.body()).isNotEqualTo(first.body());
            assertThat(retried.headers().firstValue("Set-Cookie")).isEmpty();
            assertThat(retried.headers().firstValue("Cache-Control")).isEmpty();
            sick.clear();
            for (int i = 0; i < 5; i++) {
                assertThat(get(running, token).body()).isEqualTo(first.body());
            }
        } finally {
            gateway.close(Duration.ZERO);
            servers.forEach(server -> server.stop(0));
        }
    }

    /** A gateway that keeps users at these servers, by turns. */
    private static Gateway sticky(List<HttpServer> servers) {
        String[] uris = servers.stream()
                .map(server -> "http://127.0.0.1:" + server.getAddress().getPort())
                .toArray(String[]::new);
        return Gateway.builder()
                .upstream(
                        "up",
                        up -> up.endpoints(uris)
                                .strategy(Strategy.roundRobin())
                                .affinity(Affinity.cookie("stay", SECRET)))
                .route("/**", route -> route.to("up"))
                .build();
    }

    /** Answers its port, and the cookies that it sees beside. */
    private HttpServer server() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String seen = server.getAddress().getPort() + " "
                    + exchange.getRequestHeaders().getOrDefault("Cookie", List.of());
            byte[] content = seen.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(sick.contains(server.getAddress().getPort()) ? 503 : 200, content.length);
            try (exchange) {
                exchange.getResponseBody().write(content);
            }
        });
        server.start();
        return server;
    }

    private HttpResponse<String> get(HostUnderTest host, String token) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + host.port() + host.prefix() + "/x"));
        if (token != null) {
            request.header("Cookie", "stay=" + token);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String token(HttpResponse<String> response) {
        String cookie = response.headers().firstValue("Set-Cookie").orElseThrow();
        return cookie.substring("stay=".length(), cookie.indexOf(';'));
    }
}
