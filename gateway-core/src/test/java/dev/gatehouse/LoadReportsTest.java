package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.balancer.LoadReport;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What endpoints say of their load in their responses. */
class LoadReportsTest {

    private static final Request GET = Request.get("/up/x").build();

    /** No question is ever answered: only what comes with responses counts. */
    private static final Strategy PREQUAL = Strategy.prequal(endpoint -> new CompletableFuture<>());

    private static ScriptedTransport reporting(String field) {
        return ScriptedTransport.answering(sent -> Response.of(200).withHeader(LoadReport.FIELD, field));
    }

    private static Fixture fixture(ScriptedTransport transport, Strategy strategy) {
        return new Fixture(transport, up -> up.strategy(strategy), builder -> builder);
    }

    @Test
    void theStrategyGetsThemAndClientsDoNot() {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> {
            int latency = sent.call.endpoint().id().equals("b:1") ? 1_000 : 2_000;
            return Response.of(200)
                    .withHeader("Endpoint-Load-Metrics", new LoadReport(0.5, 1, 0, 2, latency).toField());
        });
        try (Fixture fixture = fixture(transport, PREQUAL)) {
            Map<String, Integer> calls = new TreeMap<>();
            for (int i = 0; i < 400; i++) {
                fixture.time.advance(Duration.ofMillis(20));
                Response response = fixture.call(GET);
                assertThat(response.headers().contains(LoadReport.FIELD)).isFalse();
                calls.merge(transport.sent.get(i).call.endpoint().id(), 1, Integer::sum);
            }
            // In 8 s answers of others grow old again and again, and calls go by chance until b is among those that
            // answered.
            assertThat(calls.getOrDefault("b:1", 0)).isGreaterThan(200);
        }
    }

    @Test
    void whatCannotBeReadIsNoReportAndIsTakenOutToo() {
        try (Fixture fixture = fixture(reporting("TEXT rps_fractional=many"), PREQUAL)) {
            Response response = fixture.call(GET);
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.headers().contains(LoadReport.FIELD)).isFalse();
        }
    }

    @Test
    void aStrategyThatGoesBySomethingElseLeavesThemToTheClient() {
        try (Fixture fixture = fixture(reporting("TEXT eps=1"), Strategy.roundRobin())) {
            assertThat(fixture.call(GET).headers().first(LoadReport.FIELD)).hasValue("TEXT eps=1");
        }
    }

    @Test
    void strategiesAroundOthersAskThem() {
        assertThat(Strategy.byPriority(PREQUAL).usesLoadReports()).isTrue();
        assertThat(Strategy.zoneAware("z", Strategy.reportedWeights()).usesLoadReports())
                .isTrue();
        assertThat(Strategy.zoneAware("z", Strategy.random()).usesLoadReports()).isFalse();
    }
}
