package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.balancer.BalancerEvent;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a gateway learns of its endpoints from the answers, and what it holds back from them. */
class PassiveHealthTest {

    private static final Request GET = Request.get("/up/x").build();

    private final List<BalancerEvent> events = new ArrayList<>();

    private Fixture fixture(ScriptedTransport transport, Consumer<UpstreamBuilder> upstream) {
        return new Fixture(
                transport,
                up -> upstream.accept(up.strategy(Strategy.roundRobin()).retry(retry -> retry.maxAttempts(1))),
                builder -> builder.listener(new GatewayListener() {
                    @Override
                    public void onBalancerEvent(String name, BalancerEvent event) {
                        events.add(event);
                    }
                }));
    }

    private static Explanation.Candidate a(Fixture fixture) {
        return fixture.gateway.explain(GET).candidates().get(0);
    }

    private static Map<Integer, Integer> statuses(Fixture fixture, int calls) {
        Map<Integer, Integer> statuses = new TreeMap<>();
        for (int i = 0; i < calls; i++) {
            statuses.merge(fixture.call(GET).status(), 1, Integer::sum);
        }
        return statuses;
    }

    private List<BalancerEvent.Type> told() {
        return events.stream()
                .filter(event -> "a:1".equals(event.endpoint()))
                .map(BalancerEvent::type)
                .toList();
    }

    @Test
    void anEndpointThatAnswers503IsEjectedAndReturns() {
        boolean[] sick = {true};
        ScriptedTransport transport = ScriptedTransport.answering(
                sent -> Response.of(sick[0] && sent.call.endpoint().id().equals("a:1") ? 503 : 200));
        try (Fixture fixture =
                fixture(transport, up -> up.outlierDetection(outliers -> {}).slowStart(Duration.ofSeconds(60)))) {
            // Every third call goes to a: the fifth that fails is the fifteenth, at the latest.
            assertThat(statuses(fixture, 15)).isEqualTo(Map.of(200, 10, 503, 5));
            assertThat(a(fixture).usable()).isFalse();
            assertThat(a(fixture).state()).contains("ejected: 5 failures in a row, the last SERVER_ERROR");
            assertThat(statuses(fixture, 100)).isEqualTo(Map.of(200, 100));
            sick[0] = false;
            fixture.time.advance(Duration.ofSeconds(30));
            assertThat(a(fixture).usable()).isTrue();
            assertThat(a(fixture).state()).contains("one call at a time");
            assertThat(statuses(fixture, 3)).isEqualTo(Map.of(200, 3));
            assertThat(a(fixture).state()).doesNotContain("ejected").contains("slow start: 10 % of its weight");
            assertThat(told())
                    .endsWith(BalancerEvent.Type.EJECTED, BalancerEvent.Type.RETURNED, BalancerEvent.Type.SLOW_START);
        }
    }

    @Test
    void aCallAboveALimitIsAnswered503() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {});
        try (Fixture fixture = fixture(transport, up -> up.maxInFlightPerNode(2).maxInFlight(5))) {
            for (int i = 0; i < 5; i++) {
                assertThat(fixture.begin(GET)).isNotDone();
            }
            assertThat(fixture.call(GET).status()).isEqualTo(503);
            assertThat(transport.sent).hasSize(5);
            transport.sent.get(0).respond(Response.of(204));
            assertThat(fixture.begin(GET)).isNotDone();
            assertThat(fixture.inFlight()).isEqualTo(5);
        }
    }

    @Test
    void anEjectionOutlastsAnUpdate() {
        ScriptedTransport transport = ScriptedTransport.answering(
                sent -> Response.of(sent.call.endpoint().id().equals("a:1") ? 503 : 200));
        try (Fixture fixture = fixture(transport, up -> up.outlierDetection(outliers -> {}))) {
            statuses(fixture, 15);
            fixture.gateway.update(Gateway.builder()
                    .time(fixture.time)
                    .transport(transport)
                    .upstream(
                            "up",
                            up -> up.endpoints("http://a:1", "http://b:1", "http://c:1", "http://d:1")
                                    .outlierDetection(outliers -> outliers.consecutiveFailures(3)))
                    .route("/up/**", r -> r.to("up")));
            assertThat(a(fixture).state()).contains("ejected: 5 failures in a row");
            assertThat(statuses(fixture, 20)).isEqualTo(Map.of(200, 20));
        }
    }

    @Test
    void settingsThatCannotBeAreNamed() {
        assertThatThrownBy(() -> Gateway.builder()
                        .upstream(
                                "o",
                                up -> up.endpoints("http://a:1")
                                        .outlierDetection(outliers -> outliers.maxEjectedShare(2))
                                        .slowStart(Duration.ZERO)
                                        .maxInFlightPerNode(0)
                                        .maxInFlight(-1))
                        .route("/**", r -> r.to("o"))
                        .build())
                .hasMessageContaining("upstream o: outlierDetection: maxEjectedShare: 2.0 (expected: more than 0")
                .hasMessageContaining("upstream o: slowStart: PT0S (expected: PT1S to PT8760H)")
                .hasMessageContaining("upstream o: maxInFlightPerNode: 0 (expected: >= 1)")
                .hasMessageContaining("upstream o: maxInFlight: -1 (expected: >= 1)");
    }
}
