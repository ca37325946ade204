package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.BlockingFilter;
import dev.gatehouse.Filter;
import dev.gatehouse.GatewayBuilder;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Response;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * What every server that a gateway lives in must do, told byte by byte on plain sockets. Extend it, start your server in
 * {@link #start}, and run it with JUnit 5. Nothing is left out for a server that lacks something: what it says of itself
 * ({@link HostUnderTest#capabilities()}) decides which of two outcomes is the right one.
 *
 * <p>Needed beside this library: {@code junit-jupiter}, {@code junit-jupiter-params} and {@code assertj-core}.
 */
public abstract class HostContract extends HostFailures {

    /** Nothing to set up. */
    protected HostContract() {}

    private static final HostCode TELLS = call -> {
        byte[] content = call.content().readAllBytes();
        String text = call.method() + ' ' + call.target() + ' ' + call.header("X-Filter") + ' ' + content.length;
        call.head(200, "X-Host", "ran");
        write(call.answer(text.length()), text);
    };

    private static Consumer<GatewayBuilder> toHost(Filter... filters) {
        return gateway -> gateway.route("/**", route -> {
            for (Filter filter : filters) {
                route.filter(filter);
            }
            route.toHost();
        });
    }

    private static void write(OutputStream out, String text) throws IOException {
        try (out) {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    @Test
    void theHostsCodeSeesWhatFiltersMadeOfTheRequestAndFiltersSeeItsResponse() {
        Filter filter = Filter.onRequest(request -> request.withHeader("X-Filter", "seen"));
        Filter change = Filter.onResponse(response -> response.withStatus(203)
                .withHeader("X-Was", response.headers().first("X-Host").orElse(""))
                .withoutHeader("X-Host"));
        if (!runHost(toHost(filter, change), TELLS)) {
            return;
        }
        HttpSocket client = client();

        HttpSocket.Answer answer = client.send(get("/a%20b?c=%20d")).answer();

        assertThat(answer.status()).isEqualTo(203);
        assertThat(answer.content()).isEqualTo("GET /a%20b?c=%20d seen 0");
        assertThat(answer.headers().get("X-Was")).isEqualTo("ran");
        assertThat(answer.headers().contains("X-Host")).isFalse();
        assertThat(client.send(post("/x", "content")).answer().content()).isEqualTo("POST /x seen 7");
    }

    @Test
    void theHostsCodeRunsAfterAFilterThatWaited() {
        Filter waits = (request, next) -> CompletableFuture.supplyAsync(
                        () -> request.withHeader("X-Filter", "later"),
                        CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS))
                .thenCompose(next::proceed)
                .thenApplyAsync(
                        response -> response.withHeader("X-After", "1"),
                        CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS));
        if (!runHost(toHost(waits), TELLS)) {
            return;
        }
        HttpSocket client = client();

        for (int i = 0; i < 3; i++) {
            HttpSocket.Answer answer = client.send(post("/x", "content")).answer();
            assertThat(answer.content()).isEqualTo("POST /x later 7");
            assertThat(answer.headers().get("X-After")).isEqualTo("1");
        }
    }

    @Test
    void theHostsCodeRunsAfterABlockingFilter() {
        BlockingFilter blocking = (request, next) ->
                next.proceed(request.withHeader("X-Filter", "blocked")).withHeader("X-After", "1");
        if (!runHost(toHost(Filter.blocking(blocking)), TELLS)) {
            return;
        }

        HttpSocket.Answer answer = client().send(post("/x", "content")).answer();

        assertThat(answer.content()).isEqualTo("POST /x blocked 7");
        assertThat(answer.headers().get("X-After")).isEqualTo("1");
    }

    @Test
    void aFilterMayAnswerInPlaceOfTheHostsCode() {
        Filter refuses = (request, next) -> CompletableFuture.supplyAsync(() -> Response.text(401, "no"));
        AtomicInteger ran = new AtomicInteger();
        if (!runHost(toHost(refuses), call -> ran.incrementAndGet())) {
            return;
        }
        HttpSocket client = client();

        assertThat(client.send(get("/x")).answer().status()).isEqualTo(401);
        assertThat(client.send(post("/x", "content")).answer().status()).isEqualTo(401);
        assertThat(ran).hasValue(0);
    }

    @Test
    void aFilterMayReadAndReplaceTheContent() {
        Filter replaces = (request, next) -> request.body()
                .bytes(1000)
                .thenCompose(bytes ->
                        next.proceed(request.withMethod("PUT").withBody(Body.of("twice " + bytes.length + " bytes"))));
        if (!runHost(toHost(replaces), TELLS)) {
            return;
        }
        HttpSocket client = client();

        assertThat(client.send(post("/x", "content")).answer().content()).isEqualTo("PUT /x null 13");
        assertThat(client.send(request("POST", "/x") + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
                        .answer()
                        .content())
                .isEqualTo("PUT /x null 13");
    }

    @Test
    void aFilterMayReplaceTheContentOfTheHostsResponse() {
        Filter replaces = (request, next) -> next.proceed(request)
                .thenCompose(response -> response.body()
                        .bytes(1000)
                        .thenApply(bytes -> response.withBody(Body.of("it said " + bytes.length + " bytes"))));
        if (!runHost(toHost(replaces), TELLS)) {
            return;
        }

        HttpSocket.Answer answer = client().send(get("/x")).answer();

        assertThat(answer.content()).isEqualTo("it said 13 bytes");
        assertThat(answer.headers().get("Content-Length")).isEqualTo("16");
        assertThat(answer.headers().get("X-Host")).isEqualTo("ran");
    }

    @Test
    void whatTheHostsCodeWritesArrivesAsItIsWritten() {
        CountDownLatch goOn = new CountDownLatch(1);
        HostCode code = call -> {
            call.head(200, "X-Host", "streams");
            OutputStream out = call.answer(-1);
            out.write("first".getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            Patience.await(goOn, "the client never said that it had the first part");
            write(out, "second");
        };
        if (!runHost(toHost(), code)) {
            return;
        }
        HttpSocket client = client().send(get("/x"));

        assertThat(client.head().headers().get("X-Host")).isEqualTo("streams");
        assertThat(client.chunk()).isEqualTo("first");
        goOn.countDown();

        assertThat(client.chunk()).isEqualTo("second");
        assertThat(client.chunk()).isNull();
    }

    @Test
    void aClientThatDoesNotReadHoldsTheHostsCodeUp() throws Exception {
        CompletableFuture<Void> written = new CompletableFuture<>();
        HostCode code = call -> {
            call.head(200, "X-Host", "much");
            OutputStream out = call.answer(MUCH);
            byte[] block = new byte[1 << 16];
            for (int count = 0; count < MUCH; count += block.length) {
                out.write(block);
            }
            written.complete(null);
            out.close();
        };
        if (!runHost(toHost(), code)) {
            return;
        }
        HttpSocket client = client().send(get("/x"));
        HttpSocket.Head head = client.head();

        assertThat(isDoneSoon(written))
                .as("all was taken, though nobody reads it")
                .isFalse();

        assertThat(client.content("GET", head).content()).hasSize(MUCH);
        written.get(Patience.millis(), TimeUnit.MILLISECONDS);
    }

    @Test
    void theHostsCodeReadsContentOfAnySize() {
        if (!runHost(toHost(), TELLS)) {
            return;
        }
        int size = 10 << 20;
        HttpSocket client = client().send(request("POST", "/x") + "Content-Length: " + size + "\r\n\r\n");
        for (int count = 0; count < size; count += 1 << 16) {
            client.send(new byte[1 << 16]);
        }

        assertThat(client.answer().content()).isEqualTo("POST /x null " + size);
    }

    @Test
    void theHostsCodeAnswersHeadWithoutContent() {
        if (!runHost(toHost(), TELLS)) {
            return;
        }
        HttpSocket client = client();

        HttpSocket.Answer answer = client.send(request("HEAD", "/x") + "\r\n").answer("HEAD");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers().get("X-Host")).isEqualTo("ran");
        assertThat(client.send(get("/y")).answer().content()).isEqualTo("GET /y null 0");
    }

    @Test
    void aFailureOfTheHostsCodeIsAnErrorThatFiltersSee() {
        Filter change = Filter.onResponse(response -> response.failure().isPresent()
                ? response.withHeader("X-Seen", response.failure().get().kind().code())
                : response);
        HostCode fails = call -> {
            throw new IOException("a secret of the host's");
        };
        if (!runHost(toHost(change), fails)) {
            return;
        }

        HttpSocket.Answer answer = client().send(get("/x")).answer();

        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.headers().get("X-Seen")).isEqualTo("filter-failed");
        assertThat(answer.content()).doesNotContain("secret");
    }

    @Test
    void aFailureOfTheHostsCodeDuringItsAnswerIsNotMadeToLookComplete() {
        HostCode fails = call -> {
            call.head(200, "X-Host", "fails");
            OutputStream out = call.answer(-1);
            out.write("part".getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            throw new IOException("broke off");
        };
        if (!runHost(toHost(), fails)) {
            return;
        }
        HttpSocket client = client().send(get("/x"));

        client.head();
        assertThat(client.chunk()).isEqualTo("part");

        assertThat(client.readToEnd().trim()).isEmpty();
    }

    @Test
    void theDeadlineIsKeptWhileTheHostsCodeRuns() {
        CountDownLatch answered = new CountDownLatch(1);
        HostCode late = call -> {
            Patience.await(answered, "the client has no answer");
            call.head(200, "X-Host", "late");
            write(call.answer(-1), "late");
        };
        Consumer<GatewayBuilder> settings = gateway -> gateway.route(
                "/**",
                route -> route.timeouts(t -> t.total(Duration.ofMillis(300))).toHost());
        if (!runHost(settings, late)) {
            return;
        }

        HttpSocket.Answer answer = client().send(get("/x")).answer();
        answered.countDown();

        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.headers().contains("X-Host")).isFalse();
    }

    @Test
    void whatNoRouteMatchesGoesToTheHostUntouchedIfItHasCodeOfItsOwn() {
        Filter marks = Filter.onResponse(response -> response.withHeader("X-Gateway", "1"));
        run(gateway -> gateway.filter(marks).route("/routed", route -> route.respond(Response.of(204))), TELLS);
        HttpSocket client = client();

        HttpSocket.Answer answer = client.send(
                        request("POST", "/else?x=1") + "X-Filter: mine\r\nContent-Length: 3\r\n\r\nabc")
                .answer();

        if (host().capabilities().toHost()) {
            assertThat(answer.content()).isEqualTo("POST /else?x=1 mine 3");
            assertThat(answer.headers().contains("X-Gateway")).isFalse();
        } else {
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.headers().get("Content-Type")).isEqualTo("application/problem+json");
            assertThat(answer.headers().get("X-Gateway")).isEqualTo("1");
        }
        assertThat(client.send(get("/routed")).answer().status()).isEqualTo(204);
    }
}
