package dev.gatehouse.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.Invocable;
import org.junit.jupiter.api.Test;

class GatewayHandlerTest {

    private static final String GET = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

    @SuppressWarnings("UnnecessaryLambda")
    private static final BiConsumer<Request, HostExchange> PASS_ON = (request, exchange) -> exchange.passOn();

    @Test
    void unmatchedRequestsGoToTheWrappedHandlerUntouched() throws Exception {
        HostCodeTest.Code code = (request, response, callback) ->
                Content.Sink.write(response, true, Content.Source.asString(request) + '!', callback);
        try (JettyHost host = JettyHost.of(PASS_ON, settings -> settings.handler(HostCodeTest.handler(code)))) {
            try (RawClient client = host.connect()) {
                client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nping");
                assertThat(client.until("ping!")).startsWith("HTTP/1.1 200");
            }
            try (Http2Peer peer = new Http2Peer(host.server().port())) {
                Http2Peer.Exchange exchange = peer.send("POST", "a", "/x", HttpFields.EMPTY, false);
                exchange.data("pi", false).data("ng", true);
                assertThat(exchange.next()).isEqualTo("200");
                assertThat(exchange.next()).isEqualTo("ping!");
            }
        }
    }

    @Test
    void unmatchedRequestsMayBePassedOnLater() throws Exception {
        HostCodeTest.Code code = (request, response, callback) -> Content.Sink.write(response, true, "own!", callback);
        Executor later = CompletableFuture.delayedExecutor(20, MILLISECONDS);
        try (JettyHost host = JettyHost.of(
                        (request, exchange) -> later.execute(exchange::passOn),
                        settings -> settings.handler(HostCodeTest.handler(code)));
                RawClient client = host.connect()) {
            assertThat(client.send(GET).until("own!")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aWrappedHandlerThatMayBlockNeverRunsOnAThreadThatMustNot() throws Exception {
        CompletableFuture<Thread> gateway = new CompletableFuture<>();
        HostCodeTest.Code code = (request, response, callback) -> {
            String where = Thread.currentThread() == gateway.get() ? "same" : "other";
            Content.Sink.write(response, true, where + '!', callback);
        };
        try (JettyHost host = JettyHost.of(
                        (request, exchange) -> {
                            gateway.complete(Thread.currentThread());
                            exchange.passOn();
                        },
                        settings -> settings.handler(HostCodeTest.handler(code)));
                RawClient client = host.connect()) {
            assertThat(client.send(GET).until("!")).endsWith("other!");
        }
    }

    @Test
    void aWrappedHandlerThatDoesNotBlockRunsOnTheSameThread() throws Exception {
        CompletableFuture<Thread> gateway = new CompletableFuture<>();
        Handler wrapped = new Handler.Abstract(Invocable.InvocationType.NON_BLOCKING) {
            @Override
            public boolean handle(
                    org.eclipse.jetty.server.Request request,
                    org.eclipse.jetty.server.Response response,
                    org.eclipse.jetty.util.Callback callback)
                    throws Exception {
                String where = Thread.currentThread() == gateway.get() ? "same" : "other";
                Content.Sink.write(response, true, where + '!', callback);
                return true;
            }
        };
        try (JettyHost host = JettyHost.of(
                        (request, exchange) -> {
                            gateway.complete(Thread.currentThread());
                            exchange.passOn();
                        },
                        settings -> settings.handler(wrapped));
                RawClient client = host.connect()) {
            assertThat(client.send(GET).until("!")).endsWith("same!");
        }
    }

    @Test
    void aFailureOfAWrappedHandlerIsItsServersToReport() throws Exception {
        HostCodeTest.Code code = (request, response, callback) -> {
            throw new IllegalStateException("own failure");
        };
        try (JettyHost host = JettyHost.of(PASS_ON, settings -> settings.handler(HostCodeTest.handler(code)));
                RawClient client = host.connect()) {
            assertThat(client.send(GET).head()).startsWith("HTTP/1.1 500");
        }
    }

    @Test
    void waitingForAnAnswerIsNotIdle() throws Exception {
        // The first request of a process loads classes, and Jetty's idle time counts while it does: not with the limit.
        try (JettyHost host = JettyHost.of((request, exchange) -> {
                    exchange.onClientGone(reason -> {});
                    exchange.respond(Response.of(204), failure -> {});
                });
                RawClient client = host.connect()) {
            assertThat(client.send(GET).head()).startsWith("HTTP/1.1 204");
        }
        Executor later = CompletableFuture.delayedExecutor(4_000, MILLISECONDS);
        CompletableFuture<Throwable> gone = new CompletableFuture<>();
        try (JettyHost host = JettyHost.of(
                        (request, exchange) -> {
                            exchange.onClientGone(gone::complete);
                            later.execute(() -> exchange.respond(Response.text(200, "late"), failure -> {}));
                        },
                        settings -> settings.idleTimeout(Duration.ofMillis(1_500)));
                RawClient client = host.connect()) {
            assertThat(client.send(GET).until("late")).startsWith("HTTP/1.1 200");
            assertThat(gone).isNotDone();
        }
    }

    @Test
    void aClientThatStopsSendingItsContentIsIdle() throws Exception {
        try (JettyHost host = JettyHost.of(
                        (request, exchange) -> request.body().bytes(100).exceptionally(failure -> {
                            exchange.respond(Response.text(408, "too slow"), ended -> {});
                            return new byte[0];
                        }),
                        settings -> settings.idleTimeout(Duration.ofMillis(100)));
                RawClient client = host.connect()) {
            client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\npi");
            assertThat(client.rest()).startsWith("HTTP/1.1 408").endsWith("too slow");
        }
    }

    @Test
    void dateAndServerAreTheResponsesOwn() throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server); // sends both by itself
        server.addConnector(connector);
        server.setHandler(new GatewayHandler(JettyHost.serving((request, exchange) -> {
            Headers own = Headers.of("Date", "Tue, 15 Nov 1994 08:12:31 GMT", "Server", "theirs", "X", "1", "X", "2");
            exchange.respond(
                    Response.of(200, request.path().equals("/own") ? own : Headers.empty(), Body.empty()),
                    failure -> {});
        })));
        server.start();
        try (RawClient client = new RawClient(connector.getLocalPort())) {
            String own = client.send("GET /own HTTP/1.1\r\nHost: a\r\n\r\n").head();
            assertThat(own.lines().filter(line -> line.startsWith("Date:")))
                    .containsExactly("Date: Tue, 15 Nov 1994 08:12:31 GMT");
            assertThat(own.lines().filter(line -> line.startsWith("Server:"))).containsExactly("Server: theirs");
            assertThat(own).contains("X: 1\r\nX: 2\r\n");
            String none = client.send("GET /none HTTP/1.1\r\nHost: a\r\n\r\n").head();
            assertThat(none.lines().filter(line -> line.startsWith("Date:"))).hasSize(1);
            assertThat(none).contains("Server: Jetty"); // as this server was set up
        } finally {
            server.stop();
        }
    }

    @Test
    void theTreeIsNonBlockingWhateverIsWrapped() throws Exception {
        GatewayHandler handler = new GatewayHandler(JettyHost.serving(PASS_ON));
        handler.setHandler(HostCodeTest.handler((request, response, callback) -> callback.succeeded()));
        assertThat(warnings(new Server(), handler)).isEmpty();
    }

    @Test
    void handlersThatMakeTheTreeBlockAreReportedAtStart() throws Exception {
        Handler blocking = new OftenBlocked();
        Handler.Sequence siblings = new Handler.Sequence(new GatewayHandler(JettyHost.serving(PASS_ON)), blocking);
        assertThat(warnings(new Server(), siblings))
                .contains(OftenBlocked.class.getName())
                .doesNotContain(GatewayHandler.class.getName() + ",");
    }

    private static final class OftenBlocked extends Handler.Abstract {

        @Override
        public boolean handle(
                org.eclipse.jetty.server.Request request,
                org.eclipse.jetty.server.Response response,
                org.eclipse.jetty.util.Callback callback) {
            return false;
        }
    }

    /** What is logged while a server starts; the logger of tests writes to standard error. */
    private static String warnings(Server server, Handler root) throws Exception {
        server.addConnector(new ServerConnector(server));
        server.setHandler(root);
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, ISO_8859_1));
        try {
            server.start();
            boolean warned = log.toString(ISO_8859_1).contains(" WARN ");
            assertThat(server.getInvocationType() == Invocable.InvocationType.BLOCKING)
                    .isEqualTo(warned);
        } finally {
            System.setErr(before);
            server.stop();
            assertThat(server.isStopped()).isTrue();
        }
        return log.toString(ISO_8859_1)
                .lines()
                .filter(line -> line.contains(" WARN "))
                .toList()
                .toString()
                .replace("[]", "");
    }
}
