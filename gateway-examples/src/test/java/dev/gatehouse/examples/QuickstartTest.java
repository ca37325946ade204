package dev.gatehouse.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.gatehouse.http.Request;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QuickstartTest {

    private Quickstart quickstart;

    @BeforeEach
    void start() {
        quickstart = Quickstart.start(0);
    }

    @AfterEach
    void stop() {
        quickstart.close();
    }

    @Test
    void theServicesTakeTurns() throws Exception {
        Set<String> servedBy = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            HttpResponse<String> answer = Http.get(quickstart.port(), "/orders/42");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("\"order\":\"42\"");
            servedBy.add(answer.body());
        }
        assertThat(servedBy).hasSize(3);
    }

    @Test
    void stoppingAServiceLosesNoRequest() throws Exception {
        HttpResponse<String> stopped = Http.send(Http.request(quickstart.port(), "/services/orders-2/stop")
                .POST(BodyPublishers.noBody())
                .build());
        assertThat(stopped.body()).contains("orders-2 is stopped");
        // As many as the limit lets through at once, and more than a round.
        for (int i = 0; i < 5; i++) {
            HttpResponse<String> answer = Http.get(quickstart.port(), "/orders/" + i);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).doesNotContain("orders-2");
        }
        assertThat(Http.send(Http.request(quickstart.port(), "/services/orders-2/stop")
                                .POST(BodyPublishers.noBody())
                                .build())
                        .statusCode())
                .isEqualTo(404);
    }

    /** Asked as fast as one client can, the 5 of the bucket are used up, since a second adds no more than 5. */
    @Test
    void theRateLimitIsSeen() throws Exception {
        List<Integer> statuses = new ArrayList<>();
        HttpResponse<String> refused = null;
        long start = System.nanoTime();
        for (int i = 0; i < 2_000 && refused == null; i++) {
            HttpResponse<String> answer = Http.get(quickstart.port(), "/orders/" + i);
            statuses.add(answer.statusCode());
            if (answer.statusCode() == 429) {
                refused = answer;
            }
        }
        assertThat(refused)
                .as("a refusal among %s in %s ns", statuses.size(), System.nanoTime() - start)
                .isNotNull();
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(refused.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    @Test
    void theExplanationNamesRouteFiltersAndEndpoints() throws Exception {
        String explanation =
                Http.get(quickstart.port(), "/explain?path=/orders/42").body();
        assertThat(explanation)
                .contains("route /orders/** to upstream orders", "RateLimitFilter", "roundRobin", "127.0.0.1:");
        assertThat(Http.get(quickstart.port(), "/explain").statusCode()).isEqualTo(400);
    }

    @Test
    void closingItClosesItsGateway() {
        quickstart.close();
        assertThat(quickstart
                        .gateway
                        .handle(Request.get("/explain").build())
                        .toCompletableFuture()
                        .join()
                        .status())
                .isEqualTo(503);
    }

    @Test
    void aTakenPortLeavesNothingRunning() throws Exception {
        Set<Thread> before = threads();
        assertThatThrownBy(() -> Quickstart.start(quickstart.port())).isInstanceOf(UncheckedIOException.class);
        await().atMost(Duration.ofSeconds(30)).until(() -> before.containsAll(threads()));
    }

    /** Those that keep a JVM alive, but for the one that asks. */
    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.isDaemon() && !thread.getName().startsWith("awaitility"))
                .collect(Collectors.toSet());
    }
}
