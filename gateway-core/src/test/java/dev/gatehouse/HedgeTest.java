package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.balancer.RandomSource;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A second attempt beside one that is slow, under virtual time. */
class HedgeTest {

    private static final Request GET = Request.get("/up/x").build();

    /** The 0.95 quantile of 10 ms is below 11.25 ms, the end of its step. */
    private static final Duration LATENCY = Duration.ofMillis(10);

    private static final Duration SLOW = Duration.ofMillis(12);

    private final ScriptedTransport transport = new ScriptedTransport(sent -> {});
    private final List<String> hedged = new ArrayList<>();

    private Fixture fixture(Consumer<UpstreamBuilder> upstream) {
        return new Fixture(
                transport,
                up -> upstream.accept(up.strategy(Strategy.roundRobin()).hedge(hedge -> {})),
                builder -> builder.listener(new GatewayListener() {
                    @Override
                    public void onHedge(Exchange exchange, String name) {
                        hedged.add(name);
                    }
                }));
    }

    private ScriptedTransport.Sent last() {
        return transport.sent.get(transport.sent.size() - 1);
    }

    /** Two hundred calls of 10 ms each. */
    private Fixture warm(Consumer<UpstreamBuilder> upstream) {
        Fixture fixture = fixture(upstream);
        for (int i = 0; i < 200; i++) {
            fixture.begin(GET);
            fixture.time.advance(LATENCY);
            last().respond(Response.of(204));
        }
        assertThat(hedged).as("hedged before anything was slow").isEmpty();
        transport.sent.clear();
        return fixture;
    }

    private static void assertNothingIsLeft(Fixture fixture) {
        assertThat(fixture.inFlight()).isZero();
        assertThat(fixture.completions).allMatch(completion -> completion != null);
    }

    @Test
    void aSlowAttemptGetsASecondOneElsewhereAndTheFirstAnswerCounts() {
        try (Fixture fixture = warm(up -> {})) {
            CompletableFuture<Response> answer = fixture.begin(GET);
            fixture.time.advance(Duration.ofMillis(10));
            assertThat(transport.sent).hasSize(1);
            fixture.time.advance(Duration.ofMillis(2));
            assertThat(transport.sent).hasSize(2);
            assertThat(hedged).containsExactly("up");
            assertThat(transport.sent.get(1).call.endpoint())
                    .isNotEqualTo(transport.sent.get(0).call.endpoint());
            last().respond(Response.text(200, "second"));
            assertThat(Fixture.text(answer.join())).isEqualTo("second");
            assertThat(transport.sent.get(0).aborted).hasMessageContaining("another attempt was answered first");
            assertNothingIsLeft(fixture);
        }
    }

    @Test
    void theFirstAttemptMayStillBeTheFirstToAnswer() {
        try (Fixture fixture = warm(up -> {})) {
            CompletableFuture<Response> answer = fixture.begin(GET);
            fixture.time.advance(SLOW);
            transport.sent.get(0).respond(Response.text(200, "first"));
            assertThat(Fixture.text(answer.join())).isEqualTo("first");
            assertThat(last().aborted).isNotNull();
            assertThat(transport.sent).hasSize(2);
            assertNothingIsLeft(fixture);
        }
    }

    @Test
    void aFailureLeavesTheOtherAttemptToAnswer() {
        try (Fixture fixture = warm(up -> {})) {
            CompletableFuture<Response> answer = fixture.begin(GET);
            fixture.time.advance(SLOW);
            last().fail(Fixture.failure(Kind.UPSTREAM_CLOSED, RequestSent.YES));
            transport.sent.get(0).respond(Response.of(200));
            assertThat(answer.join().status()).isEqualTo(200);
            CompletableFuture<Response> other = fixture.begin(GET);
            fixture.time.advance(SLOW);
            transport.sent.get(2).respond(Response.of(503));
            assertThat(other).isNotDone();
            last().respond(Response.of(204));
            assertThat(other.join().status()).isEqualTo(204);
            assertThat(transport.sent).hasSize(4);
            assertNothingIsLeft(fixture);
        }
    }

    @Test
    void ifBothFailTheLastFailureIsRetriedAsEver() {
        try (Fixture fixture = warm(up -> up.retry(retry -> retry.maxAttempts(3)))) {
            CompletableFuture<Response> answer = fixture.begin(GET);
            fixture.time.advance(SLOW);
            transport.sent.get(0).respond(Response.of(503));
            last().respond(Response.of(503));
            fixture.time.advance(Duration.ofSeconds(1));
            assertThat(transport.sent).hasSize(3);
            last().respond(Response.of(503));
            assertThat(answer.join().status()).isEqualTo(503);
            assertNothingIsLeft(fixture);
        }
    }

    @Test
    void onlyWhatMayBeSentTwiceIs() {
        try (Fixture fixture = warm(up -> {})) {
            fixture.begin(Request.builder("POST", "/up/x").build());
            fixture.begin(
                    Request.builder("PUT", "/up/x").body(Body.of("content")).build());
            fixture.time.advance(Duration.ofSeconds(1));
            assertThat(transport.sent).hasSize(2);
            fixture.begin(Request.builder("POST", "/up/x")
                    .header("Idempotency-Key", "7")
                    .build());
            fixture.time.advance(SLOW);
            assertThat(transport.sent).hasSize(4);
        }
    }

