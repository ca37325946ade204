package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A response in memory may be a constant of a filter, a handler or an error handler. */
class ConstantAnswerTest {

    private static final int TIMES = 3;

    private final Response constant = Response.text(403, "no");

    private void assertAnswersEachTime(UnaryOperator<GatewayBuilder> with) {
        GatewayBuilder builder = Gateway.builder()
                .route(
                        "/handle",
                        r -> r.handle(
                                (request, exchange) -> CompletableFuture.completedFuture(Response.text(200, "ok"))));
        try (Gateway gateway = with.apply(builder).build()) {
            for (int i = 0; i < TIMES; i++) {
                ScriptedHost host = new ScriptedHost();
                gateway.serve(Request.get("/handle").build(), host);
                assertThat(host.written).as("answer %d", i).isEqualTo("no");
            }
        }
    }

    @Test
    void aFilterMayAnswerItAgainAndAgain() {
        Verdict denied = Verdict.answer(constant);
        assertAnswersEachTime(b -> b.filter((PhaseFilter) (request, exchange) -> denied));
    }

    @Test
    void aFilterMayReplaceEachResponseByIt() {
        assertAnswersEachTime(b -> b.filter(Filter.onResponse(response -> constant)));
    }

    @Test
    void aFilterOfTheGeneralFormMayAnswerIt() {
        assertAnswersEachTime(b -> b.filter((request, next) -> CompletableFuture.completedFuture(constant)));
    }

    @Test
    void anErrorHandlerMayAnswerIt() {
        assertAnswersEachTime(
                b -> b.errorHandler((exchange, failure) -> constant).filter(Filter.onRequest(request -> {
                    throw new IllegalStateException("scripted");
                })));
    }

    @Test
    void aHandlerMayAnswerIt() {
        try (Gateway gateway = Gateway.builder()
                .route("/x", r -> r.handle((request, exchange) -> CompletableFuture.completedFuture(constant)))
                .build()) {
            for (int i = 0; i < TIMES; i++) {
                ScriptedHost host = new ScriptedHost();
                gateway.serve(Request.get("/x").build(), host);
                assertThat(host.written).isEqualTo("no");
            }
        }
    }

    @Test
    void aFilterFurtherOutMayReadIt() {
        Verdict denied = Verdict.answer(constant);
        assertAnswersEachTime(b -> b.filter((request, next) -> next.proceed(request)
                        .thenCompose(response ->
                                response.body().bytes(10).thenApply(bytes -> response.withBody(Body.of(bytes)))))
                .filter((PhaseFilter) (request, exchange) -> denied));
    }

    @Test
    void aRetryDoesNotUseUpThatOfAnAttemptFilter() {
        Response busy = Response.text(503, "busy");
        ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(200));
        Fixture fixture = new Fixture(
                transport,
                up -> up.retry(r -> r.maxAttempts(2))
                        .attemptFilter((PhaseFilter) (request, exchange) -> Verdict.answer(busy)),
                b -> b);
        try (fixture) {
            for (int i = 0; i < TIMES; i++) {
                ScriptedHost host = new ScriptedHost();
                fixture.gateway.serve(Request.get("/up/x").build(), host);
                fixture.time.advance(Duration.ofSeconds(5));
                assertThat(host.written).isEqualTo("busy");
            }
        }
    }
}
