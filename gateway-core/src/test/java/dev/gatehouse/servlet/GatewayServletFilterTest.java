package dev.gatehouse.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gatehouse.Filter;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What concerns the container around the filter: threads, other filters, dispatches, paths, broken connections. */
final class GatewayServletFilterTest extends ServletFixture {

    private static final Code UNUSED = (request, response) -> response.sendError(418);

    /** Dispatching to another thread would skip it, and with it perhaps the authorisation of the application. */
    @ParameterizedTest
    @EnumSource
    void aLaterFilterThatIsMappedForRequestsOnlyRunsAfterAFilterThatWaited(Container container) throws Exception {
        List<String> ran = new ArrayList<>();
        start(
                container,
                toHost(waits()),
                setup -> setup.after((request, response, chain) -> {
                    ran.add("later filter, " + request.getDispatcherType());
                    chain.doFilter(request, response);
                }),
                (request, response) -> ran.add("servlet, " + request.getDispatcherType()));

        assertThat(get("/host/x")).startsWith("HTTP/1.1 200").contains("X-Gateway: 1");

        assertThat(ran).containsExactly("later filter, REQUEST", "servlet, REQUEST");
    }

    @ParameterizedTest
    @EnumSource
    void theHostsCodeRunsOnTheContainersThreadThatTheFilterWasCalledOn(Container container) throws Exception {
        AtomicReference<Thread> before = new AtomicReference<>();
        AtomicReference<Thread> servlet = new AtomicReference<>();
        start(
                container,
                toHost(waits()),
                setup -> setup.before((request, response, chain) -> {
                    before.set(Thread.currentThread());
                    chain.doFilter(request, response);
                }),
                (request, response) -> servlet.set(Thread.currentThread()));

        get("/host/x");

        assertThat(servlet.get()).isSameAs(before.get());
    }

    @ParameterizedTest
    @EnumSource
    void anUnmatchedRequestPassesUntouched(Container container) throws Exception {
        List<ServletRequest> requests = new ArrayList<>();
        List<ServletResponse> responses = new ArrayList<>();
        start(
                container,
                gateway -> gateway.route("/other", route -> route.respond(Response.of(204))),
                setup -> setup.before((request, response, chain) -> {
                            requests.add(request);
                            responses.add(response);
                            chain.doFilter(request, response);
                        })
                        .after((request, response, chain) -> {
                            requests.add(request);
                            responses.add(response);
                            chain.doFilter(request, response);
                        }),
                (request, response) -> response.getWriter().print(request.isAsyncStarted()));

        assertThat(get("/x")).endsWith("false");

        assertThat(requests.get(1)).isSameAs(requests.get(0));
        assertThat(responses.get(1)).isSameAs(responses.get(0));
    }

    @ParameterizedTest
    @EnumSource
    void requestsThatWaitForAnAnswerHoldNoThread(Container container) throws Exception {
        int requests = 60;
        CompletableFuture<Response> answer = new CompletableFuture<>();
        CountDownLatch arrived = new CountDownLatch(requests);
        start(
                container,
                gateway -> gateway.route(
                        "/waits",
                        route -> route.handle((request, exchange) -> {
                            arrived.countDown();
                            return answer.thenApply(given -> Response.text(200, "late"));
                        })),
                setup -> setup.threads(12),
                UNUSED);
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            Socket client = keep(connect());
            client.getOutputStream()
                    .write("GET /waits HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            clients.add(client);
        }

        assertThat(arrived.await(10, TimeUnit.SECONDS))
                .as("all are served at once")
                .isTrue();
        answer.complete(Response.of(200));

        for (Socket client : clients) {
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200")
                    .endsWith("late");
        }
    }

    @ParameterizedTest
    @EnumSource
    void routesMatchThePathWithinTheApplication(Container container) throws Exception {
        start(
                container,
                gateway -> gateway.route(
                        "/a/**",
                        route -> route.handle((request, exchange) -> Filter.answer(
                                Response.text(200, request.target().raw())))),
                setup -> setup.path("/app"),
                UNUSED);

        assertThat(get("/app/a/%7e?b=%20")).endsWith("/a/%7e?b=%20");
        assertThat(get("/app/a;v=1/../b")).startsWith("HTTP/1.1 400");
    }

