package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gatehouse.Exchange;
import dev.gatehouse.Explanation;
import dev.gatehouse.Gateway;
import dev.gatehouse.GatewayListener;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.http.Request;
import dev.gatehouse.jetty.GatewayServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Hedges and copies, over sockets on both sides. Each node takes one call at a time: one that is left would show. */
final class ExtraLoadSocketTest {

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Queue<AutoCloseable> open = new ConcurrentLinkedQueue<>();

    /** While true, the slow upstream does not answer what comes. */
    private volatile boolean holds;

    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private RawUpstream upstream(RawUpstream.Script script) {
        RawUpstream upstream = RawUpstream.start(script);
        open.add(upstream);
        return upstream;
    }

    private URI start(Gateway gateway) {
        GatewayServer server = GatewayServer.start(gateway, "127.0.0.1", 0);
        open.add(server);
        open.add(() -> gateway.close(Duration.ZERO));
        return URI.create("http://127.0.0.1:" + server.port() + "/x");
    }

    private static String ok(String content) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + content.length() + "\r\n\r\n" + content;
    }

    private HttpResponse<String> get(URI uri, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20));
        return client.send(
                (headers.length == 0 ? request : request.headers(headers)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static void awaitNothingInFlight(Gateway gateway, String path) {
        await().until(() -> gateway.explain(Request.get(path).build()).candidates().stream()
                .allMatch(Explanation.Candidate::usable));
    }

    /** Answers at once, or, while the test says so, never: then it waits for the end of the connection. */
    private void slow(RawConnection connection) throws IOException {
        while (true) {
            connection.readRequest();
            if (holds) {
                held.countDown();
                connection.readToEnd();
                ended.countDown();
                return;
            }
            connection.write(ok("slow"));
        }
    }

    @Test
    void theConnectionOfTheAttemptThatLosesIsClosedAndItsPlaceIsFree() throws Exception {
        RawUpstream slow = upstream(this::slow);
        RawUpstream quick = upstream(RawUpstream.answering(ok("quick")));
        AtomicInteger hedges = new AtomicInteger();
        // To the slow one, unless that is to be avoided.
        Strategy inOrder = setup ->
                context -> setup.nodes().get(context.avoids(setup.nodes().get(0)) ? 1 : 0);
        Gateway gateway = Gateway.builder()
                .upstream(
                        "up",
                        up -> up.endpoints(
                                        slow.endpoint().uri().toString(),
                                        quick.endpoint().uri().toString())
                                .maxInFlightPerNode(1)
                                .strategy(inOrder)
                                .hedge(hedge -> hedge.minDelay(Duration.ofMillis(200))))
                .listener(new GatewayListener() {
                    @Override
                    public void onHedge(Exchange exchange, String upstream) {
                        hedges.incrementAndGet();
                    }
                })
                .route("/**", route -> route.to("up"))
                .build();
        URI uri = start(gateway);
        for (int i = 0; i < 100; i++) { // as many latencies as it takes
            get(uri);
        }
        int before = hedges.get();
        holds = true;
        assertThat(get(uri).body()).isEqualTo("quick");
        assertThat(hedges.get() - before).isEqualTo(1);
        assertThat(held.getCount()).as("the slow one had it").isZero();
        await().until(() -> ended.getCount() == 0);
        awaitNothingInFlight(gateway, "/x");

        holds = false;
        int connections = slow.connections().size();
        assertThat(get(uri).body()).isEqualTo("slow");
        assertThat(slow.connections()).hasSize(connections + 1);
        int quickOnes = quick.connections().size();
        holds = true;
        assertThat(get(uri).body()).isEqualTo("quick");
        assertThat(quick.connections()).as("that of the winner is used again").hasSize(quickOnes);
        awaitNothingInFlight(gateway, "/x");
    }

    @Test
    void aCopyReachesTheOtherUpstreamAndOneThatIsNeverAnsweredHoldsNobodyUp() throws Exception {
        RawUpstream main = upstream(RawUpstream.answering(ok("main")));
        Queue<String> copies = new ConcurrentLinkedQueue<>();
        RawUpstream shadow = upstream(connection -> {
            while (true) {
                copies.add(connection.readRequest());
                if (!holds) {
                    connection.write(ok("nobody reads this"));
                }
            }
        });
        Gateway gateway = Gateway.builder()
                .upstream(
                        "up",
                        up -> up.endpoints(main.endpoint().uri().toString()).retry(retry -> retry.budget(1)))
                .upstream(
                        "shadow",
                        up -> up.endpoints(shadow.endpoint().uri().toString()).maxInFlightPerNode(1))
                .route("/shadow", route -> route.to("shadow"))
                .route("/**", route -> route.mirror("shadow", 1).to("up"))
                .build();
        URI uri = start(gateway);
        for (int i = 1; i <= 3; i++) {
            HttpRequest post = HttpRequest.newBuilder(uri)
                    .timeout(Duration.ofSeconds(20))
                    .POST(HttpRequest.BodyPublishers.ofString("content " + i))
                    .build();
            assertThat(client.send(post, HttpResponse.BodyHandlers.ofString()).body())
                    .isEqualTo("main");
            int count = i;
            await().until(() -> copies.size() == count);
            awaitNothingInFlight(gateway, "/shadow");
        }
        assertThat(copies).allMatch(copy -> copy.startsWith("POST /x HTTP/1.1\r\n"));
        assertThat(copies.stream().map(copy -> copy.substring(copy.indexOf("\r\n\r\n") + 4)))
                .containsExactly("content 1", "content 2", "content 3");
        assertThat(shadow.connections()).as("used again").hasSize(1);

        holds = true;
        assertThat(get(uri).body()).isEqualTo("main");
        await().until(() -> copies.size() == 4);
        awaitNothingInFlight(gateway, "/x");
        assertThat(gateway.explain(Request.get("/shadow").build()).candidates())
                .noneMatch(Explanation.Candidate::usable);
        gateway.close(Duration.ZERO);
        shadow.connections().forEach(RawConnection::awaitClosed);
        awaitNothingInFlight(gateway, "/shadow");
    }
}
