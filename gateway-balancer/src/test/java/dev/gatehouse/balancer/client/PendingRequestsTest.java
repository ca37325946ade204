package dev.gatehouse.balancer.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.Lease;
import dev.gatehouse.balancer.PickContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Requests by name that wait for a place. */
class PendingRequestsTest {

    private static final HttpRequest GET =
            HttpRequest.newBuilder(URI.create("http://orders/")).build();

    @Test
    void aRequestWaitsWithoutAThreadAndACancelledOneNoMore() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        AtomicInteger asked = new AtomicInteger();
        server.createContext("/", exchange -> {
            asked.incrementAndGet();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        try (Balancer orders = Balancer.builder(
                        "http://127.0.0.1:" + server.getAddress().getPort())
                .maxInFlight(1)
                .maxPending(2, Duration.ofMinutes(1))
                .build()) {
            HttpClient client = BalancedHttpClient.over(HttpClient.newHttpClient())
                    .name("orders", orders)
                    .build();
            Lease held = orders.acquire(PickContext.none());
            CompletableFuture<HttpResponse<Void>> gone = client.sendAsync(GET, BodyHandlers.discarding());
            CompletableFuture<HttpResponse<Void>> waiting = client.sendAsync(GET, BodyHandlers.discarding());
            assertThat(orders.pending()).isEqualTo(2);
            gone.cancel(true);
            assertThat(orders.pending()).isEqualTo(1);
            held.close();
            assertThat(waiting.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(204);
            assertThat(asked).hasValue(1);
            assertThat(orders.pending()).isZero();
            assertThat(orders.inFlight()).isZero();
        } finally {
            server.stop(0);
        }
    }
}