    @ParameterizedTest
    @EnumSource
    void aContextPathThatIsSpelledInAnotherWayIsRefusedOrKnown(Container container) throws Exception {
        start(
                container,
                gateway -> gateway.route(
                        "/**",
                        route -> route.handle(
                                (request, exchange) -> Filter.answer(Response.text(200, "path " + request.path())))),
                setup -> setup.path("/app"),
                UNUSED);

        assertThat(get("/app/x")).endsWith("path /x");
        for (String other : List.of("/%61pp/x", "/y/../app/x", "/app;a=b/x")) {
            assertThat(get(other))
                    .as(other)
                    .satisfiesAnyOf(
                            answer -> assertThat(answer).endsWith("path /x"),
                            answer -> assertThat(answer).matches("(?s)HTTP/1.1 (400|404).*"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFilterThatMayNotBeAsynchronousSaysSo(Container container) throws Exception {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        start(
                container,
                gateway -> gateway.route("/x", route -> route.respond(Response.of(204))),
                setup -> setup.withoutAsync().before((request, response, chain) -> {
                    try {
                        chain.doFilter(request, response);
                    } catch (Exception thrown) {
                        failure.set(thrown);
                        throw thrown;
                    }
                }),
                UNUSED);

        assertThat(get("/x")).startsWith("HTTP/1.1 500");

        assertThat(failure.get()).hasMessageContaining("async-supported = true");
    }

    @ParameterizedTest
    @EnumSource
    void forwardsOfTheApplicationPassTheGatewayBy(Container container) throws Exception {
        start(
                container,
                gateway -> gateway.route("/forwarded", route -> route.respond(Response.text(200, "by the gateway"))),
                setup -> setup.mappedFor(DispatcherType.REQUEST, DispatcherType.FORWARD),
                (request, response) -> {
                    if (request.getRequestURI().equals("/first")) {
                        request.getRequestDispatcher("/forwarded").forward(request, response);
                    } else {
                        response.getWriter().print("by the servlet");
                    }
                });

        assertThat(get("/first")).endsWith("by the servlet");
        assertThat(get("/forwarded")).endsWith("by the gateway");
    }

    @ParameterizedTest
    @EnumSource
    void headersOfEarlierFiltersStay(Container container) throws Exception {
        start(
                container,
                gateway -> {
                    gateway.route(
                            "/x",
                            route -> route.respond(Response.text(200, "ok").withHeader("X-Both", "gateway")));
                    toHost().accept(gateway);
                },
                setup -> setup.before((request, response, chain) -> {
                    ((jakarta.servlet.http.HttpServletResponse) response).setHeader("X-Before", "1");
                    ((jakarta.servlet.http.HttpServletResponse) response).setHeader("X-Both", "before");
                    chain.doFilter(request, response);
                }),
                (request, response) -> {
                    if (request.getRequestURI().endsWith("fails")) {
                        throw new IllegalStateException("as asked for");
                    }
                });

        assertThat(get("/x")).contains("X-Before: 1", "X-Both: gateway").doesNotContain("X-Both: before");
        assertThat(get("/host/x")).contains("X-Before: 1", "X-Both: before");
        assertThat(get("/host/fails"))
                .startsWith("HTTP/1.1 500")
                .contains("X-Before: 1", "application/problem+json")
                .containsOnlyOnce("\r\nDate:");
    }

    @ParameterizedTest
    @EnumSource
    void aBrokenOffResponseLeavesNoConnectionAndRunsNoCode(Container container) throws Exception {
        List<String> ran = new ArrayList<>();
        for (long length : new long[] {-1, 1000}) {
            Feed feed = new Feed();
            start(
                    container,
                    gateway -> gateway.route(
                            "/x",
                            route -> route.handle((request, exchange) ->
                                    Filter.answer(Response.of(200, Headers.empty(), Body.of(feed, length))))),
                    setup -> setup,
                    (request, response) -> ran.add("servlet"));
            try (Socket client = connect()) {
                client.getOutputStream()
                        .write("GET /x HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                feed.give(Chunk.of(ByteBuffer.wrap("part".getBytes(StandardCharsets.US_ASCII)), false));
                String head = "";
                while (!head.contains("part")) {
                    head += (char) client.getInputStream().read();
                }
                feed.give(Chunk.failed(new IOException("broken")));

                assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).trim())
                        .isEmpty();
            }
            await().until(() -> running().connections().getAsInt() == 0);
        }
        assertThat(ran).isEmpty();
    }

    /** Content that a test gives piece by piece. */
    private static final class Feed implements Body.Source {

        private final List<Chunk> chunks = new ArrayList<>();
        private Runnable waiting;

        void give(Chunk chunk) {
            Runnable reader;
            synchronized (this) {
                chunks.add(chunk);
                reader = waiting;
                waiting = null;
            }
            if (reader != null) {
                reader.run();
            }
        }

        @Override
        public synchronized Chunk read() {
            return chunks.isEmpty() ? null : chunks.remove(0);
        }

        @Override
        public void demand(Runnable onAvailable) {
            synchronized (this) {
                if (chunks.isEmpty()) {
                    waiting = onAvailable;
                    return;
                }
            }
            onAvailable.run();
        }

        @Override
        public void cancel(Throwable reason) {}
    }
}
