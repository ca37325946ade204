package dev.gatehouse;

import static dev.gatehouse.Fixture.failure;
import static dev.gatehouse.Fixture.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.balancer.UpdatableEndpoints;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardTest {

    private static final Request GET = Request.get("/up/x").build();
    /** Content is read once: each call needs its own. */
    private static Request post() {
        return Request.builder("POST", "/up/x").body(Body.of("content")).build();
    }

    @Test
    void aResponseIsPassedOn() {
        try (Fixture fixture = Fixture.of(ScriptedTransport.answering(sent -> Response.text(200, "hello")))) {
            Response response = fixture.call(GET);
            assertThat(response.status()).isEqualTo(200);
            assertThat(text(response)).isEqualTo("hello");
            assertThat(fixture.inFlight()).isZero();
            assertThat(fixture.completions).singleElement().satisfies(end -> {
                assertThat(end.status()).isEqualTo(200);
                assertThat(end.bytes()).isEqualTo(5);
                assertThat(end.aborted()).isEmpty();
            });
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CONNECT_FAILED", "CONNECT_TIMEOUT", "TLS_FAILED", "UPSTREAM_CLOSED", "REJECTED_OVERLOAD"})
    void whatWasNeverSentIsSentAgainWhateverTheMethod(Kind kind) {
        ScriptedTransport transport = new ScriptedTransport(sent -> {
            if (sent.number < 3) {
                sent.fail(failure(kind, RequestSent.NO));
            } else {
                sent.respond(Response.text(200, sent.readContent()));
            }
        });
        try (Fixture fixture = Fixture.of(transport)) {
            assertThat(text(fixture.call(post()))).isEqualTo("content");
            assertThat(transport.sent).hasSize(3);
            assertThat(fixture.inFlight()).isZero();
        }
    }

    @Test
    void noAttemptGoesToTheEndpointOfTheOneBefore() {
        ScriptedTransport transport =
                new ScriptedTransport(sent -> sent.fail(failure(Kind.CONNECT_FAILED, RequestSent.NO)));
        try (Fixture fixture = Fixture.of(transport)) {
            for (int i = 0; i < 50; i++) {
                int first = transport.sent.size();
                assertThat(fixture.call(GET).status()).isEqualTo(502);
                List<String> ids = transport.sent.subList(first, transport.sent.size()).stream()
                        .map(sent -> sent.call.endpoint().id())
                        .toList();
                assertThat(ids).hasSize(3);
                assertThat(ids.get(1)).isNotEqualTo(ids.get(0));
                assertThat(ids.get(2)).isNotEqualTo(ids.get(1));
            }
        }
    }

    @Test
    void whatMayHaveArrivedIsSentAgainOnlyIfItDoesNoHarm() {
        ScriptedTransport transport =
                new ScriptedTransport(sent -> sent.fail(failure(Kind.UPSTREAM_CLOSED, RequestSent.MAYBE)));
        try (Fixture fixture = Fixture.of(transport)) {
            assertThat(fixture.call(post()).status()).isEqualTo(502);
            assertThat(transport.sent).hasSize(1);

            CompletableFuture<Response> keyed = fixture.begin(Request.builder("POST", "/up/x")
                    .header("Idempotency-Key", "1")
                    .body(Body.of("content"))
                    .build());
            fixture.time.advance(Duration.ofSeconds(5));
            assertThat(keyed.join().status()).isEqualTo(502);
            assertThat(transport.sent).hasSize(4);

            CompletableFuture<Response> get = fixture.begin(GET);
            assertThat(get).as("waits for its back-off").isNotDone();
            fixture.time.advance(Duration.ofSeconds(5));
            assertThat(get.join().failure().orElseThrow().kind()).isEqualTo(Kind.UPSTREAM_CLOSED);
            assertThat(transport.sent).hasSize(7);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {502, 503, 504})
    void aStatusWorthAnotherAttemptGetsOne(int status) {
        ScriptedTransport transport = ScriptedTransport.answering(
                sent -> sent.number == 1 ? Response.text(status, "no") : Response.text(200, "yes"));
        try (Fixture fixture = Fixture.of(transport)) {
            CompletableFuture<Response> response = fixture.begin(GET);
            fixture.time.advance(Duration.ofSeconds(1));
            assertThat(text(response.join())).isEqualTo("yes");
        }
    }

    @Test
    void theLastAnswerIsPassedOnAsItIs() {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.text(503, "busy " + sent.number));
        try (Fixture fixture = Fixture.of(transport)) {
            CompletableFuture<Response> response = fixture.begin(GET);
            fixture.time.advance(Duration.ofSeconds(5));
            assertThat(response.join().status()).isEqualTo(503);
            assertThat(response.join().failure()).isEmpty();
            assertThat(text(response.join())).isEqualTo("busy 3");
        }
    }

    @Test
    void aServerErrorOfAnotherKindIsNotRepeated() {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(500));
        try (Fixture fixture = Fixture.of(transport)) {
            assertThat(fixture.call(GET).status()).isEqualTo(500);
            assertThat(transport.sent).hasSize(1);
        }
    }

    @Test
    void tooManyRequestsIsRepeatedOnlyAfterTheTimeItAsksFor() {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> switch (sent.number) {
            case 1 -> Response.of(429);
            case 2 -> Response.of(429).withHeader("Retry-After", "1");
            case 3 -> Response.of(200);
            default -> Response.of(429).withHeader("Retry-After", "2");
        });
        try (Fixture fixture = Fixture.of(transport)) {
            assertThat(fixture.call(GET).status()).as("does not say when").isEqualTo(429);

            CompletableFuture<Response> soon = fixture.begin(GET);
            fixture.time.advance(Duration.ofMillis(999));
            assertThat(soon).isNotDone();
            fixture.time.advance(Duration.ofMillis(1));
            assertThat(soon.join().status()).isEqualTo(200);

            assertThat(fixture.call(GET).status())
                    .as("longer than the longest back-off")
                    .isEqualTo(429);
            assertThat(transport.sent).hasSize(4);
        }
    }

    @Test
    void theBudgetBoundsTheLoadThatRetriesAdd() {
        ScriptedTransport transport =
                new ScriptedTransport(sent -> sent.fail(failure(Kind.UPSTREAM_CLOSED, RequestSent.MAYBE)));
        Fixture fixture = new Fixture(
                transport,
                up -> up.retry(r -> r.budget(0.2).minRetriesPerSecond(1).maxAttempts(2)),
                b -> b);
        try (fixture) {
            for (int i = 0; i < 1_000; i++) {
                fixture.begin(GET).thenAccept(response -> response.body().bytes(1_000));
            }
            // 10 s of one retry a second in any case, and a fifth of 1 000 requests: those that wait count too.
            fixture.time.advance(Duration.ofSeconds(1));
            assertThat(transport.sent.size() - 1_000).isBetween(200, 210);
            assertThat(fixture.denied).hasSize(2_000 - transport.sent.size());
            assertThat(fixture.completions).hasSize(1_000);
        }
    }

    @Test
    void contentUpToTheCapIsRepeated() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {
            String content = sent.readContent();
            if (sent.number == 1) {
                sent.fail(failure(Kind.UPSTREAM_CLOSED, RequestSent.NO));
            } else {
                sent.respond(Response.text(200, content));
            }
        });
        try (Fixture fixture = new Fixture(transport, up -> up.retry(r -> r.maxReplayBytes(8)), b -> b)) {
            ScriptedTransport.Content small = new ScriptedTransport.Content();
            small.push("1234");
            small.push("5678");
            small.end(Chunk.end());
            assertThat(text(fixture.call(Request.builder("POST", "/up/x")
                            .body(Body.of(small, -1))
                            .build())))
                    .isEqualTo("12345678");
            assertThat(transport.sent).hasSize(2);

            transport.sent.clear();
            ScriptedTransport.Content large = new ScriptedTransport.Content();
            large.push("123456789");
            large.end(Chunk.end());
            assertThat(fixture.call(Request.builder("POST", "/up/x")
                                    .body(Body.of(large, -1))
                                    .build())
                            .status())
                    .isEqualTo(502);
            assertThat(transport.sent).hasSize(1);
        }
    }

    @Test
    void noEndpointIsAServiceThatIsUnavailable() {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(200));
        UpdatableEndpoints none = new UpdatableEndpoints();
        try (Fixture fixture = new Fixture(transport, up -> up.endpoints(none), b -> b)) {
            Response response = fixture.call(GET);
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.failure().orElseThrow().kind()).isEqualTo(Kind.NO_ENDPOINT);
            assertThat(text(response)).contains("\"code\":\"no-endpoint\"").doesNotContain("up");
        }
    }

    @Test
    void attemptFiltersRunForEachAttemptAndRouteFiltersOnce() {
        Set<String> seen = new HashSet<>();
        int[] counts = new int[2];
        ScriptedTransport transport = ScriptedTransport.answering(sent -> {
            seen.add(sent.call.request().headers().get("X-Attempt"));
            return sent.number < 3 ? Response.of(503) : Response.of(200);
        });
        Fixture fixture = new Fixture(
                transport,
                up -> up.attemptFilter(Filter.onRequest(request -> request.withHeader("X-Attempt", "n" + ++counts[0]))),
                b -> b.filter(Filter.onRequest(request -> {
                    counts[1]++;
                    return request;
                })));
        try (fixture) {
            CompletableFuture<Response> response = fixture.begin(GET);
            fixture.time.advance(Duration.ofSeconds(5));
            assertThat(response.join().status()).isEqualTo(200);
            assertThat(seen).containsExactlyInAnyOrder("n1", "n2", "n3");
            assertThat(counts).containsExactly(3, 1);
            assertThat(fixture.attempts).hasSize(3);
        }
    }

    @Test
    void anInvalidAnswerIsABadGateway() {
        ScriptedTransport transport = ScriptedTransport.answering(
                sent -> Response.of(200, Headers.of("Content-Length", "x"), Body.of("abc")));
        try (Fixture fixture = new Fixture(transport, up -> up.retry(r -> r.maxAttempts(1)), b -> b)) {
            Response response = fixture.call(GET);
            assertThat(response.status()).isEqualTo(502);
            assertThat(response.failure().orElseThrow().kind()).isEqualTo(Kind.UPSTREAM_PROTOCOL);
            assertThat(fixture.inFlight()).isZero();
        }
    }

    @Test
    void theNextAttemptGetsAllOfAContentThatStillCame() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {});
        try (Fixture fixture = new Fixture(transport, up -> up.retry(r -> r.maxReplayBytes(8)), b -> b)) {
            ScriptedTransport.Content content = new ScriptedTransport.Content();
            CompletableFuture<Response> response = fixture.begin(
                    Request.builder("PUT", "/up/x").body(Body.of(content, -1)).build());
            content.push("1234");
            ScriptedTransport.Sent first = transport.sent.get(0);
            assertThat(first.readContent()).isEqualTo("1234…");
            first.respond(Response.of(503));
            // The first transport does not know yet, and reads on while the back-off lasts.
            content.push("56789");
            assertThat(first.call.request().body().read().failure()).isNotNull();
            fixture.time.advance(Duration.ofSeconds(1));
            content.end(Chunk.end());
            ScriptedTransport.Sent second = transport.sent.get(1);
            second.respond(Response.text(200, second.readContent()));
            assertThat(text(response.join())).isEqualTo("123456789");
        }
    }

    @Test
    void anInterimResponseThatIsInvalidIsLeftOut() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {});
        try (Fixture fixture = Fixture.of(transport)) {
            ScriptedHost host = new ScriptedHost();
            fixture.gateway.serve(GET, host);
            ScriptedTransport.Sent sent = transport.sent.get(0);
            sent.callback.interim(103, Headers.of("Transfer-Encoding", "gzip, chunked"));
            sent.callback.interim(103, Headers.of("Link", "</a.css>"));
            sent.respond(Response.text(200, "fine"));
            assertThat(host.interims).containsExactly(103);
            assertThat(host.written).isEqualTo("fine");
        }
    }
}
