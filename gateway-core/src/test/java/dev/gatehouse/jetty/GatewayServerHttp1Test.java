package dev.gatehouse.jetty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class GatewayServerHttp1Test {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void theGatewaySeesTheTargetHeadersAndConnectionAsTheyCame() throws Exception {
        CompletableFuture<Request> seen = new CompletableFuture<>();
        try (JettyHost host = JettyHost.of((request, exchange) -> {
                    seen.complete(request);
                    exchange.respond(Response.of(204), failure -> {});
                });
                RawClient client = host.connect()) {
            client.send("GET //a/./..;x/%2f%5C%c0?q=%zz&x HTTP/1.1\r\nHost: Ex.org:81\r\nX-A: 1\r\nx-a: 2\r\n\r\n")
                    .head();

            Request request = seen.get(5, SECONDS);
            assertThat(request.target().raw()).isEqualTo("//a/./..;x/%2f%5C%c0?q=%zz&x");
            assertThat(request.authority()).isEqualTo("Ex.org:81");
            assertThat(request.headers().all("X-A")).containsExactly("1", "2");
            assertThat(request.body().isEmpty()).isTrue();
            assertThat(request.connection().protocol()).isEqualTo("HTTP/1.1");
            assertThat(request.connection().local().getPort())
                    .isEqualTo(host.server().port());
        }
    }

    @Test
    void aTargetInAbsoluteFormIsShownAsSuch() throws Exception {
        try (JettyHost host = JettyHost.of((request, exchange) ->
                        exchange.respond(Response.text(200, request.target().raw()), failure -> {}));
                RawClient client = host.connect()) {
            assertThat(client.send("GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n").until("/x"))
                    .endsWith("\r\n\r\nhttp://b/x");
            assertThat(client.send("GET http://u@a/x HTTP/1.1\r\nHost: a\r\n\r\n")
                            .until("/x"))
                    .endsWith("\r\n\r\nhttp://u@a/x");
            assertThat(client.send("GET ftp://a/x HTTP/1.1\r\nHost: a\r\n\r\n").until("/x"))
                    .endsWith("\r\n\r\nftp://a/x");
            assertThat(client.send("GET http://a/x HTTP/1.1\r\nHost: a\r\n\r\n").until("/x"))
                    .endsWith("\r\n\r\nhttp://a/x");
            assertThat(client.send("GET http://b/x HTTP/1.0\r\n\r\n").rest()).endsWith("\r\n\r\nhttp://b/x");
        }
    }

    @Test
    void aKnownLengthIsSentAndTheConnectionLivesOn() throws Exception {
        try (JettyHost host = JettyHost.of(
                        (request, exchange) -> exchange.respond(Response.text(200, "hello"), failure -> {}));
                RawClient client = host.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(GET).head()).startsWith("HTTP/1.1 200").contains("Content-Length: 5", "Date: ");
                assertThat(client.until("hello")).isEqualTo("hello");
            }
        }
    }

    @Test
    void headersGoOutBeforeThereIsContentAndEachChunkAsItComes() throws Exception {
        FeedBody feed = new FeedBody();
        try (JettyHost host = JettyHost.of((request, exchange) -> exchange.respond(ok(feed.body()), failure -> {}));
                RawClient client = host.connect()) {
            assertThat(client.send(GET).head()).contains("Transfer-Encoding: chunked");
            feed.feed("one").get(5, SECONDS);
            assertThat(client.until("one")).isEqualTo("3\r\none");
            feed.end("X-Sum", "42");
            assertThat(client.until("\r\n\r\n")).isEqualTo("\r\n0\r\nX-Sum: 42\r\n\r\n");
        }
    }

    @Test
    void noContentIsSentForHead() throws Exception {
        try (JettyHost host = JettyHost.of((request, exchange) -> exchange.respond(
                        request.path().equals("/known") ? Response.text(200, "hello") : ok(unknown()), failure -> {}));
                RawClient client = host.connect()) {
            String known =
                    client.send("HEAD /known HTTP/1.1\r\nHost: a\r\n\r\n").head();
            String unknown =
                    client.send("HEAD /unknown HTTP/1.1\r\nHost: a\r\n\r\n").head();
            assertThat(known).contains("Content-Length: 5");
            assertThat(unknown).startsWith("HTTP/1.1 200").doesNotContain("Content-Length");
            assertThat(client.send("GET /known HTTP/1.1\r\nHost: a\r\n\r\n").until("hello"))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void noContentIsSentWith204And304() throws Exception {
        try (JettyHost host = JettyHost.of((request, exchange) -> exchange.respond(
                        Response.of(
                                Integer.parseInt(request.path().substring(1)),
                                Headers.of("Content-Length", "7"),
                                unknown()),
                        failure -> {}));
                RawClient client = host.connect()) {
            assertThat(client.send("GET /204 HTTP/1.1\r\nHost: a\r\n\r\n").head())
                    .doesNotContain("Content-Length");
            assertThat(client.send("GET /304 HTTP/1.1\r\nHost: a\r\n\r\n").head())
                    .startsWith("HTTP/1.1 304")
                    .contains("Content-Length: 7");
            assertThat(client.send("GET /200 HTTP/1.1\r\nHost: a\r\n\r\n").until("some\r\n0\r\n\r\n"))
                    .startsWith("HTTP/1.1 200")
                    .doesNotContain("Content-Length");
        }
    }

    @Test
    void interimResponsesAreSentInOrderButNotToHttp10() throws Exception {
        try (JettyHost host = JettyHost.of((request, exchange) -> {
            exchange.interim(103, Headers.of("Link", "</a>"));
            exchange.interim(103, Headers.of("Link", "</b>"));
            exchange.respond(Response.text(200, "done"), failure -> {});
        })) {
            try (RawClient client = host.connect()) {
                client.send(GET);
                assertThat(client.head()).startsWith("HTTP/1.1 103").contains("</a>");
                assertThat(client.head()).startsWith("HTTP/1.1 103").contains("</b>");
                assertThat(client.head()).startsWith("HTTP/1.1 200");
            }
            try (RawClient client = host.connect()) {
                assertThat(client.send("GET / HTTP/1.0\r\n\r\n").rest()).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void aClientIsToldToContinueOnceItsContentIsWanted() throws Exception {
        CompletableFuture<Void> wanted = new CompletableFuture<>();
        try (JettyHost host = JettyHost.of((request, exchange) -> wanted.thenCompose(
                                go -> request.body().bytes(100))
                        .thenAccept(bytes ->
                                exchange.respond(Response.text(200, new String(bytes, ISO_8859_1)), failure -> {})));
                RawClient client = host.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
            wanted.complete(null);
            assertThat(client.head()).startsWith("HTTP/1.1 100");
            assertThat(client.send("ping").until("ping")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aClientThatWaitsIsNotToldToContinueIfNobodyWantsItsContent() throws Exception {
        try (JettyHost host =
                        JettyHost.of((request, exchange) -> exchange.respond(Response.text(413, "no"), failure -> {}));
                RawClient client = host.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.rest()).startsWith("HTTP/1.1 413").endsWith("no");
        }
    }

    @Test
    void trailersOfARequestReachTheGateway() throws Exception {
        try (JettyHost host = JettyHost.of((request, exchange) -> request.body()
                        .bytes(100)
                        .thenAccept(bytes -> {
                            String sum =
                                    request.body().trailers().first("X-Sum").orElse("none");
                            exchange.respond(
                                    Response.text(200, new String(bytes, ISO_8859_1) + '/' + sum + '!'), failure -> {});
                        }));
                RawClient client = host.connect()) {
            String request = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
            assertThat(client.send(request + "2\r\nab\r\n0\r\nX-Sum: 7\r\n\r\n").until("!"))
                    .endsWith("\r\n\r\nab/7!");
            assertThat(client.send(request + "2\r\nab\r\n0\r\n\r\n").until("!")).endsWith("\r\n\r\nab/none!");
        }
    }

    @Test
    void malformedChunksFailTheBodyAndCanStillBeAnswered() throws Exception {
        try (JettyHost host = JettyHost.of((request, exchange) -> {
                    exchange.onClientGone(failure -> {
                        throw new AssertionError("the client is there", failure);
                    });
                    request.body().bytes(100).exceptionally(failure -> {
                        String kind = ((GatewayException) failure).kind().code();
                        exchange.respond(Response.text(400, kind), ended -> {});
                        return new byte[0];
                    });
                });
                RawClient client = host.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nxyz\r\n");
            assertThat(client.rest()).startsWith("HTTP/1.1 400").endsWith("request-body-client");
        }
    }

    @Test
    void aBodyThatBreaksOffEndsTheConnectionWithoutTheLastChunk() throws Exception {
        FeedBody feed = new FeedBody();
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        try (JettyHost host = JettyHost.of((request, exchange) -> exchange.respond(ok(feed.body()), told::complete));
                RawClient client = host.connect()) {
            client.send(GET).head();
            feed.feed("part").get(5, SECONDS);
            IOException broken = new IOException("upstream broke off");
            feed.fail(broken);
            assertThat(client.rest()).isEqualTo("4\r\npart\r\n");
            assertThat(told.get(5, SECONDS)).isSameAs(broken);
        }
    }

    @Test
    void aBodyShorterThanItsLengthIsNoCleanEnd() throws Exception {
        FeedBody feed = new FeedBody();
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        try (JettyHost host = JettyHost.of((request, exchange) -> exchange.respond(ok(feed.body(10)), told::complete));
                RawClient client = host.connect()) {
            assertThat(client.send(GET).head()).contains("Content-Length: 10");
            feed.feed("part").get(5, SECONDS);
            feed.end();
            assertThat(client.rest()).isEqualTo("part");
            assertThat(told.get(5, SECONDS)).isNotNull();
        }
    }

    @Test
    void aBodyThatBreaksOffResetsAnHttp10Connection() throws Exception {
        FeedBody feed = new FeedBody();
        try (JettyHost host = JettyHost.of((request, exchange) -> exchange.respond(ok(feed.body()), failure -> {}));
                RawClient client = host.connect()) {
            client.send("GET / HTTP/1.0\r\n\r\n").head();
            feed.feed("part").get(5, SECONDS);
            assertThat(client.until("part")).isEqualTo("part");
            feed.fail(new IOException("upstream broke off"));
            assertThatThrownBy(client::rest).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aClientThatGoesAwayCancelsTheBodyThatIsWritten() throws Exception {
        FeedBody feed = new FeedBody();
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        try (JettyHost host = JettyHost.of((request, exchange) -> exchange.respond(ok(feed.body()), told::complete));
                RawClient client = host.connect()) {
            client.send(GET).head();
            client.reset();
            String much = "x".repeat(100_000);
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1_000; i++) {
                            feed.feed(much).get(5, SECONDS);
                        }
                    })
                    .hasRootCauseInstanceOf(IOException.class);
            assertThat(told.get(5, SECONDS)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aSlowClientSlowsTheBodyDown() throws Exception {
        FeedBody feed = new FeedBody();
        try (JettyHost host = JettyHost.of((request, exchange) -> exchange.respond(ok(feed.body()), failure -> {}));
                RawClient client = host.connect()) {
            client.send(GET).head();
            CompletableFuture<Void> used = CompletableFuture.completedFuture(null);
            int sent = 0;
            // Socket buffers take some megabytes; after that nothing may be taken any more.
            while (used.isDone() && sent < 200) {
                used = feed.feed("x".repeat(1_000_000));
                sent++;
                try {
                    used.get(1, SECONDS);
                } catch (java.util.concurrent.TimeoutException held) {
                    break;
                }
            }
            assertThat(sent).isLessThan(100);
            used.thenRun(feed::end);
            assertThat(client.rest(sent * 1_000_000L)).isTrue();
        }
    }

    @Test
    void aResponseBeforeTheEndOfTheRequestIsNotLost() throws Exception {
        try (JettyHost host = JettyHost.of(
                        (request, exchange) -> exchange.respond(Response.text(413, "too large"), failure -> {}));
                RawClient client = host.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n");
            for (int i = 0; i < 500; i++) {
                client.send("x".repeat(10_000));
            }
            assertThat(client.head()).startsWith("HTTP/1.1 413");
            assertThat(client.until("too large")).isEqualTo("too large");
            // All of it was read, so the connection is good for another request.
            assertThat(client.send(GET).head()).startsWith("HTTP/1.1 413");
        }
    }

    @Test
    void aResponseMayEndWhileTheRequestIsBeingRead() throws Exception {
        FeedBody feed = new FeedBody();
        try (JettyHost host = JettyHost.of((request, exchange) -> {
                    request.body().bytes(1_000).exceptionally(failure -> new byte[0]);
                    exchange.respond(ok(feed.body()), failure -> {});
                });
                RawClient client = host.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
            client.head();
            feed.end();
            assertThat(client.until("0\r\n\r\n")).isEqualTo("0\r\n\r\n");
            client.send("67890" + GET);
            assertThat(client.head()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void whatJettyRefusesLooksLikeWhatTheGatewayRefuses() throws Exception {
        try (JettyHost host = JettyHost.of((request, exchange) -> {
            throw new AssertionError("reached the gateway");
        })) {
            for (String request : new String[] {
                "GET / HTTP/1.1\nHost: a\n\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n"
            }) {
                try (RawClient client = host.connect()) {
                    assertThat(client.send(request).rest())
                            .startsWith("HTTP/1.1 400")
                            .contains("application/problem+json", "\"code\":\"bad-request\"")
                            .doesNotContain("etty");
                }
            }
        }
    }

    @Test
    void headersThatAreTooLargeAreRefused() throws Exception {
        try (JettyHost host = JettyHost.of(
                        (request, exchange) -> exchange.respond(Response.of(204), failure -> {}),
                        settings -> settings.maxHeaderBytes(2_000));
                RawClient client = host.connect()) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(2_000) + "\r\n\r\n")
                            .rest())
                    .startsWith("HTTP/1.1 431");
        }
    }

    @Test
    void largeHeadersPassBothWays() throws Exception {
        String large = "y".repeat(60_000);
        try (JettyHost host = JettyHost.of((request, exchange) -> exchange.respond(
                        Response.of(204)
                                .withHeader("X", request.headers().all("X").get(0)),
                        failure -> {}));
                RawClient client = host.connect()) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + large + "\r\n\r\n")
                            .head())
                    .startsWith("HTTP/1.1 204")
                    .contains("X: " + large);
        }
    }

    @Test
    void aPortThatIsTakenIsAnError() {
        try (JettyHost host = JettyHost.of((request, exchange) -> {})) {
            GatewayServer.Builder second = GatewayServer.builder(JettyHost.serving((request, exchange) -> {}))
                    .host("localhost")
                    .port(host.server().port());
            assertThatThrownBy(second::start)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(":" + host.server().port());
        }
    }

    private static Response ok(Body body) {
        return Response.of(200, Headers.empty(), body);
    }

    private static Body unknown() {
        FeedBody feed = new FeedBody();
        feed.feed("some").thenRun(feed::end);
        return feed.body();
    }

    @Test
    void aResponseThatSaysCloseClosesTheConnection() throws Exception {
        try (JettyHost host = JettyHost.of((request, exchange) ->
                        exchange.respond(Response.text(200, "bye").withHeader("Connection", "close"), failure -> {}));
                RawClient client = host.connect()) {
            String answer = client.send(GET + GET).rest();
            assertThat(answer).containsOnlyOnce("Connection: close").containsOnlyOnce("bye");
        }
    }

    @Test
    void aClientThatResetsItsConnectionIsGone() throws Exception {
        CompletableFuture<Throwable> gone = new CompletableFuture<>();
        CompletableFuture<HostExchange> served = new CompletableFuture<>();
        try (JettyHost host = JettyHost.of((request, exchange) -> {
            exchange.onClientGone(gone::complete);
            served.complete(exchange);
        })) {
            try (Socket client = new Socket("localhost", host.server().port())) {
                client.getOutputStream().write(GET.getBytes(ISO_8859_1));
                served.get(5, SECONDS);
                client.setSoLinger(true, 0);
            }
            assertThat(gone.get(5, SECONDS)).isInstanceOf(IOException.class);
            served.get().respond(Response.text(200, "too late"), failure -> {});
        }
    }

    @Test
    void interimResponsesDoNotPileUp() throws Exception {
        int many = 200_000;
        Headers link = Headers.of("Link", "<" + "x".repeat(200) + ">");
        CompletableFuture<Void> sent = new CompletableFuture<>();
        try (JettyHost host = JettyHost.of((request, exchange) -> {
                    for (int i = 0; i < many; i++) {
                        exchange.interim(103, link);
                    }
                    exchange.respond(Response.text(200, "done"), failure -> {});
                    sent.complete(null);
                });
                RawClient client = host.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            sent.get(5, SECONDS);
            String answer = client.rest();
            assertThat(answer).endsWith("done").startsWith("HTTP/1.1 103");
            assertThat(answer.length()).isLessThan(many * 200);
        }
    }
}
