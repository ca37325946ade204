package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Filters in all their forms, around a handler. */
class SegmentTest {

    private final List<String> trace = new ArrayList<>();

    private Filter phases(String name) {
        return PhaseFilter.named(name, (request, exchange) -> {
            trace.add(name + " in");
            return Verdict.proceed(request, response -> {
                trace.add(name + " out");
                return response;
            });
        });
    }

    private Filter general(String name) {
        return new Filter() {
            @Override
            public CompletionStage<Response> apply(Request request, Chain next) {
                trace.add(name + " in");
                return next.proceed(request).thenApply(response -> {
                    trace.add(name + " out");
                    return response;
                });
            }

            @Override
            public String name() {
                return name;
            }
        };
    }

    private Gateway gateway(Filter... filters) {
        GatewayBuilder builder = Gateway.builder()
                .route(
                        "/**",
                        r -> r.handle((request, exchange) -> {
                            trace.add("handler");
                            return CompletableFuture.completedFuture(Response.text(200, "ok"));
                        }));
        for (Filter filter : filters) {
            builder.filter(filter);
        }
        return builder.build();
    }

    /** Answers with the content read, since an exchange lasts until it is. */
    private static Response call(Gateway gateway) throws Exception {
        try (gateway) {
            Response response = gateway.handle(Request.get("/x").build())
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
            return response.withBody(Body.of(Fixture.text(response)));
        }
    }

    private static GatewayException failure(Filter filter, SegmentTest test) throws Exception {
        Response response = call(test.gateway(filter));
        assertThat(response.status()).isEqualTo(500);
        assertThat(Fixture.text(response)).doesNotContain("secret").doesNotContain("Exception");
        return response.failure().orElseThrow();
    }

    @Test
    void theFirstAddedIsTheOutermostWhateverItsForm() throws Exception {
        call(gateway(phases("a"), general("b"), phases("c"), general("d"), phases("e")));
        assertThat(trace)
                .containsExactly(
                        "a in", "b in", "c in", "d in", "e in", "handler", "e out", "d out", "c out", "b out", "a out");
    }

    @Test
    void whoAnswersKeepsTheRequestFromThoseFurtherIn() throws Exception {
        Filter answering = PhaseFilter.named("answering", (request, exchange) -> Verdict.answer(Response.of(418)));
        assertThat(call(gateway(phases("a"), answering, phases("b"))).status()).isEqualTo(418);
        assertThat(trace).containsExactly("a in", "a out");
    }

    @Test
    void aVerdictMayComeLater() throws Exception {
        CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        Filter waiting = PhaseFilter.named("waiting", (request, exchange) -> Verdict.later(verdict));
        try (Gateway gateway = gateway(phases("a"), waiting, phases("b"))) {
            CompletableFuture<Response> response =
                    gateway.handle(Request.get("/x").build()).toCompletableFuture();
            assertThat(response).isNotDone();
            assertThat(trace).containsExactly("a in");
            verdict.complete(Verdict.proceed(Request.get("/x").build(), answer -> answer.withStatus(202)));
            assertThat(response.get().status()).isEqualTo(202);
            assertThat(trace).containsExactly("a in", "b in", "handler", "b out", "a out");
        }
    }

    @Test
    void aPhaseFilterWorksInsideAFilterThatWrapsIt() throws Exception {
        Filter inner = phases("inner");
        Filter wrapper = (request, next) -> inner.apply(request, next);
        call(gateway(wrapper));
        assertThat(trace).containsExactly("inner in", "handler", "inner out");
    }

    @Test
    void everyBreachOfTheContractIsNamed() throws Exception {
        assertThat(failure(
                        PhaseFilter.named("thrower", (request, exchange) -> {
                            throw new IllegalStateException("secret");
                        }),
                        this))
                .hasMessageContaining("thrower failed");
        assertThat(failure(PhaseFilter.named("nobody", (request, exchange) -> null), this))
                .hasMessage("nobody returned null");
        assertThat(failure(
                        PhaseFilter.named("broken", (request, exchange) -> Verdict.proceed(request, response -> null)),
                        this))
                .hasMessage("broken answered null");
        assertThat(failure(new NullFilter(), this)).hasMessage("NullFilter returned null");
        assertThat(failure((request, next) -> CompletableFuture.completedFuture(null), this))
                .hasMessageContaining("answered null");
        assertThat(failure((request, next) -> CompletableFuture.failedFuture(new Exception("secret")), this))
                .hasMessageContaining("failed");
        assertThat(failure(new Twice(), this)).hasMessage("Twice called proceed twice");
    }

