package dev.gatehouse.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.host.HostExchange;
import dev.gatehouse.host.HostExchange.HostCallback;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestTarget;
import dev.gatehouse.http.Response;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;

/** Routes that end in the wrapped handler. */
class HostCodeTest {

    private static final String GET = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void theHandlersResponseCanBeChangedBeforeItIsSent() throws Exception {
        Code code = (request, response, callback) -> {
            response.setStatus(201);
            response.getHeaders().put("X-App", "1");
            response.getHeaders().put("X-Secret", "2");
            Content.Sink.write(response, true, "created", callback);
        };
        try (JettyHost host = toHost(
                        request -> request,
                        response -> response.withStatus(202)
                                .withoutHeader("X-Secret")
                                .withHeader("X-Filter", "3"),
                        code);
                RawClient client = host.connect()) {
            assertThat(client.send(GET).head())
                    .startsWith("HTTP/1.1 202")
                    .contains("X-App: 1", "X-Filter: 3", "Content-Length: 7")
                    .doesNotContain("X-Secret");
            assertThat(client.until("created")).isEqualTo("created");
            assertThat(client.send(GET).head()).startsWith("HTTP/1.1 202");
        }
    }

    @Test
    void theHandlerSeesTheRequestAsTheFiltersLeftIt() throws Exception {
        Code code = (request, response, callback) -> {
            String seen = request.getMethod()
                    + ' '
                    + request.getHttpURI().getPathQuery()
                    + ' '
                    + request.getHeaders().get("X-User")
                    + ' '
                    + request.getHeaders().get("Cookie")
                    + ' '
                    + request.getLength()
                    + ' '
                    + Content.Source.asString(request);
            Content.Sink.write(response, true, seen + '!', callback);
        };
        try (JettyHost host = toHost(
                        request -> request.withMethod("PUT")
                                .withTarget(RequestTarget.parse("/y?z=1"))
                                .withHeader("X-User", "ann")
                                .withoutHeader("Cookie")
                                .withBody(Body.of("other")),
                        response -> response,
                        code);
                RawClient client = host.connect()) {
            client.send("POST /x HTTP/1.1\r\nHost: a\r\nCookie: c\r\nContent-Length: 2\r\n\r\nab");
            assertThat(client.until("!")).endsWith("\r\n\r\nPUT /y?z=1 ann null 5 other!");
        }
    }

