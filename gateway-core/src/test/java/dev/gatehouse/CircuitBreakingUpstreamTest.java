package dev.gatehouse;

import static dev.gatehouse.Fixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.balancer.BalancerEvent;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Circuits and adaptive limits of an upstream, as clients and people see them. */
class CircuitBreakingUpstreamTest {

    private static final Request GET = Request.get("/up/x").build();

    private final List<BalancerEvent.Type> events = new ArrayList<>();
    private int status = 500;
    private final ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(status));

    private Fixture fixture(ScriptedTransport used, Consumer<UpstreamBuilder> upstream) {
        return new Fixture(
                used,
                up -> upstream.accept(up.strategy(Strategy.roundRobin()).retry(retry -> retry.maxAttempts(1))),
                builder -> builder.listener(new GatewayListener() {
                    @Override
                    public void onBalancerEvent(String name, BalancerEvent event) {
                        events.add(event.type());
                    }
                }));
    }

    private static List<String> states(Fixture fixture) {
        return fixture.gateway.explain(GET).candidates().stream()
                .map(Explanation.Candidate::state)
                .toList();
    }

    /** Opens all circuits: 20 calls to each endpoint. */
    private void open(Fixture fixture) {
        int endpoints = fixture.gateway.explain(GET).candidates().size();
        for (int i = 0; i < 20 * endpoints; i++) {
            assertThat(fixture.call(GET).status()).isEqualTo(500);
        }
        assertThat(states(fixture)).allMatch(state -> state.contains("circuit open for 5000 ms more"));
    }

    @Test
    void whileAllCircuitsAreOpenTheAnswerIs503AndSaysWhenToComeBack() {
        try (Fixture fixture = fixture(transport, up -> up.circuitBreaking(circuit -> {}))) {
            open(fixture);
            int sent = transport.sent.size();
            fixture.time.advance(Duration.ofMillis(2_500));
            Response refused = fixture.call(GET);
            assertThat(refused.status()).isEqualTo(503);
            // 2.5 s are left, rounded up.
            assertThat(refused.headers().first("Retry-After")).contains("3");
            assertThat(text(refused))
                    .contains("are open, the first for 2500 ms more.")
                    .doesNotContain("a:1");
            assertThat(transport.sent).hasSize(sent);
            status = 200;
            fixture.time.advance(Duration.ofMillis(2_500));
            assertThat(states(fixture)).allMatch(state -> state.contains("half-open"));
            assertThat(fixture.call(GET).status()).isEqualTo(200);
            for (int i = 0; i < 20; i++) {
                fixture.call(GET);
            }
            assertThat(states(fixture)).noneMatch(state -> state.contains("circuit"));
            assertThat(events)
                    .contains(BalancerEvent.Type.OPENED, BalancerEvent.Type.HALF_OPEN, BalancerEvent.Type.CLOSED);
        }
    }

    @Test
    void anOpenCircuitOutlastsAnUpdate() {
        try (Fixture fixture = fixture(transport, up -> up.circuitBreaking(circuit -> {}))) {
            open(fixture);
            fixture.gateway.update(Gateway.builder()
                    .time(fixture.time)
                    .transport(transport)
                    .upstream(
                            "up",
                            up -> up.endpoints("http://a:1", "http://b:1", "http://c:1")
                                    .circuitBreaking(circuit -> circuit.minCalls(10)))
                    .route("/up/**", r -> r.to("up")));
            Response refused = fixture.call(GET);
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.headers().first("Retry-After")).contains("5");
        }
    }

    @Test
    void anAdaptiveLimitIsShownAndHolds() {
        try (Fixture fixture = fixture(
                new ScriptedTransport(sent -> {}),
                up -> up.endpoints("http://a:1")
                        .adaptiveConcurrency(adaptive -> adaptive.limits(2, 9).initial(2)))) {
            fixture.begin(GET);
            assertThat(states(fixture)).allMatch(state -> state.contains(", 1 of 2 calls in flight"));
            fixture.begin(GET);
            Response refused = fixture.call(GET);
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.headers().first("Retry-After")).contains("1");
        }
    }

    @Test
    void badSettingsAreProblemsOfTheUpstream() {
        assertThatThrownBy(() -> fixture(
                        transport,
                        up -> up.circuitBreaking(circuit -> circuit.failureRate(0))
                                .adaptiveConcurrency(adaptive -> adaptive.tolerance(0.5))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("failureRate: 0.0 (expected: more than 0, at most 1)")
                .hasMessageContaining("tolerance: 0.5 (expected: 1 to 10)");
    }
}
