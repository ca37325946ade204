package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.host.Done;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Exchanges that are given up at the worst moments. */
class ExchangeEndTest {

    @Test
    void aClientThatIsGoneAtTheBeginningCostsNeitherFiltersNorATimer() {
        AtomicInteger filtered = new AtomicInteger();
        Fixture fixture = new Fixture(
                ScriptedTransport.answering(sent -> Response.of(200)),
                up -> up.timeouts(t -> t.total(Duration.ofSeconds(30))),
                b -> b.filter(Filter.onRequest(request -> {
                    filtered.incrementAndGet();
                    return request;
                })));
        try (fixture) {
            ScriptedHost host = new ScriptedHost(new IllegalStateException("gone"));
            fixture.gateway.serve(Request.get("/up/x").build(), host);
            assertThat(fixture.completions)
                    .singleElement()
                    .satisfies(end -> assertThat(end.status()).isEqualTo(499));
            assertThat(filtered).hasValue(0);
            assertThat(fixture.time.pending()).isZero();
        }
    }

    @Test
    void aHostThatHasLetGoHindersNeitherTheEndNorOtherExchanges() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {});
        Fixture fixture = Fixture.of(transport);
        for (int i = 0; i < 4; i++) {
            fixture.gateway.serve(Request.get("/up/x").build(), new ScriptedHost() {
                @Override
                public void respond(Response answer, Done done) {
                    throw new IllegalStateException("recycled");
                }
            });
        }
        fixture.close();
        assertThat(fixture.completions)
                .hasSize(4)
                .allMatch(end -> end.aborted().orElseThrow() instanceof IllegalStateException);
        assertThat(transport.sent).allMatch(sent -> sent.aborted != null);
        assertThat(fixture.inFlight()).isZero();
    }

    /** A race of two threads: it cannot fail by itself, but a mistake shows only in some of the rounds. */
    @Test
    void aCancellationAtTheMomentOfTheAnswerIsNotLost() throws Exception {
        AtomicReference<Exchange> exchange = new AtomicReference<>();
        AtomicReference<CompletableFuture<Response>> answer = new AtomicReference<>();
        CyclicBarrier together = new CyclicBarrier(2);
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (Gateway gateway = Gateway.builder()
                .route(
                        "/x",
                        r -> r.handle((request, given) -> {
                            exchange.set(given);
                            return answer.updateAndGet(before -> new CompletableFuture<>());
                        }))
                .build()) {
            for (int i = 0; i < 20_000; i++) {
                ScriptedTransport.Content content = new ScriptedTransport.Content();
                gateway.serve(Request.get("/x").build(), new ScriptedHost());
                Future<?> cancelling = other.submit(() -> {
                    together.await();
                    exchange.get().cancel(new GatewayException(Kind.DEADLINE, "scripted"));
                    return null;
                });
                together.await();
                answer.get().complete(Response.of(200, Headers.empty(), Body.of(content, -1)));
                cancelling.get();
                assertThat(content.cancelled).as("round %d", i).isNotNull();
            }
        } finally {
            other.shutdownNow();
        }
    }
}
