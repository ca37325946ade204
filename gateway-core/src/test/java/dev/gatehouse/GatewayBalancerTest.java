package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What an operator does with the balancer of an upstream. */
class GatewayBalancerTest {

    private static final Request GET = Request.get("/up/x").build();

    @Test
    void anEndpointIsDrainedAndStaysSoOverAnUpdate() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {});
        try (Fixture fixture = new Fixture(transport, up -> up.strategy(Strategy.first()), builder -> builder)) {
            fixture.begin(GET);
            assertThat(transport.sent.get(0).call.endpoint().id()).isEqualTo("a:1");
            CompletableFuture<Void> drained = fixture.gateway
                    .balancer("up")
                    .drain("a:1", Duration.ofSeconds(30))
                    .toCompletableFuture();
            fixture.begin(GET);
            assertThat(transport.sent.get(1).call.endpoint().id()).isEqualTo("b:1");
            fixture.gateway.update(Gateway.builder()
                    .time(fixture.time)
                    .transport(transport)
                    .upstream(
                            "up", up -> up.endpoints("http://a:1", "http://c:1").strategy(Strategy.first()))
                    .route("/up/**", r -> r.to("up")));
            fixture.begin(GET);
            assertThat(transport.sent.get(2).call.endpoint().id()).isEqualTo("c:1");
            assertThat(drained).isNotDone();
            transport.sent.get(0).respond(Response.of(204));
            assertThat(drained).isCompleted();
            fixture.gateway.balancer("up").undrain("a:1");
            fixture.begin(GET);
            assertThat(transport.sent.get(3).call.endpoint().id()).isEqualTo("a:1");
        }
    }

    @Test
    void anUnknownUpstreamIsNamedBesideThoseThatThereAre() {
        try (Fixture fixture = Fixture.of(new ScriptedTransport(sent -> {}))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> fixture.gateway.balancer("down"))
                    .withMessage("upstream: down (known: up)");
        }
    }
}
