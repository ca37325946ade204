package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Copies of requests that go to another upstream. */
class MirrorTest {

    private static final Request GET =
            Request.get("/up/x?y=1").header("X-Trace", "7").build();

    private final ScriptedTransport main = ScriptedTransport.answering(sent -> Response.text(200, "main"));
    private final ScriptedTransport shadow = new ScriptedTransport(sent -> {});

    private Fixture fixture(double share, double budget, Consumer<UpstreamBuilder> shadowed) {
        return new Fixture(
                main,
                up -> up.retry(retry -> retry.budget(budget).minRetriesPerSecond(0)),
                builder -> builder.upstream("shadow", up -> {
                            up.endpoints("http://s:1").transport(shadow);
                            shadowed.accept(up);
                        })
                        .route("/up/x/**", r -> r.mirror("shadow", share, 10).to("up")));
    }

    private Fixture all() {
        return fixture(1, 1, up -> {});
    }

    private static int inFlight(Fixture fixture) {
        return (int) fixture.gateway.upstream("shadow").balancer().inFlight();
    }

    private static Request post(Body body) {
        return Request.builder("POST", "/up/x").body(body).build();
    }

    @Test
    void aCopyHasTheSameTargetAndFieldsAndNobodyWaitsForItsAnswer() {
        try (Fixture fixture = all()) {
            assertThat(Fixture.text(fixture.call(GET))).isEqualTo("main");
            Request copy = shadow.sent.get(0).call.request();
            assertThat(copy.target().pathAndQuery()).isEqualTo("/up/x?y=1");
            assertThat(copy.headers().get("X-Trace")).isEqualTo("7");
            assertThat(copy.authority()).isEqualTo("s:1");
            assertThat(inFlight(fixture)).isEqualTo(1);
            shadow.sent.get(0).respond(Response.text(500, "the shadow is broken"));
            assertThat(inFlight(fixture)).isZero();
            assertThat(fixture.gateway
                            .upstream("shadow")
                            .balancer()
                            .nodes()
                            .get(0)
                            .failures())
                    .isEqualTo(1);
        }
    }

    @Test
    void contentIsCopiedWhenItHasBeenReadToItsEnd() {
        try (Fixture fixture = all()) {
            ScriptedTransport.Content content = new ScriptedTransport.Content();
            CompletableFuture<Response> answer = fixture.begin(post(Body.of(content, -1)));
            content.push("four");
            main.sent.get(0).readContent();
            assertThat(shadow.sent).isEmpty();
            content.push("five.");
            content.end(Chunk.end());
            assertThat(main.sent.get(0).readContent()).isEqualTo("five.");
            assertThat(shadow.sent.get(0).readContent()).isEqualTo("fourfive.");
            assertThat(answer.join().status()).isEqualTo(200);
        }
    }

    @Test
    void tooMuchContentAndContentThatBreaksOffHaveNoCopy() {
        try (Fixture fixture = all()) {
            fixture.call(post(Body.of("eleven char")));
            assertThat(main.sent.get(0).readContent()).isEqualTo("eleven char");
            ScriptedTransport.Content streamed = new ScriptedTransport.Content();
            fixture.begin(post(Body.of(streamed, -1)));
            streamed.push("123456");
            streamed.push("78901");
            streamed.end(Chunk.end());
            assertThat(main.sent.get(1).readContent()).isEqualTo("12345678901");
            ScriptedTransport.Content broken = new ScriptedTransport.Content();
            fixture.begin(post(Body.of(broken, -1)));
            broken.push("123");
            broken.end(Chunk.failed(new IllegalStateException("gone")));
            main.sent.get(2).readContent();
            assertThat(shadow.sent).isEmpty();
        }
    }

    @Test
    void aRetryIsNotCopiedAgain() {
        try (Fixture fixture = all()) {
            // Without copies: so there is room in the budget for a copy and a retry.
            fixture.call(post(Body.of("eleven char")));
            main.sent.clear();
            main.script(sent -> sent.respond(Response.of(main.sent.size() == 1 ? 503 : 200)));
            CompletableFuture<Response> answer = fixture.begin(GET);
            fixture.time.advance(Duration.ofSeconds(1));
            assertThat(answer.join().status()).isEqualTo(200);
            assertThat(main.sent).hasSize(2);
            assertThat(shadow.sent).hasSize(1);
        }
    }

    @Test
    void copiesAreDrawnByTheirShareAndComeOutOfTheBudget() {
        try (Fixture fixture = fixture(0.25, 0.25, up -> {})) {
            for (int i = 0; i < 1_000; i++) {
                fixture.call(GET);
            }
            // Binomial by the draw alone: mean 250, standard deviation 13.7; the budget takes what is above.
            assertThat(shadow.sent.size()).isBetween(180, 250);
        }
    }

    @Test
    void aCopyThatNeverEndsIsGivenUp() {
        try (Fixture fixture = fixture(1, 1, up -> up.timeouts(times -> times.attempt(Duration.ofSeconds(2))))) {
            fixture.call(GET);
            fixture.time.advance(Duration.ofSeconds(2));
            assertThat(shadow.sent.get(0).aborted).hasMessageContaining("the copy took too long: PT2S");
            assertThat(inFlight(fixture)).isZero();
        }
    }

    @Test
    void nothingThatGoesWrongWithACopyReachesTheClient() {
        try (Fixture fixture = fixture(1, 1, up -> up.maxInFlight(1))) {
            fixture.call(GET);
            assertThat(fixture.call(GET).status()).isEqualTo(200);
            assertThat(shadow.sent).hasSize(1);
            shadow.sent.get(0).fail(Fixture.failure(Kind.CONNECT_FAILED, RequestSent.NO));
            shadow.script(sent -> {
                throw new IllegalStateException("the transport is broken");
            });
            assertThat(fixture.call(GET).status()).isEqualTo(200);
            assertThat(inFlight(fixture)).isZero();
        }
    }

    @Test
    void alongAnswerEndsWithItsConnection() {
        try (Fixture fixture = all()) {
            fixture.call(GET);
            ScriptedTransport.Content content = shadow.sent.get(0).stream();
            content.push("x".repeat(70_000));
            assertThat(content.cancelled).isNotNull();
            assertThat(inFlight(fixture)).isZero();
        }
    }

    @Test
    void settingsThatCannotBeAreNamed() {
        assertThatThrownBy(() -> Gateway.builder()
                        .upstream("up", up -> up.endpoints("http://a:1"))
                        .route("/a", r -> r.mirror("shade", 0.1).to("up"))
                        .route("/b", r -> r.mirror("up", 0.3).to("up"))
                        .route("/c", r -> r.mirror("up", 0, -1).to("up"))
                        .route("/d", r -> r.mirror("up", 0.1).respond(Response.of(200)))
                        .build())
                .isInstanceOfSatisfying(
                        ConfigurationException.class,
                        wrong -> assertThat(wrong.problems())
                                .containsAll(List.of(
                                        "route /a: mirror refers to unknown upstream shade (known: up)",
                                        "route /b: mirror: share 0.3 (expected: no more than the budget of upstream up"
                                                + " for extra load, retry.budget 0.2)",
                                        "route /c: share: 0.0 (expected: more than 0, 1 at most); maxBodyBytes: -1"
                                                + " (expected: >= 0)",
                                        "route /d: mirror has no effect, since it ends in the fixed response 200")));
    }
}
