package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import org.junit.jupiter.api.Test;

/** A strategy that watches an upstream. */
class ShadowedUpstreamTest {

    private static final Request GET = Request.get("/up/x").build();

    @Test
    void anExplanationShowsWhatItWouldHaveMadeOfTheSameLoad() {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(200));
        try (Fixture fixture = new Fixture(
                transport, up -> up.strategy(Strategy.roundRobin()).shadow(Strategy.first()), builder -> builder)) {
            for (int i = 0; i < 6; i++) {
                fixture.call(GET).body().cancel(new IllegalStateException("read enough"));
            }
            assertThat(fixture.gateway.explain(GET).toString())
                    .contains("shadow     6 calls, 33.3 % to the same endpoint", "a:1: 2 calls, would have been 6");
        }
    }
}
