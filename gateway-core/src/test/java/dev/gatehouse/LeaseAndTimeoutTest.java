package dev.gatehouse;

import static dev.gatehouse.Fixture.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Whatever happens, the lease ends, the timers go, and the client has one answer. */
class LeaseAndTimeoutTest {

    private static final Request GET = Request.get("/up/x").build();

    private static Fixture timed(ScriptedTransport transport, Duration firstByte, Duration attempt, Duration total) {
        return new Fixture(
                transport,
                up -> up.retry(r -> r.maxAttempts(1))
                        .timeouts(t -> t.firstByte(firstByte).attempt(attempt).total(total)),
                b -> b);
    }

    @Test
    void theLeaseEndsWithTheContent() {
        ScriptedTransport transport = new ScriptedTransport(ScriptedTransport.Sent::stream);
        try (Fixture fixture = Fixture.of(transport)) {
            Response response = fixture.call(GET);
            assertThat(fixture.inFlight()).isEqualTo(1);
            response.body().cancel(new IllegalStateException("enough"));
            assertThat(fixture.inFlight()).isZero();
            assertThat(fixture.completions).hasSize(1);
            assertThat(fixture.time.pending()).isZero();
        }
    }

    @Test
    void anUpstreamThatBreaksOffIsToldToTheClientAndCounted() {
        List<ScriptedTransport.Content> contents = new ArrayList<>();
        ScriptedTransport transport = new ScriptedTransport(sent -> contents.add(sent.stream()));
        try (Fixture fixture = Fixture.of(transport)) {
            Response response = fixture.call(GET);
            contents.get(0).push("half");
            contents.get(0).end(Chunk.failed(failure(Kind.RESPONSE_BODY_UPSTREAM, RequestSent.YES)));
            CompletableFuture<byte[]> bytes = response.body().bytes(100).toCompletableFuture();
            assertThat(bytes).isCompletedExceptionally();
            assertThat(fixture.inFlight()).isZero();
            assertThat(fixture.gateway.upstream("up").balancer().nodes().stream()
                            .mapToLong(node -> node.failures())
                            .sum())
                    .isEqualTo(1);
            assertThat(fixture.completions)
                    .singleElement()
                    .satisfies(end -> assertThat(end.aborted()).isPresent());
        }
    }

    @Test
    void aResponseThatAFilterReplacedIsCancelled() {
        List<ScriptedTransport.Content> contents = new ArrayList<>();
        ScriptedTransport transport = new ScriptedTransport(sent -> contents.add(sent.stream()));
        Fixture fixture = new Fixture(
                transport, up -> {}, b -> b.filter(Filter.onResponse(response -> Response.text(200, "mine"))));
        try (fixture) {
            assertThat(Fixture.text(fixture.call(GET))).isEqualTo("mine");
            assertThat(transport.sent.get(0).aborted).isNotNull();
            assertThat(fixture.inFlight()).isZero();
        }
    }