    @Test
    void hedgesAndRetriesTogetherStayInsideTheBudget() {
        try (Fixture fixture = warm(up -> up.retry(retry -> retry.budget(0.1).minRetriesPerSecond(0)))) {
            // 200 requests in the 2 s before, and each of these.
            for (int i = 0; i < 100; i++) {
                fixture.begin(GET);
            }
            fixture.time.advance(SLOW);
            assertThat(hedged).hasSize(30);
            assertThat(fixture.denied).hasSize(70);
            transport.sent.forEach(sent -> sent.respond(Response.of(503)));
            assertThat(transport.sent).hasSize(130);
            assertNothingIsLeft(fixture);
        }
    }

    @Test
    void withoutAnotherEndpointNothingIsSentTwice() {
        try (Fixture fixture = warm(up -> up.endpoints("http://alone:1"))) {
            fixture.begin(GET);
            fixture.time.advance(Duration.ofSeconds(1));
            assertThat(transport.sent).hasSize(1);
            assertThat(fixture.inFlight()).isEqualTo(1);
            assertThat(fixture.denied).isEmpty();
        }
    }

    @Test
    void whoeverGivesUpEndsBothAttempts() {
        try (Fixture fixture = warm(up -> up.timeouts(times -> times.total(Duration.ofMillis(50))))) {
            CompletableFuture<Response> answer = fixture.begin(GET);
            fixture.time.advance(Duration.ofMillis(50));
            assertThat(answer.join().status()).isEqualTo(504);
            assertThat(transport.sent).hasSize(2).allMatch(sent -> sent.aborted != null);
            assertNothingIsLeft(fixture);
        }
    }

    @Test
    void theWaitIsNoShorterThanItMayBe() {
        try (Fixture fixture = warm(up -> up.hedge(hedge -> hedge.minDelay(Duration.ofMillis(100))))) {
            fixture.begin(GET);
            fixture.time.advance(Duration.ofMillis(99));
            assertThat(transport.sent).hasSize(1);
            fixture.time.advance(Duration.ofMillis(1));
            assertThat(transport.sent).hasSize(2);
        }
    }

    @Test
    void anAttemptThatFailedLeavesNoTimer() {
        try (Fixture fixture = warm(up -> up.hedge(hedge -> hedge.minDelay(Duration.ofHours(1))))) {
            int before = fixture.time.pending();
            CompletableFuture<Response> answer = fixture.begin(GET);
            last().fail(new GatewayException(Kind.CONNECT_FAILED, RequestSent.NO, "refused", null));
            last().respond(Response.of(200));
            assertThat(answer.join().status()).isEqualTo(200);
            assertThat(transport.sent).hasSize(2);
            assertThat(fixture.time.pending()).isEqualTo(before);
        }
    }

    @Test
    void anUpdateKeepsWhatIsKnownOfLatencies() {
        try (Fixture fixture = warm(up -> {})) {
            fixture.gateway.update(Gateway.builder()
                    .time(fixture.time)
                    .transport(transport)
                    .upstream(
                            "up", up -> up.endpoints("http://a:1", "http://b:1").hedge(hedge -> {}))
                    .route("/up/**", r -> r.to("up")));
            fixture.begin(GET);
            fixture.time.advance(SLOW);
            assertThat(transport.sent).hasSize(2);
            assertThat(fixture.gateway.explain(GET).toString())
                    .contains("hedges     after the 0.95 quantile of latencies, PT0.001S at least");
        }
    }

    @Test
    void settingsThatCannotBeAreNamed() {
        assertThatThrownBy(() -> Gateway.builder()
                        .upstream(
                                "o",
                                up -> up.endpoints("http://a:1")
                                        .hedge(hedge -> hedge.percentile(95).minDelay(Duration.ofMillis(-1))))
                        .upstream(
                                "p",
                                up -> up.endpoints("http://a:1")
                                        .hedge(hedge -> {})
                                        .retry(retry -> retry.maxAttempts(1)))
                        .route("/o/**", r -> r.to("o"))
                        .route("/p/**", r -> r.to("p"))
                        .build())
                .hasMessageContaining(
                        "upstream o: hedge: percentile: 95.0 (expected: 0.5 to 0.999); minDelay: PT-0.001S")
                .hasMessageContaining("upstream p: hedge has no effect: retry.maxAttempts is 1");
    }

