package dev.gatehouse.jdkserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.Completion;
import dev.gatehouse.ConfigurationException;
import dev.gatehouse.Exchange;
import dev.gatehouse.Filter;
import dev.gatehouse.Gateway;
import dev.gatehouse.GatewayBuilder;
import dev.gatehouse.GatewayListener;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is particular to the JDK's server; what every host must do is told by the contract in the test kit. */
final class JdkServerTest {

    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private final Threads threads = new Threads();
    private HttpServer server;

    /** The server's threads, and whether one came back with an interrupt that was for an exchange. */
    private static final class Threads extends ThreadPoolExecutor {

        private final AtomicBoolean interrupted = new AtomicBoolean();

        Threads() {
            super(8, 8, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>());
        }

        @Override
        protected void afterExecute(Runnable task, Throwable thrown) {
            if (Thread.currentThread().isInterrupted()) {
                interrupted.set(true);
            }
        }
    }

    @AfterEach
    void closeEverything() throws Exception {
        while (!resources.isEmpty()) {
            resources.pop().close();
        }
        threads.shutdownNow();
    }

    private Gateway gateway(Consumer<GatewayBuilder> settings) {
        GatewayBuilder builder = Gateway.builder();
        settings.accept(builder);
        Gateway gateway = builder.build();
        resources.push(() -> gateway.close(Duration.ZERO));
        return gateway;
    }