    private static final class NullFilter implements Filter {
        @Override
        public CompletionStage<Response> apply(Request request, Chain next) {
            return null;
        }
    }

    private static final class Twice implements Filter {
        @Override
        public CompletionStage<Response> apply(Request request, Chain next) {
            return next.proceed(request).thenCompose(response -> next.proceed(request));
        }
    }

    @Test
    void outerFiltersSeeErrorsAsResponses() throws Exception {
        Filter failing = PhaseFilter.named("failing", (request, exchange) -> {
            throw new IllegalStateException();
        });
        Filter marking = Filter.onResponse(response -> response.withHeader(
                "X-Failure", response.failure().map(f -> f.kind().code()).orElse("none")));
        assertThat(call(gateway(marking, failing)).headers().get("X-Failure")).isEqualTo("filter-failed");
        assertThat(call(gateway(marking)).headers().get("X-Failure")).isEqualTo("none");
    }

    @Test
    void aBlockingFilterWaitsOnAnotherThread() throws Exception {
        List<Thread> threads = new ArrayList<>();
        Filter blocking = Filter.blocking((request, next) -> {
            threads.add(Thread.currentThread());
            Response response = next.proceed(request.withHeader("X-A", "1"));
            return response.withStatus(201);
        });
        assertThat(call(gateway(blocking)).status()).isEqualTo(201);
        assertThat(threads).hasSize(1).doesNotContain(Thread.currentThread());
    }

    @Test
    void theBoundedPoolRejectsWhenItIsFull() throws Exception {
        var pool = BlockingExecutor.pool(1);
        CompletableFuture<Void> release = new CompletableFuture<>();
        pool.execute(release::join);
        assertThatThrownBy(() -> pool.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        release.complete(null);
        pool.shutdown();
        assertThat(pool.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void attributesAreSharedAndTheEndIsToldOnce() throws Exception {
        Key<String> key = Key.of("user");
        List<Completion> ends = new ArrayList<>();
        Filter setting = PhaseFilter.named("setting", (request, exchange) -> {
            exchange.set(key, "ann");
            exchange.onComplete(ends::add);
            exchange.onComplete(end -> {
                throw new IllegalStateException("swallowed");
            });
            return Verdict.proceed(request);
        });
        Filter reading = PhaseFilter.named(
                "reading",
                (request, exchange) -> Verdict.proceed(
                        request,
                        response ->
                                response.withHeader("X-User", exchange.get(key).orElse("nobody"))));
        Response response = call(gateway(setting, reading));
        assertThat(response.headers().get("X-User")).isEqualTo("ann");
        assertThat(Fixture.text(response)).isEqualTo("ok");
        assertThat(ends)
                .singleElement()
                .satisfies(end -> assertThat(end.bytes()).isEqualTo(2));
    }

    @Test
    void whoHoldsTheThreadIsNamed() throws Exception {
        VirtualClock time = new VirtualClock();
        List<String> slow = new ArrayList<>();
        Gateway gateway = Gateway.builder()
                .time(time)
                .listener(new GatewayListener() {
                    @Override
                    public void onSlowFilter(String name, Duration held) {
                        slow.add(name + " " + held.toMillis());
                    }
                })
                .filter(PhaseFilter.named("sleeper", (request, exchange) -> {
                    time.advance(Duration.ofMillis(150));
                    return Verdict.proceed(request);
                }))
                .route("/**", r -> r.respond(Response.of(204)))
                .build();
        call(gateway);
        assertThat(slow).containsExactly("sleeper 150");
    }

    @Test
    void aHandlersFailureIsAnError() throws Exception {
        Gateway gateway = Gateway.builder()
                .route(
                        "/**",
                        r -> r.id("mine")
                                .handle((request, exchange) -> CompletableFuture.failedFuture(
                                        new ExecutionException(new GatewayException(Kind.REJECTED_RATE, "x")))))
                .build();
        assertThat(call(gateway).status()).isEqualTo(429);
    }
}