    @Test
    void anAttemptFilterThatAnswersLeavesNoLease() {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(200));
        Fixture fixture = new Fixture(
                transport,
                up -> up.attemptFilter(
                        PhaseFilter.named("own", (request, exchange) -> Verdict.answer(Response.of(204)))),
                b -> b);
        try (fixture) {
            assertThat(fixture.call(GET).status()).isEqualTo(204);
            assertThat(transport.sent).isEmpty();
            assertThat(fixture.inFlight()).isZero();
        }
    }

    @Test
    void theFirstByteIsAwaitedFromTheEndOfTheContent() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {});
        try (Fixture fixture = timed(transport, Duration.ofSeconds(2), Duration.ZERO, Duration.ZERO)) {
            ScriptedTransport.Content content = new ScriptedTransport.Content();
            CompletableFuture<Response> response = fixture.begin(
                    Request.builder("POST", "/up/x").body(Body.of(content, -1)).build());
            fixture.time.advance(Duration.ofSeconds(60));
            assertThat(response).as("the client still sends").isNotDone();
            content.end(Chunk.end());
            assertThat(transport.sent.get(0).readContent()).isEmpty();
            fixture.time.advance(Duration.ofMillis(1_999));
            assertThat(response).isNotDone();
            fixture.time.advance(Duration.ofMillis(1));
            assertThat(response.join().failure().orElseThrow().kind()).isEqualTo(Kind.UPSTREAM_TIMEOUT);
            assertThat(response.join().status()).isEqualTo(504);
            assertThat(fixture.inFlight()).isZero();
        }
    }

    @Test
    void anAttemptAndTheWholeHaveTheirTimeContentIncluded() {
        ScriptedTransport transport = new ScriptedTransport(ScriptedTransport.Sent::stream);
        try (Fixture fixture = timed(transport, Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ZERO)) {
            Response response = fixture.call(GET);
            fixture.time.advance(Duration.ofSeconds(5));
            assertThat(transport.sent.get(0).aborted.kind()).isEqualTo(Kind.UPSTREAM_TIMEOUT);
            assertThat(response.body().read().failure()).isNotNull();
            assertThat(fixture.inFlight()).isZero();
        }
        transport.sent.clear();
        try (Fixture fixture = timed(transport, Duration.ofSeconds(2), Duration.ZERO, Duration.ofSeconds(7))) {
            Response response = fixture.call(GET);
            fixture.time.advance(Duration.ofSeconds(7));
            assertThat(transport.sent.get(0).aborted.kind()).isEqualTo(Kind.DEADLINE);
            assertThat(response.body().read().failure()).isNotNull();
            assertThat(fixture.inFlight()).isZero();
        }
    }

    @Test
    void theTotalTimeAnswersAlsoForAFilterThatNeverDoes() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {});
        Fixture fixture = new Fixture(
                transport,
                up -> up.timeouts(t -> t.total(Duration.ofSeconds(3))),
                b -> b.filter((request, next) -> new CompletableFuture<>()));
        try (fixture) {
            CompletableFuture<Response> response = fixture.begin(GET);
            fixture.time.advance(Duration.ofSeconds(3));
            assertThat(response.join().status()).isEqualTo(504);
            assertThat(response.join().failure().orElseThrow().kind()).isEqualTo(Kind.DEADLINE);
        }
    }

    @Test
    void connectAndIdleAreTheTransports() {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(200));
        Fixture fixture = new Fixture(
                transport,
                up -> up.timeouts(t -> t.connect(Duration.ofSeconds(1)).idle(Duration.ofSeconds(9))),
                b -> b);
        try (fixture) {
            fixture.call(GET);
            assertThat(transport.sent.get(0).call.connectTimeout()).isEqualTo(Duration.ofSeconds(1));
            assertThat(transport.sent.get(0).call.idleTimeout()).isEqualTo(Duration.ofSeconds(9));
        }
    }

    @Test
    void aCallerWhoCancelsStopsTheAttemptAndTheBackOff() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {});
        try (Fixture fixture = Fixture.of(transport)) {
            fixture.begin(GET).cancel(true);
            assertThat(transport.sent.get(0).aborted.kind()).isEqualTo(Kind.CLIENT_GONE);
            assertThat(fixture.inFlight()).isZero();

            transport.script(sent -> sent.fail(failure(Kind.UPSTREAM_CLOSED, RequestSent.MAYBE)));
            fixture.begin(GET).cancel(true);
            fixture.time.advance(Duration.ofSeconds(10));
            assertThat(transport.sent).hasSize(2);
            assertThat(fixture.inFlight()).isZero();
            assertThat(fixture.completions).hasSize(2);
            assertThat(fixture.time.pending()).isZero();
        }
    }

    @Test
    void aTransportThatThrowsIsAnErrorAndLosesNoLease() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {
            throw new IllegalStateException("broken transport");
        });
        try (Fixture fixture = Fixture.of(transport)) {
            assertThat(fixture.call(GET).status()).isEqualTo(500);
            assertThat(fixture.inFlight()).isZero();
            assertThat(fixture.time.pending()).isZero();
        }
    }

    /** Seeded: the same walk each time. */
    @Test
    void tenThousandRandomExchangesLeaveNothingBehind() {
        SplittableRandom random = new SplittableRandom(7);
        List<Runnable> later = new ArrayList<>();
        ScriptedTransport transport = new ScriptedTransport(sent -> act(sent, random, later));
        Fixture fixture = new Fixture(
                transport,
                up -> up.timeouts(t -> t.firstByte(Duration.ofSeconds(2)).total(Duration.ofSeconds(20))),
                b -> b);
        try (fixture) {
            List<CompletableFuture<Response>> answers = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                CompletableFuture<Response> answer =
                        fixture.begin(Request.builder(random.nextBoolean() ? "GET" : "POST", "/up/x")
                                .body(random.nextBoolean() ? Body.empty() : Body.of("content"))
                                .build());
                answers.add(answer);
                if (random.nextInt(10) == 0) {
                    if (!answer.cancel(true)) {
                        answer.join().body().cancel(new IllegalStateException("too late"));
                    }
                } else {
                    boolean read = random.nextInt(5) > 0;
                    answer.thenAccept(response -> {
                        if (read) {
                            response.body().bytes(1_000);
                        } else {
                            response.body().cancel(new IllegalStateException("not interested"));
                        }
                    });
                }
                if (random.nextInt(4) == 0) {
                    fixture.time.advance(Duration.ofMillis(random.nextInt(1_500)));
                    while (!later.isEmpty()) {
                        later.remove(random.nextInt(later.size())).run();
                    }
                }
            }
            while (!later.isEmpty()) {
                later.remove(0).run();
            }
            fixture.time.advance(Duration.ofSeconds(60));
            while (!later.isEmpty()) {
                later.remove(0).run();
            }
            fixture.time.advance(Duration.ofSeconds(60));
            assertThat(answers).allMatch(CompletableFuture::isDone);
            assertThat(fixture.completions).hasSize(10_000);
            assertThat(fixture.inFlight()).isZero();
            assertThat(fixture.time.pending()).isZero();
        }
    }

    private static void act(ScriptedTransport.Sent sent, SplittableRandom random, List<Runnable> later) {
        switch (random.nextInt(9)) {
            case 0 -> sent.fail(failure(Kind.CONNECT_FAILED, RequestSent.NO));
            case 1 -> sent.fail(failure(Kind.UPSTREAM_CLOSED, RequestSent.MAYBE));
            case 2 -> sent.respond(Response.text(503, "busy"));
            case 3 -> later.add(() -> sent.fail(failure(Kind.UPSTREAM_CLOSED, RequestSent.YES)));
            case 4 -> {
                ScriptedTransport.Content content = sent.stream();
                later.add(() -> content.push("part"));
                later.add(() -> content.end(Chunk.end()));
            }
            case 5 -> {
                ScriptedTransport.Content content = sent.stream();
                content.push("part");
                later.add(() -> content.end(Chunk.failed(
                        new GatewayException(Kind.RESPONSE_BODY_UPSTREAM, RequestSent.YES, "scripted", null))));
            }
            case 6 -> {
                // Never answers: the time-outs end it.
            }
            default -> {
                sent.readContent();
                sent.respond(Response.text(200, "fine"));
            }
        }
    }

    @Test
    void aRetryOfAnAnswerThatAnAttemptFilterReplacedLosesNoLease() {
        List<ScriptedTransport.Content> contents = new ArrayList<>();
        ScriptedTransport transport = new ScriptedTransport(sent -> contents.add(sent.stream()));
        Fixture fixture = new Fixture(
                transport, up -> up.attemptFilter(Filter.onResponse(response -> Response.text(503, "mine"))), b -> b);
        try (fixture) {
            CompletableFuture<Response> response = fixture.begin(GET);
            assertThat(fixture.inFlight()).as("it waits for its back-off").isZero();
            fixture.time.advance(Duration.ofSeconds(5));
            assertThat(response).isDone();
            assertThat(Fixture.text(response.join())).isEqualTo("mine");
            assertThat(contents).hasSize(3).allMatch(content -> content.cancelled != null);
            assertThat(fixture.inFlight()).isZero();
            assertThat(fixture.time.pending()).isZero();
        }
    }

    private static Fixture waiting(
            ScriptedTransport transport, CompletableFuture<Verdict> verdict, Duration attempt, int attempts) {
        return new Fixture(
                transport,
                up -> up.retry(r -> r.maxAttempts(attempts))
                        .timeouts(t -> t.attempt(attempt))
                        .attemptFilter((PhaseFilter) (request, exchange) -> Verdict.later(verdict)),
                b -> b);
    }

    @Test
    void anAttemptWhoseFilterWaitsHasItsTimeToo() {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(200));
        CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        try (Fixture fixture = waiting(transport, verdict, Duration.ofSeconds(2), 1)) {
            CompletableFuture<Response> response = fixture.begin(GET);
            fixture.time.advance(Duration.ofMillis(1_999));
            assertThat(response).isNotDone();
            fixture.time.advance(Duration.ofMillis(1));
            assertThat(response).isDone();
            assertThat(response.join().failure().orElseThrow().kind()).isEqualTo(Kind.UPSTREAM_TIMEOUT);
            assertThat(fixture.inFlight()).isZero();
            assertThat(fixture.attempts).hasSize(1);
            assertThat(fixture.gateway.upstream("up").balancer().nodes())
                    .as("no endpoint is to blame")
                    .allMatch(node -> node.failures() == 0);

            verdict.complete(Verdict.proceed(GET));
            assertThat(transport.sent).as("too late to send").isEmpty();
            assertThat(fixture.completions).hasSize(1);
            assertThat(fixture.time.pending()).isZero();
        }
    }

    @Test
    void anAttemptFilterThatAnswersTooLateDoesNotAnswerForTheNextAttempt() {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(200));
        CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        try (Fixture fixture = waiting(transport, verdict, Duration.ofSeconds(2), 2)) {
            CompletableFuture<Response> response = fixture.begin(GET);
            fixture.time.advance(Duration.ofSeconds(2));
            assertThat(response).as("it waits for its back-off").isNotDone();
            verdict.complete(Verdict.answer(Response.of(204)));
            assertThat(response).as("that was the first attempt's").isNotDone();
            fixture.time.advance(Duration.ofSeconds(1));
            assertThat(response).isDone();
            assertThat(response.join().status()).isEqualTo(204);
            assertThat(fixture.completions).hasSize(1);
            assertThat(fixture.inFlight()).isZero();
            assertThat(fixture.time.pending()).isZero();
        }
    }

    @Test
    void aCallerWhoCancelsEndsALeaseThatAnAttemptFilterHoldsUp() {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(200));
        CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        try (Fixture fixture = waiting(transport, verdict, Duration.ofSeconds(2), 3)) {
            fixture.begin(GET).cancel(true);
            assertThat(fixture.inFlight()).isZero();
            assertThat(fixture.time.pending()).isZero();
            verdict.complete(Verdict.proceed(GET));
            assertThat(transport.sent).isEmpty();
        }
    }

    @Test
    void theTotalTimeIsToldOfTheEndpointThatDidNotAnswer() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {});
        try (Fixture fixture = timed(transport, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(3))) {
            CompletableFuture<Response> response = fixture.begin(GET);
            fixture.time.advance(Duration.ofSeconds(3));
            assertThat(response).isDone();
            assertThat(response.join().status()).isEqualTo(504);
            assertThat(transport.sent.get(0).aborted.kind()).isEqualTo(Kind.DEADLINE);
            assertThat(fixture.attempts)
                    .singleElement()
                    .satisfies(attempt -> assertThat(attempt.failure().kind()).isEqualTo(Kind.DEADLINE));
            assertThat(fixture.gateway.upstream("up").balancer().nodes().stream()
                            .mapToLong(node -> node.failures())
                            .sum())
                    .isEqualTo(1);
        }
    }

    @Test
    void whatIsCancelledIsNotRetriedWhateverTheReason() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {});
        List<Exchange> exchanges = new ArrayList<>();
        Fixture fixture = new Fixture(
                transport,
                up -> {},
                b -> b.filter((request, next) -> {
                    exchanges.add(next.exchange());
                    return next.proceed(request);
                }));
        try (fixture) {
            CompletableFuture<Response> response = fixture.begin(GET);
            exchanges.get(0).cancel(failure(Kind.UPSTREAM_TIMEOUT, RequestSent.NO));
            assertThat(response.join().status()).isEqualTo(504);
            fixture.time.advance(Duration.ofSeconds(5));
            assertThat(transport.sent).hasSize(1);
            assertThat(fixture.inFlight()).isZero();
        }
    }
}