    @Test
    void contentAndTrailersPassThroughTheHandlerUnchanged() throws Exception {
        Code code = (request, response, callback) -> {
            String text = Content.Source.asString(request);
            String sum = request.getTrailers().get("X-Sum");
            response.setTrailersSupplier(() -> HttpFields.build().add("X-Sum", sum + "1"));
            response.write(false, ByteBuffer.wrap(text.getBytes(ISO_8859_1)), callback);
        };
        try (JettyHost host = toHost(request -> request, response -> response, code);
                RawClient client = host.connect()) {
            client.send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "4\r\nping\r\n0\r\nX-Sum: 7\r\n\r\n");
            assertThat(client.until("\r\nX-Sum: 71\r\n\r\n")).contains("4\r\nping\r\n0\r\n");
        }
    }

    @Test
    void theClientsPaceReachesAHandlerThatBlocks() throws Exception {
        AtomicInteger written = new AtomicInteger();
        byte[] block = new byte[1_000_000];
        Code code = (request, response, callback) -> {
            OutputStream out = Content.Sink.asOutputStream(response);
            for (int i = 0; i < 100; i++) {
                out.write(block);
                written.incrementAndGet();
            }
            out.close();
            callback.succeeded();
        };
        try (JettyHost host = toHost(request -> request, response -> response, code);
                RawClient client = host.connect()) {
            client.send(GET).head();
            client.settle(written::get);
            assertThat(written.get()).isLessThan(50);
            assertThat(client.rest(100_000_000)).isTrue();
        }
    }

    @Test
    void aHandlerWhoseClientIsGoneIsToldByItsWrites() throws Exception {
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        Code code = (request, response, callback) -> {
            try (OutputStream out = Content.Sink.asOutputStream(response)) {
                while (true) {
                    out.write(new byte[100_000]);
                }
            } catch (java.io.IOException failure) {
                told.complete(failure);
                callback.failed(failure);
            }
        };
        try (JettyHost host = toHost(request -> request, response -> response, code);
                RawClient client = host.connect()) {
            client.send(GET).head();
            client.reset();
            assertThat(told.get(5, SECONDS)).isNotNull();
        }
    }

    @Test
    void aHandlerThatThrowsFailsTheExchange() throws Exception {
        Code code = (request, response, callback) -> {
            throw new IllegalStateException("secret");
        };
        try (JettyHost host = toHost(request -> request, response -> response, code);
                RawClient client = host.connect()) {
            assertThat(client.send(GET).until("!")).startsWith("HTTP/1.1 500").endsWith("IllegalStateException!");
        }
    }

    @Test
    void aStatusThatAHandlerThrowsIsItsAnswer() throws Exception {
        Code code = (request, response, callback) -> {
            throw new HttpException.RuntimeException(418);
        };
        try (JettyHost host = toHost(request -> request, response -> response.withHeader("X-Filter", "3"), code);
                RawClient client = host.connect()) {
            assertThat(client.send(GET).head()).startsWith("HTTP/1.1 418").contains("X-Filter: 3");
        }
    }

    @Test
    void aHandlerThatDeclinesMeansNotFound() throws Exception {
        try (JettyHost host = JettyHost.of(
                        serving(request -> request, response -> response.withHeader("X-Filter", "3")),
                        settings -> settings.handler(new Handler.Abstract() {
                            @Override
                            public boolean handle(
                                    org.eclipse.jetty.server.Request request,
                                    org.eclipse.jetty.server.Response response,
                                    Callback callback) {
                                return false;
                            }
                        }));
                RawClient client = host.connect()) {
            assertThat(client.send(GET).head()).startsWith("HTTP/1.1 404").contains("X-Filter: 3");
        }
    }

    @Test
    void aHandlerThatBreaksOffAfterItsHeadersAbortsTheStream() throws Exception {
        Code code = (request, response, callback) -> response.write(
                false,
                ByteBuffer.wrap(new byte[] {'p'}),
                Callback.from(() -> callback.failed(new java.io.IOException("broke off"))));
        try (JettyHost host = toHost(request -> request, response -> response, code);
                RawClient client = host.connect()) {
            assertThat(client.send(GET).rest()).startsWith("HTTP/1.1 200").endsWith("1\r\np");
        }
    }

    @Test
    void aFilterMayAnswerInsteadOfTheHandler() throws Exception {
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        Code code = (request, response, callback) ->
                Content.Sink.write(response, true, "theirs", Callback.from(callback, told::complete));
        try (JettyHost host = toHost(
                        request -> request,
                        response -> {
                            response.body().cancel(new IllegalStateException("replaced"));
                            return Response.text(200, "ours");
                        },
                        code);
                RawClient client = host.connect()) {
            assertThat(client.send(GET).until("ours")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aHandlerMayResetWhatItHasNotSent() throws Exception {
        Code code = (request, response, callback) -> {
            response.setStatus(500);
            response.getHeaders().put("X-Wrong", "1");
            response.reset();
            assertThat(response.isCommitted()).isFalse();
            callback.succeeded();
        };
        try (JettyHost host = toHost(request -> request, response -> response, code);
                RawClient client = host.connect()) {
            assertThat(client.send(GET).head())
                    .startsWith("HTTP/1.1 200")
                    .contains("Content-Length: 0", "Date: ")
                    .doesNotContain("X-Wrong");
        }
    }

    @Test
    void aSecondEndIsIgnoredAndASecondWriteIsNot() throws Exception {
        CompletableFuture<Throwable> second = new CompletableFuture<>();
        Code code = (request, response, callback) ->
                response.write(true, ByteBuffer.wrap(new byte[] {'x'}), Callback.from(() -> {
                    response.write(true, null, Callback.NOOP);
                    response.write(true, ByteBuffer.wrap(new byte[] {'y'}), Callback.from(() -> {}, second::complete));
                    callback.succeeded();
                }));
        try (JettyHost host = toHost(request -> request, response -> response, code);
                RawClient client = host.connect()) {
            assertThat(client.send(GET).until("x")).startsWith("HTTP/1.1 200");
            assertThat(second.get(5, SECONDS)).isInstanceOf(IllegalStateException.class);
        }
    }

    /** What the host's own code is in a test. */
    interface Code {
        void run(
                org.eclipse.jetty.server.Request request, org.eclipse.jetty.server.Response response, Callback callback)
                throws Exception;
    }

    static Handler handler(Code code) {
        return new Handler.Abstract() {
            @Override
            public boolean handle(
                    org.eclipse.jetty.server.Request request,
                    org.eclipse.jetty.server.Response response,
                    Callback callback)
                    throws Exception {
                code.run(request, response, callback);
                return true;
            }
        };
    }

    private static JettyHost toHost(UnaryOperator<Request> before, UnaryOperator<Response> after, Code code) {
        return JettyHost.of(serving(before, after), settings -> settings.handler(handler(code)));
    }

    private static BiConsumer<Request, HostExchange> serving(
            UnaryOperator<Request> before, UnaryOperator<Response> after) {
        return (request, exchange) -> exchange.toHost(before.apply(request), new HostCallback() {
            @Override
            public void response(Response response) {
                exchange.respond(after.apply(response), failure -> {});
            }

            @Override
            public void failed(Throwable failure) {
                exchange.respond(Response.text(500, failure.getClass().getSimpleName() + '!'), ended -> {});
            }
        });
    }
}
