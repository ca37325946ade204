package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.jetty.GatewayServer;
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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A drain of an endpoint that has users of its own, over sockets; under virtual time, so that the test ends it. */
class DrainWithAffinityTest {

    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<HttpServer> servers = new ArrayList<>();
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void close() {
        release.countDown();
        servers.forEach(server -> server.stop(0));
        threads.shutdownNow();
    }

    /** Answers its id; a request for /slow once the test says so. */
    private String endpoint() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        servers.add(server);
        String id = "127.0.0.1:" + server.getAddress().getPort();
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                if (exchange.getRequestURI().getPath().equals("/slow")) {
                    held.countDown();
                    release.await();
                }
                byte[] content = id.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, content.length);
                exchange.getResponseBody().write(content);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
        server.start();
        return "http://" + id;
    }

    private static HttpRequest request(int port, String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20));
        return (headers.length == 0 ? request : request.headers(headers)).build();
    }

    private HttpResponse<String> get(int port, String... headers) throws Exception {
        return client.send(request(port, "/x", headers), HttpResponse.BodyHandlers.ofString());
    }

    private static List<String> setCookie(HttpResponse<String> response) {
        return response.headers().allValues("Set-Cookie");
    }

    @Test
    void itsUsersStayUntilTheDeadlineAndThenMove() throws Exception {
        VirtualClock time = new VirtualClock();
        String[] uris = {endpoint(), endpoint()};
        try (Gateway gateway = Gateway.builder()
                        .time(time)
                        .upstream(
                                "up",
                                up -> up.endpoints(uris)
                                        .strategy(Strategy.roundRobin())
                                        .affinity(Affinity.cookie("stay", SECRET)))
                        .route("/**", route -> route.to("up"))
                        .build();
                GatewayServer server = GatewayServer.start(gateway, "127.0.0.1", 0)) {
            int port = server.port();
            HttpResponse<String> first = get(port);
            String cookie = setCookie(first).get(0).replaceAll(";.*", "");
            CompletableFuture<HttpResponse<String>> slow =
                    client.sendAsync(request(port, "/slow", "Cookie", cookie), HttpResponse.BodyHandlers.ofString());
            await().until(() -> held.getCount() == 0);

            Balancer balancer = gateway.upstream("up").balancer();
            CompletableFuture<Void> drained =
                    balancer.drain(first.body(), Duration.ofMinutes(1)).toCompletableFuture();
            HttpResponse<String> stays = get(port, "Cookie", cookie);
            assertThat(stays.body()).isEqualTo(first.body());
            assertThat(setCookie(stays)).isEmpty();
            assertThat(get(port).body()).as("somebody new").isNotEqualTo(first.body());
            release.countDown();
            assertThat(slow.get().body()).isEqualTo(first.body());
            assertThat(drained).isNotDone();

            time.advance(Duration.ofMinutes(1));
            assertThat(drained).isCompleted();
            HttpResponse<String> moved = get(port, "Cookie", cookie);
            assertThat(moved.body()).isNotEqualTo(first.body());
            assertThat(setCookie(moved)).hasSize(1);
            await().until(() -> balancer.inFlight() == 0);
        }
    }
}