    private HttpContext start(String path) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        HttpContext context = server.createContext(path);
        resources.push(() -> server.stop(0));
        server.start();
        return context;
    }

    private void startFilter(Consumer<GatewayBuilder> settings, HttpHandler handler) throws IOException {
        GatewayHttpFilter filter = GatewayHttpFilter.of(gateway(settings));
        HttpContext context = start("/");
        context.getFilters().add(filter);
        context.setHandler(handler);
    }

    private static Consumer<GatewayBuilder> toHost(Filter... filters) {
        return gateway -> gateway.route("/**", route -> {
            for (Filter filter : filters) {
                route.filter(filter);
            }
            route.toHost();
        });
    }

    private Socket connect() throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.getAddress().getPort());
        socket.setSoTimeout(10_000);
        resources.push(socket);
        return socket;
    }

    private Socket send(String request) throws IOException {
        Socket socket = connect();
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    /** Everything up to the end of the connection. */
    private String get(String target) throws IOException {
        return all(send("GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    }

    private static String all(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void aHandlerHasNoCodeForRoutesThatEndInTheHost() {
        Gateway gateway = gateway(toHost());

        assertThatThrownBy(() -> GatewayHttpHandler.of(gateway))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("toHost()");
    }

    @Test
    void routesMatchTheWholePathAlsoWithinAContext() throws IOException {
        GatewayHttpHandler handler = GatewayHttpHandler.of(gateway(
                gateway -> gateway.route("/app/x", route -> route.respond(Response.text(200, "matched")))));
        start("/app").setHandler(handler);

        assertThat(get("/app/x")).endsWith("matched");
        assertThat(get("/app/y")).startsWith("HTTP/1.1 404").contains("application/problem+json");
    }

    /** This server does not know trailers and would take what follows them for the next request. */
    @Test
    void aConnectionEndsWithARequestInChunks() throws IOException {
        startFilter(
                gateway -> gateway.route(
                        "/**",
                        route -> route.handle((request, exchange) -> request.body()
                                .bytes(100)
                                .thenApply(bytes -> Response.text(200, "got " + bytes.length)))),
                unused());

        String answers =
                all(send("POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
                        + "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"));

        assertThat(answers)
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("\r\nConnection: close\r\n")
                .endsWith("got 3");
    }

    /** What follows a malformed message may begin where this server thinks, or elsewhere. */
    @Test
    void aConnectionEndsWithAMalformedRequest() throws IOException {
        startFilter(gateway -> gateway.route("/**", route -> route.respond(Response.text(200, "reached"))), unused());

        String answers = all(send("GET /1 HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"));

        assertThat(answers).startsWith("HTTP/1.1 400").doesNotContain("reached");
    }

    @Test
    void theAnswerToAnUploadThatStallsDoesNotWaitForIt() throws IOException {
        startFilter(
                gateway -> gateway.route(
                        "/**",
                        route -> route.handle((request, exchange) -> {
                            CompletableFuture<Response> answer = new CompletableFuture<>();
                            request.body().demand(() -> {
                                var first = request.body().read();
                                first.release();
                                request.body().demand(() -> {}); // blocks the thread of the exchange
                                CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS)
                                        .execute(() -> answer.complete(Response.text(200, "early")));
                            });
                            return answer;
                        })),
                unused());

        Socket client = send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nsome");

        assertThat(until(client, "early")).startsWith("HTTP/1.1 200");
    }

    /** The three ways to wait for a client: after an answer of known length, after one in chunks, and in a read. */
    @Test
    void aClientThatStopsSendingHoldsNeitherItsAnswerNorTheExchangeForLong() throws Exception {
        CompletableFuture<Response> whileReading = new CompletableFuture<>();
        BlockingQueue<String> complete = new LinkedBlockingQueue<>();
        startFilter(
                gateway -> gateway.listener(new GatewayListener() {
                            @Override
                            public void onCompletion(Exchange exchange, Completion completion) {
                                complete.add(exchange.request().target().raw());
                            }
                        })
                        .route("/known", route -> route.respond(Response.text(200, "known")))
                        .route(
                                "/open",
                                route -> route.handle((request, exchange) -> CompletableFuture.completedFuture(
                                        Response.of(200, Headers.empty(), open("chunks")))))
                        .route(
                                "/reading",
                                route -> route.handle((request, exchange) -> {
                                    request.body().demand(() -> {
                                        request.body().read().release();
                                        request.body().demand(() -> {}); // blocks the thread of the exchange
                                        CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS)
                                                .execute(() -> whileReading.complete(
                                                        Response.of(200, Headers.empty(), open("read"))));
                                    });
                                    return whileReading;
                                })),
                unused());

        Socket known = send("POST /known HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nsome");
        Socket open = send("POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nsome");
        Socket reading = send("POST /reading HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nsome");

        for (int i = 0; i < 3; i++) {
            assertThat(complete.poll(3, TimeUnit.SECONDS))
                    .as("told before the client's time is over")
                    .isNotNull();
        }
        assertThat(all(known)).startsWith("HTTP/1.1 200").endsWith("known");
        assertThat(all(open)).startsWith("HTTP/1.1 200").endsWith("6\r\nchunks\r\n0\r\n\r\n");
        assertThat(all(reading)).startsWith("HTTP/1.1 200").endsWith("4\r\nread\r\n0\r\n\r\n");
        await().until(() -> threads.getActiveCount() == 0);
        assertThat(threads.interrupted).isFalse();
    }

    @Test
    void anAnswerThatBreaksOffEndsAConnectionWhoseUploadStalls() throws Exception {
        PushedContent answer = new PushedContent("part");
        startFilter(
                gateway -> gateway.route(
                        "/**",
                        route -> route.handle((request, exchange) -> {
                            request.body().demand(() -> {
                                request.body().read().release();
                                request.body().demand(() -> {}); // blocks the thread of the exchange
                            });
                            return CompletableFuture.completedFuture(
                                    Response.of(200, Headers.empty(), Body.of(answer, -1)));
                        })),
                unused());
        Socket client = send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nsome");
        until(client, "part");

        answer.fail(new IOException("the upstream is gone"));

        client.setSoTimeout(3_000); // less than the time of a client whose answer is complete
        assertThat(all(client)).isEqualTo("\r\n");
        await().until(() -> threads.getActiveCount() == 0);
        assertThat(threads.interrupted).isFalse();
    }

    private static Body open(String text) {
        return Body.of(new PushedContent(text).end(), -1);
    }

    /** Some text, and then what the test says. */
    private static final class PushedContent implements Body.Source {

        private final Deque<Chunk> chunks = new ArrayDeque<>();
        private Runnable waiting = () -> {};

        PushedContent(String text) {
            chunks.add(Chunk.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), false));
        }

        synchronized PushedContent end() {
            chunks.add(Chunk.end());
            return this;
        }

        void fail(Throwable failure) {
            Runnable reader;
            synchronized (this) {
                chunks.add(Chunk.failed(failure));
                reader = waiting;
                waiting = () -> {};
            }
            reader.run();
        }

        @Override
        public synchronized Chunk read() {
            return chunks.poll();
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
        public void cancel(Throwable reason) {
            fail(reason);
        }
    }

    @Test
    void anExchangeThatThreadsAreShortForWaitsForNobody() throws IOException {
        startFilter(
                gateway -> gateway.route(
                        "/**",
                        route -> route.filter(Filter.blocking((request, next) -> next.proceed(request)))
                                .respond(Response.text(200, "ok"))),
                unused());

        for (int i = 0; i < 30; i++) {
            assertThat(get("/" + i)).endsWith("ok");
        }
    }

    @Test
    void aHandlerMayLeaveItsWorkToAnotherThread() throws IOException {
        Filter mark = Filter.onResponse(response -> response.withHeader("X-Gateway", "1"));
        startFilter(
                toHost(mark),
                exchange -> CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS)
                        .execute(() -> {
                            try {
                                exchange.sendResponseHeaders(200, 0);
                                exchange.getResponseBody().write("later".getBytes(StandardCharsets.US_ASCII));
                                exchange.close();
                            } catch (IOException failure) {
                                throw new IllegalStateException(failure);
                            }
                        }));

        assertThat(get("/x")).containsIgnoringCase("X-Gateway: 1").contains("5\r\nlater\r\n0\r\n");
    }

    @Test
    void aHandlerSeesTheRequestAsTheFiltersLeftIt() throws IOException {
        Filter changes = Filter.onRequest(request -> request.withMethod("PUT")
                .withHeader("X-Filter", "1")
                .withTarget(request.target().withRawPath("/other").withRawQuery("a=%20"))
                .withBody(Body.of("replaced")));
        AtomicReference<Object> attribute = new AtomicReference<>();
        startFilter(toHost(changes), exchange -> {
            assertThat(exchange.getRequestMethod()).isEqualTo("PUT");
            assertThat(exchange.getRequestURI()).hasToString("/other?a=%20");
            assertThat(exchange.getRequestHeaders().getFirst("X-Filter")).isEqualTo("1");
            assertThat(exchange.getRequestHeaders().getFirst("Content-Length")).isEqualTo("8");
            assertThat(exchange.getRemoteAddress().getAddress()).isEqualTo(InetAddress.getLoopbackAddress());
            assertThat(exchange.getLocalAddress().getPort())
                    .isEqualTo(server.getAddress().getPort());
            assertThat(exchange.getProtocol()).isEqualTo("HTTP/1.1");
            assertThat(exchange.getPrincipal()).isNull();
            assertThat(exchange.getHttpContext().getPath()).isEqualTo("/");
            exchange.setAttribute("key", "value");
            attribute.set(exchange.getAttribute("key"));
            String text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(201, text.length());
            assertThat(exchange.getResponseCode()).isEqualTo(201);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(text.getBytes(StandardCharsets.US_ASCII));
            }
        });

        assertThat(get("/x")).startsWith("HTTP/1.1 201").endsWith("replaced");
        assertThat(attribute.get()).isEqualTo("value");
    }

    @Test
    void aHandlerMayWrapItsStreams() throws IOException {
        startFilter(toHost(), exchange -> {
            InputStream in = exchange.getRequestBody();
            OutputStream out = exchange.getResponseBody();
            exchange.setStreams(null, new java.io.FilterOutputStream(out) {
                @Override
                public void write(int value) throws IOException {
                    super.write(Character.toUpperCase(value));
                }
            });
            exchange.setStreams(in, null);
            exchange.sendResponseHeaders(200, 5);
            exchange.getResponseBody().write("shout".getBytes(StandardCharsets.US_ASCII));
            exchange.close();
        });

        assertThat(get("/x")).endsWith("SHOUT");
    }

    @Test
    void aHandlerThatEndsTooEarlyBreaksItsAnswerOff() throws IOException {
        startFilter(toHost(), exchange -> {
            exchange.sendResponseHeaders(200, 10);
            exchange.getResponseBody().write("short".getBytes(StandardCharsets.US_ASCII));
            exchange.getResponseBody().flush();
            exchange.close();
        });

        assertThat(get("/x")).containsIgnoringCase("Content-length: 10").endsWith("short");
    }

    @Test
    void aHandlerThatAnswersTwiceOrNotAtAllIsAnError() throws IOException {
        AtomicReference<Throwable> second = new AtomicReference<>();
        startFilter(toHost(), exchange -> {
            if (exchange.getRequestURI().getPath().equals("/twice")) {
                exchange.sendResponseHeaders(204, -1);
                try {
                    exchange.sendResponseHeaders(200, -1);
                } catch (IOException refused) {
                    second.set(refused);
                }
            } else if (exchange.getRequestURI().getPath().equals("/odd")) {
                exchange.sendResponseHeaders(700, -1);
            }
            exchange.close();
        });

        assertThat(get("/twice")).startsWith("HTTP/1.1 204");
        assertThat(second.get()).hasMessage("headers already sent");
        assertThat(get("/none")).startsWith("HTTP/1.1 500");
        assertThat(get("/odd")).startsWith("HTTP/1.1 500");
    }

    /** The server runs it behind all filters, and knows only exchanges of its own. */
    @Test
    void aContextWithAnAuthenticatorRefusesRoutesThatEndInTheHost() throws IOException {
        AtomicReference<HttpExchange> ran = new AtomicReference<>();
        startFilter(
                gateway -> gateway.route("/host", route -> route.toHost())
                        .route("/here", route -> route.respond(Response.text(200, "here"))),
                ran::set);
        HttpContext open = server.createContext("/guarded", exchange -> {});
        open.getFilters().add(GatewayHttpFilter.of(gateway(toHost())));
        open.setAuthenticator(new BasicAuthenticator("realm") {
            @Override
            public boolean checkCredentials(String user, String password) {
                return true;
            }
        });

        assertThat(get("/here")).endsWith("here");
        assertThat(get("/guarded/x")).startsWith("HTTP/1.1 500").contains("application/problem+json");
        assertThat(ran.get()).isNull();
    }

    private static HttpHandler unused() {
        return exchange -> exchange.sendResponseHeaders(418, -1);
    }

    private static String until(Socket socket, String mark) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(mark) < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("closed after " + text);
            }
            text.append((char) next);
        }
        return text.toString();
    }
}
