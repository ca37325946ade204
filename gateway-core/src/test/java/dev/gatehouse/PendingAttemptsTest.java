package dev.gatehouse;

import static dev.gatehouse.Fixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.Lease;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Attempts that wait for an endpoint, and what a client is told of limits. */
class PendingAttemptsTest {

    private static final Request GET = Request.get("/up/x").build();

    private final ScriptedTransport transport = new ScriptedTransport(sent -> {});

    private Fixture fixture(Consumer<UpstreamBuilder> more) {
        return new Fixture(
                transport,
                up -> more.accept(up.maxInFlight(1)
                        .maxPending(2, Duration.ofSeconds(2))
                        .timeouts(times -> times.total(Duration.ofSeconds(10)))),
                builder -> builder);
    }

    private static Balancer balancer(Fixture fixture) {
        return fixture.gateway.upstream("up").balancer();
    }

    private static void assertNothingIsLeft(Fixture fixture, int completions) {
        assertThat(balancer(fixture).inFlight()).isZero();
        assertThat(balancer(fixture).pending()).isZero();
        assertThat(fixture.time.pending()).as("timers").isZero();
        assertThat(fixture.completions).hasSize(completions);
    }

    @Test
    void anAttemptWaitsForItsTurn() {
        try (Fixture fixture = fixture(up -> {})) {
            CompletableFuture<Response> first = fixture.begin(GET);
            CompletableFuture<Response> second = fixture.begin(GET);
            assertThat(transport.sent).hasSize(1);
            assertThat(balancer(fixture).pending()).isEqualTo(1);
            transport.sent.get(0).respond(Response.text(200, "one"));
            assertThat(text(first.join())).isEqualTo("one");
            assertThat(transport.sent)
                    .as("sent as the first one's content has ended")
                    .hasSize(2);
            transport.sent.get(1).respond(Response.text(200, "two"));
            assertThat(text(second.join())).isEqualTo("two");
            assertNothingIsLeft(fixture, 2);
        }
    }

    @Test
    void whoWaitsInVainIsToldOfTheLimit() {
        try (Fixture fixture = fixture(up -> {})) {
            fixture.begin(GET);
            CompletableFuture<Response> waiting = fixture.begin(GET);
            fixture.begin(GET);
            Response full = fixture.call(GET);
            assertThat(text(full))
                    .contains("The balancer is at its limit of 1 calls in flight; 2 calls wait already.")
                    .doesNotContain("upstream");
            assertThat(full.headers().first("Retry-After")).contains("1");
            fixture.time.advance(Duration.ofSeconds(2));
            assertThat(waiting.join().status()).isEqualTo(503);
            GatewayException failure = waiting.join().failure().orElseThrow();
            assertThat(failure.kind()).isEqualTo(Kind.NO_ENDPOINT);
            assertThat(failure)
                    .hasMessage("upstream up: the balancer is at its limit of 1 calls in flight; the call has waited"
                            + " for 2000 ms");
        }
    }

    @Test
    void withoutAQueueALimitIsToldAtOnce() {
        try (Fixture fixture = new Fixture(transport, up -> up.maxInFlightPerNode(1), builder -> builder)) {
            for (int i = 0; i < 3; i++) {
                fixture.begin(GET);
            }
            Response refused = fixture.call(GET);
            assertThat(text(refused)).contains("None of 3 usable endpoints is under its limit of 1 calls in flight.");
            assertThat(refused.headers().first("Retry-After")).contains("1");
            assertThat(fixture.gateway.explain(GET).candidates())
                    .hasSize(3)
                    .allMatch(candidate ->
                            !candidate.usable() && candidate.state().contains("at its limit of 1"));
        }
    }

    @Test
    void nobodyIsToldToRetryWhereNothingIsUsable() {
        try (Fixture fixture = fixture(up -> up.panicThreshold(0))) {
            for (String id : new String[] {"a:1", "b:1", "c:1"}) {
                balancer(fixture).drain(id, Duration.ZERO);
            }
            Response refused = fixture.call(GET);
            assertThat(text(refused)).contains("None of 3 endpoints is usable.");
            assertThat(refused.headers().first("Retry-After")).isEmpty();
        }
    }

    @Test
    void aClientThatGoesAwayWaitsNoMore() {
        try (Fixture fixture = fixture(up -> {})) {
            CompletableFuture<Response> first = fixture.begin(GET);
            CompletableFuture<Response> gone = fixture.begin(GET);
            gone.cancel(true);
            assertThat(balancer(fixture).pending()).isZero();
            transport.sent.get(0).respond(Response.text(200, "one"));
            assertThat(text(first.join())).isEqualTo("one");
            assertThat(transport.sent).hasSize(1);
            assertNothingIsLeft(fixture, 2);
        }
    }

    @Test
    void theDeadlineOfTheExchangeEndsTheWaiting() {
        Duration total = Duration.ofSeconds(1);
        try (Fixture fixture = fixture(up -> up.timeouts(times -> times.total(total)))) {
            Lease held = balancer(fixture).acquire(PickContext.none());
            CompletableFuture<Response> waiting = fixture.begin(GET);
            fixture.time.advance(total);
            assertThat(waiting.join().failure().orElseThrow().kind()).isEqualTo(Kind.DEADLINE);
            assertThat(text(waiting.join())).contains("deadline");
            held.close();
            assertThat(transport.sent).isEmpty();
            assertThat(balancer(fixture).pending()).isZero();
            assertThat(balancer(fixture).inFlight()).isZero();
        }
    }

    @Test
    void aSettingThatCannotBeIsAProblem() {
        assertThatThrownBy(() -> new Fixture(
                        transport, up -> up.maxInFlight(1).maxPending(0, Duration.ofDays(-1)), builder -> builder))
                .hasMessageContaining("upstream up: maxPending: 0 (expected: >= 1)")
                .hasMessageContaining("upstream up: maxPending: PT-24H (expected: > 0 and <= PT8760H)");
        assertThatThrownBy(
                        () -> new Fixture(transport, up -> up.maxPending(5, Duration.ofSeconds(1)), builder -> builder))
                .hasMessageContaining("upstream up: maxPending: 5 (expected: with maxInFlight, maxInFlightPerNode or");
    }

    @Test
    void anUpdateTakesNoPlaceFromThoseThatWait() {
        try (Fixture fixture = fixture(up -> {})) {
            CompletableFuture<Response> first = fixture.begin(GET);
            CompletableFuture<Response> second = fixture.begin(GET);
            Balancer before = balancer(fixture);
            fixture.gateway.update(Gateway.builder()
                    .time(fixture.time)
                    .transport(transport)
                    .upstream("up", up -> up.endpoints("http://d:1").maxInFlight(5))
                    .route("/up/**", r -> r.to("up")));
            assertThat(balancer(fixture)).isNotSameAs(before);
            assertThat(before.pending()).isEqualTo(1);
            transport.sent.get(0).respond(Response.text(200, "one"));
            assertThat(text(first.join())).isEqualTo("one");
            transport.sent.get(1).respond(Response.text(200, "two"));
            assertThat(text(second.join())).isEqualTo("two");
            assertThat(before.inFlight()).isZero();
        }
    }
}