    /** Whatever comes in which order: one answer, and nothing is left under way. */
    @Test
    void everyRequestIsAnsweredOnceAndNothingIsLeft() {
        for (int seed = 0; seed < 200; seed++) {
            RandomSource gen = RandomSource.seeded(seed);
            transport.sent.clear();
            hedged.clear();
            try (Fixture fixture = warm(up -> up.timeouts(times -> times.total(Duration.ofMillis(200))))) {
                List<CompletableFuture<Response>> answers = new ArrayList<>();
                for (int step = 0; step < 60; step++) {
                    switch (gen.nextInt(5)) {
                        case 0 -> answers.add(fixture.begin(GET));
                        case 1 -> fixture.time.advance(Duration.ofMillis(gen.nextInt(16)));
                        case 2 -> any(gen.nextInt(1_000)).respond(Response.of(gen.nextInt(2) == 0 ? 200 : 503));
                        case 3 -> any(gen.nextInt(1_000)).respond(Response.text(200, "text"));
                        default -> any(gen.nextInt(1_000)).fail(new GatewayException(Kind.CONNECT_FAILED, "refused"));
                    }
                }
                fixture.time.advance(Duration.ofSeconds(2));
                assertThat(answers).allMatch(CompletableFuture::isDone);
                answers.forEach(answer -> answer.join().body().cancel(new IllegalStateException("read enough")));
                assertThat(fixture.inFlight()).isZero();
                assertThat(fixture.time.pending()).isLessThanOrEqualTo(1);
            }
        }
    }

    /** One that cannot stop what is on its way. */
    private static final class Deaf implements Transport {

        private final List<Callback> callbacks = new ArrayList<>();

        @Override
        public Handle send(Call call, Callback callback) {
            callbacks.add(callback);
            return reason -> {};
        }

        @Override
        public void close() {}

        Callback last() {
            return callbacks.get(callbacks.size() - 1);
        }
    }

    private Fixture warm(Deaf deaf, Consumer<UpstreamBuilder> upstream) {
        Fixture fixture = fixture(up -> upstream.accept(up.transport(deaf)));
        for (int i = 0; i < 200; i++) {
            fixture.begin(GET);
            fixture.time.advance(LATENCY);
            deaf.last().response(Response.of(204));
        }
        deaf.callbacks.clear();
        return fixture;
    }

    @Test
    void whatTheOtherAttemptGetsTooLateIsGivenUpWhateverAFilterMakesOfIt() {
        Deaf deaf = new Deaf();
        PhaseFilter replaces = (request, exchange) ->
                Verdict.proceed(request, response -> Response.text(response.status(), "by the filter"));
        try (Fixture fixture = warm(deaf, up -> up.attemptFilter(replaces))) {
            CompletableFuture<Response> answer = fixture.begin(GET);
            fixture.time.advance(SLOW);
            deaf.callbacks.get(1).response(Response.of(200));
            assertThat(answer).isDone();
            ScriptedTransport.Content late = new ScriptedTransport.Content();
            deaf.callbacks.get(0).response(Response.of(200, Headers.empty(), Body.of(late, -1)));
            assertThat(late.cancelled).isNotNull();
            answer.join().body().cancel(new IllegalStateException("read enough"));
            assertNothingIsLeft(fixture);
        }
    }

    /** Whoever is told that content goes may wait for somebody who waits for the same exchange. */
    @Test
    void nothingIsGivenUpWhileTheExchangeIsLocked() {
        Deaf deaf = new Deaf();
        try (Fixture fixture = warm(deaf, up -> {})) {
            CompletableFuture<Response> answer = fixture.begin(GET);
            fixture.time.advance(SLOW);
            deaf.callbacks
                    .get(1)
                    .response(Response.of(200, Headers.empty(), Body.of(new ScriptedTransport.Content(), -1)));
            Thread other = new Thread(() -> answer.join().body().cancel(new IllegalStateException("read enough")));
            boolean[] ended = {false};
            Body.Source late = new Body.Source() {
                @Override
                public @Nullable Chunk read() {
                    return null;
                }

                @Override
                public void demand(Runnable onAvailable) {}

                @Override
                public void cancel(Throwable reason) {
                    other.start();
                    try {
                        other.join(5_000);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    ended[0] = !other.isAlive();
                }
            };
            deaf.callbacks.get(0).response(Response.of(200, Headers.empty(), Body.of(late, -1)));
            assertThat(ended[0]).as("the other thread got through").isTrue();
        }
    }

    @Test
    void anInterimResponseOfTheAttemptThatLostIsLeftOut() {
        Deaf deaf = new Deaf();
        try (Fixture fixture = warm(deaf, up -> {})) {
            ScriptedHost host = new ScriptedHost();
            fixture.gateway.serve(GET, host);
            fixture.time.advance(SLOW);
            deaf.callbacks.get(0).interim(103, Headers.of("Link", "</a.css>"));
            deaf.callbacks.get(1).response(Response.text(200, "fine"));
            deaf.callbacks.get(0).interim(103, Headers.of("Link", "</b.css>"));
            assertThat(host.interims).containsExactly(103);
            assertThat(host.written).isEqualTo("fine");
        }
    }

    private ScriptedTransport.Sent any(int number) {
        return transport.sent.isEmpty()
                ? new ScriptedTransport.Sent(null, new NoCallback(), 0)
                : transport.sent.get(number % transport.sent.size());
    }

    private static final class NoCallback implements dev.gatehouse.transport.Transport.Callback {
        @Override
        public void response(Response response) {}

        @Override
        public void failed(GatewayException failure) {}
    }
}
