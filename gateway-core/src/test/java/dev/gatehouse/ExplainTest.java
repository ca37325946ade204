package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.http.TargetRule;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What explain says is what happens, for ten thousand random requests. */
class ExplainTest {

    private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "TRACE", "OPTIONS");
    private static final List<String> SEGMENTS = List.of("a", "b", "%61", "..", "", "c;d", "e%2ff", "g%20h", "%zz");

    @Test
    void theExplanationEqualsTheDecision() {
        long seed = 20_261_124;
        SplittableRandom random = new SplittableRandom(seed);
        Gateway gateway = gateway(random);
        int routed = 0;
        int refused = 0;
        try (gateway) {
            for (int i = 0; i < 10_000; i++) {
                Request request = request(random);
                Explanation explanation = gateway.explain(request);
                Response response =
                        gateway.handle(request).toCompletableFuture().join();
                String route = response.headers().get("X-Route");
                assertThat(explanation.routeId().orElse(null))
                        .as("seed %s, request %s: %s", seed, i, explanation)
                        .isEqualTo(route);
                if (route == null) {
                    assertThat(explanation.status())
                            .as("seed %s, request %s", seed, i)
                            .contains(response.status());
                    refused++;
                } else {
                    assertThat(response.status()).isEqualTo(200);
                    assertThat(explanation.routes())
                            .filteredOn(Explanation.RouteReason::chosen)
                            .hasSize(1);
                    routed++;
                }
            }
        }
        assertThat(routed).isGreaterThan(1_000);
        assertThat(refused).isGreaterThan(1_000);
    }

    private static Gateway gateway(SplittableRandom random) {
        GatewayBuilder builder = Gateway.builder();
        int added = 0;
        List<String> paths =
                List.of("/a", "/b/**", "/{x}", "/a/{y}", "/a/b", "/{x}/b/**", "/g%20h/**", "/a/a/{z}/**", "/{x}/{y}/a");
        for (String path : paths) {
            String id = "route-" + added++;
            boolean limited = random.nextBoolean();
            builder.route(path, r -> {
                r.id(id);
                if (limited) {
                    r.methods("GET", "PUT");
                } else {
                    r.allow(TargetRule.ENCODED_SLASH, TargetRule.PATH_PARAMETER);
                }
                r.handle((request, exchange) ->
                        CompletableFuture.completedFuture(Response.of(200).withHeader("X-Route", exchange.routeId())));
            });
        }
        return builder.build();
    }

    private static Request request(SplittableRandom random) {
        StringBuilder target = new StringBuilder();
        int length = 1 + random.nextInt(4);
        for (int i = 0; i < length; i++) {
            target.append('/').append(SEGMENTS.get(random.nextInt(random.nextInt(4) == 0 ? SEGMENTS.size() : 3)));
        }
        if (random.nextInt(4) == 0) {
            target.append("?q=1");
        }
        return Request.builder(METHODS.get(random.nextInt(METHODS.size())), target.toString())
                .build();
    }
}
