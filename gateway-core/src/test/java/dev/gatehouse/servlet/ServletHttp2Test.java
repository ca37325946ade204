package dev.gatehouse.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.Filter;
import dev.gatehouse.GatewayBuilder;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.jetty.client.JettyTransport;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The filter in containers that speak HTTP/2 in clear text. */
final class ServletHttp2Test extends ServletFixture {

    private final Transport client = keep(JettyTransport.create());

    @SuppressWarnings("UnnecessaryLambda") // a configuration, read like one
    private static final Consumer<GatewayBuilder> TELLS = gateway -> gateway.route(
            "/**",
            route -> route.handle((request, exchange) -> {
                long length = request.body().length();
                return request.body()
                        .bytes(1000)
                        .thenApply(bytes -> Response.text(
                                200,
                                String.join(
                                        " ",
                                        request.connection().protocol(),
                                        request.method(),
                                        request.authority(),
                                        request.target().raw(),
                                        "length " + length,
                                        new String(bytes, StandardCharsets.US_ASCII),
                                        request.body().trailers().first("X-Sum").orElse("-"))));
            }));

    private void start(Container container, Consumer<GatewayBuilder> settings) throws Exception {
        start(container, settings, Container.Setup::http2, (request, response) -> {
            byte[] content = request.getInputStream().readAllBytes();
            response.setHeader("Connection", "close");
            response.getOutputStream().print(request.getProtocol() + " servlet " + content.length);
        });
    }

    private CompletableFuture<Response> send(Request.Builder request) {
        CompletableFuture<Response> answer = new CompletableFuture<>();
        Duration limit = Duration.ofSeconds(10);
        client.send(
                new Call(
                        Endpoint.of("http://127.0.0.1:" + running().port()),
                        request.authority("example.org").build(),
                        Call.Protocol.HTTP_2,
                        limit,
                        limit),
                new Transport.Callback() {
                    @Override
                    public void response(Response response) {
                        answer.complete(response);
                    }

                    @Override
                    public void failed(GatewayException failure) {
                        answer.completeExceptionally(failure);
                    }
                });
        return answer;
    }

    private String text(Request.Builder request) throws Exception {
        return new String(
                send(request)
                        .thenCompose(response -> response.body().bytes(1000))
                        .get(10, TimeUnit.SECONDS),
                StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @EnumSource
    void aRequestWithoutContentHasNone(Container container) throws Exception {
        start(container, TELLS);

        assertThat(text(Request.get("/a%20b?c"))).isEqualTo("HTTP/2.0 GET example.org /a%20b?c length 0  -");
    }

    @ParameterizedTest
    @EnumSource
    void contentOfKnownAndUnknownLengthArrives(Container container) throws Exception {
        start(container, TELLS);

        assertThat(text(Request.builder("POST", "/x").body(Body.of("known"))))
                .isEqualTo("HTTP/2.0 POST example.org /x length 5 known -");
        assertThat(text(Request.builder("POST", "/x").body(Body.of(new Once(Chunk.end()), -1))))
                .isEqualTo("HTTP/2.0 POST example.org /x length -1 unknown -");
    }

    @ParameterizedTest
    @EnumSource
    void aResponseThatBreaksOffResetsItsStreamOnly(Container container) throws Exception {
        start(
                container,
                gateway -> gateway.route(
                                "/broken",
                                route -> route.handle((request, exchange) -> Filter.answer(Response.of(
                                        200,
                                        Headers.empty(),
                                        Body.of(new Once(Chunk.failed(new IllegalStateException("broken"))), -1)))))
                        .route("/sound", route -> route.respond(Response.text(200, "sound"))));

        assertThatThrownBy(() -> text(Request.get("/broken"))).hasRootCauseInstanceOf(Exception.class);
        assertThat(text(Request.get("/sound"))).isEqualTo("sound");
    }

    @ParameterizedTest
    @EnumSource
    void theHostsCodeAnswersWithoutHeadersOfTheConnection(Container container) throws Exception {
        start(
                container,
                gateway -> gateway.route("/**", route -> route.filter(waits()).toHost()));

        assertThat(text(Request.builder("POST", "/x").body(Body.of("known")))).isEqualTo("HTTP/2.0 servlet 5");
        assertThat(text(Request.get("/x"))).isEqualTo("HTTP/2.0 servlet 0");
    }

    /** The text "unknown", and then an end. */
    private static final class Once implements Body.Source {

        private final Chunk end;
        private boolean given;

        Once(Chunk end) {
            this.end = end;
        }

        @Override
        public Chunk read() {
            if (given) {
                return end;
            }
            given = true;
            return Chunk.of(ByteBuffer.wrap("unknown".getBytes(StandardCharsets.US_ASCII)), false);
        }

        @Override
        public void demand(Runnable onAvailable) {
            onAvailable.run();
        }

        @Override
        public void cancel(Throwable reason) {}
    }
}
