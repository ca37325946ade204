package dev.gatehouse.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
        for (int i = 0; i < 12; i++) {
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

    /** 60 requests at once are more than the 20 of the bucket and the at most 20 that a second adds. */
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
}
