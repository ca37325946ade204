package dev.gatehouse.jetty;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.eclipse.jetty.http.HttpFields;
import org.junit.jupiter.api.Test;

class GatewayServerHttp2Test {

    @Test
    void theGatewaySeesTheAuthorityAndWhetherThereIsContent() throws Exception {
        CompletableFuture<Request> seen = new CompletableFuture<>();
        try (JettyHost host = JettyHost.of((request, exchange) -> {
                    seen.complete(request);
                    exchange.respond(Response.text(200, "hello"), failure -> {});
                });
                Http2Peer peer = new Http2Peer(host.server().port())) {
            Http2Peer.Exchange exchange = peer.get("/a//b?x=%zz");

            assertThat(exchange.next()).isEqualTo("200");
            assertThat(exchange.next()).isEqualTo("hello");
            assertThat(exchange.next()).isEqualTo("end");
            Request request = seen.get(5, SECONDS);
            assertThat(request.target().raw()).isEqualTo("/a//b?x=%zz");
            assertThat(request.authority()).isEqualTo("ex.org:81");
            assertThat(request.connection().protocol()).isEqualTo("HTTP/2.0");
            assertThat(request.body().isEmpty()).isTrue();
            assertThat(exchange.fields().get("Content-Length")).isEqualTo("5");
        }
    }

    @Test
    void contentAndTrailersPassBothWays() throws Exception {
        try (JettyHost host = JettyHost.of((request, exchange) ->
                        exchange.respond(Response.of(200, Headers.empty(), request.body()), failure -> {}));
                Http2Peer peer = new Http2Peer(host.server().port())) {
            Http2Peer.Exchange exchange = peer.send("POST", "a", "/", HttpFields.EMPTY, false);
            assertThat(exchange.next()).isEqualTo("200");
            exchange.data("ping", false);
            assertThat(exchange.next()).isEqualTo("ping");
            exchange.trailers(HttpFields.from(new org.eclipse.jetty.http.HttpField("x-sum", "7")));
            assertThat(exchange.next()).isEqualTo("trailer x-sum=7");
            assertThat(exchange.next()).isEqualTo("end");
        }
    }

    @Test
    void aResetTellsThatTheClientIsGoneBeforeThereIsAResponse() throws Exception {
        CompletableFuture<Throwable> gone = new CompletableFuture<>();
        CompletableFuture<Void> served = new CompletableFuture<>();
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        CompletableFuture<dev.gatehouse.host.HostExchange> under = new CompletableFuture<>();
        try (JettyHost host = JettyHost.of((request, exchange) -> {
                    exchange.onClientGone(gone::complete);
                    under.complete(exchange);
                    served.complete(null);
                });
                Http2Peer peer = new Http2Peer(host.server().port())) {
            Http2Peer.Exchange exchange = peer.get("/");
            served.get(5, SECONDS);
            exchange.reset();
            assertThat(gone.get(5, SECONDS)).isNotNull();

            under.get().respond(Response.text(200, "nobody reads this"), ended::complete);
            assertThat(ended.get(5, SECONDS)).isNotNull();
        }
    }

    @Test
    void aResetTellsThatTheClientIsGoneWhileItsContentIsRead() throws Exception {
        CompletableFuture<Throwable> gone = new CompletableFuture<>();
        CompletableFuture<byte[]> read = new CompletableFuture<>();
        CompletableFuture<Void> served = new CompletableFuture<>();
        try (JettyHost host = JettyHost.of((request, exchange) -> {
                    exchange.onClientGone(gone::complete);
                    request.body().bytes(100).whenComplete((bytes, failure) -> {
                        read.completeExceptionally(failure);
                        exchange.respond(Response.of(400), ended -> {});
                    });
                    served.complete(null);
                });
                Http2Peer peer = new Http2Peer(host.server().port())) {
            Http2Peer.Exchange exchange = peer.send("POST", "a", "/", HttpFields.EMPTY, false);
            served.get(5, SECONDS); // a reset that comes earlier is between Jetty and its client
            exchange.data("x", false).reset();
            assertThat(gone.get(5, SECONDS)).isNotNull();
            assertThatThrownBy(() -> read.get(5, SECONDS)).isNotNull();
        }
    }

    @Test
    void aResetCancelsTheBodyThatIsWrittenEvenWhileItIsSilent() throws Exception {
        FeedBody feed = new FeedBody();
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        try (JettyHost host = JettyHost.of((request, exchange) -> {
                    exchange.onClientGone(failure -> {});
                    exchange.respond(Response.of(200, Headers.empty(), feed.body()), told::complete);
                });
                Http2Peer peer = new Http2Peer(host.server().port())) {
            Http2Peer.Exchange exchange = peer.get("/");
            assertThat(exchange.next()).isEqualTo("200");
            exchange.reset();
            assertThat(told.get(5, SECONDS)).isNotNull();
            assertThatThrownBy(() -> feed.feed("late").get(5, SECONDS)).isNotNull();
        }
    }

    @Test
    void aBodyThatBreaksOffResetsTheStream() throws Exception {
        FeedBody feed = new FeedBody();
        try (JettyHost host = JettyHost.of((request, exchange) ->
                        exchange.respond(Response.of(200, Headers.empty(), feed.body()), failure -> {}));
                Http2Peer peer = new Http2Peer(host.server().port())) {
            Http2Peer.Exchange exchange = peer.get("/");
            feed.feed("part").get(5, SECONDS);
            feed.fail(new IOException("upstream broke off"));
            assertThat(exchange.next()).isEqualTo("200");
            assertThat(exchange.next()).isEqualTo("part");
            assertThat(exchange.next()).startsWith("reset");
        }
    }

    @Test
    void aResponseBeforeTheEndOfTheRequestIsComplete() throws Exception {
        try (JettyHost host = JettyHost.of((request, exchange) -> {
                    request.body().bytes(100).exceptionally(failure -> new byte[0]);
                    exchange.respond(Response.text(413, "no"), failure -> {});
                });
                Http2Peer peer = new Http2Peer(host.server().port())) {
            Http2Peer.Exchange early = peer.send("POST", "a", "/", HttpFields.EMPTY, false);
            assertThat(early.next()).isEqualTo("413");
            assertThat(early.next()).isEqualTo("no");
            assertThat(early.next()).isEqualTo("end");
            assertThat(peer.get("/").next()).isEqualTo("413");
        }
    }

    @Test
    void contentThatCameWithTheHeadersAndNobodyReadsIsGivenBack() throws Exception {
        Executor later = CompletableFuture.delayedExecutor(30, MILLISECONDS);
        try (JettyHost host = JettyHost.of(
                        (request, exchange) -> {
                            if (request.path().equals("/host")) {
                                exchange.passOn();
                            } else {
                                exchange.respond(Response.text(404, "no"), failure -> {});
                            }
                        },
                        settings -> settings.handler(HostCodeTest.handler(
                                (request, response, callback) -> later.execute(callback::succeeded))));
                Http2Peer peer = new Http2Peer(host.server().port())) {
            for (int i = 0; i < 20; i++) {
                peer.sendAtOnce("/host", "content");
                peer.sendAtOnce("/gateway", "content");
            }
            assertThat(peer.get("/gateway").next()).isEqualTo("404");
        }
    }

    @Test
    void interimResponsesAndHeadWork() throws Exception {
        try (JettyHost host = JettyHost.of((request, exchange) -> {
                    exchange.interim(103, Headers.of("Link", "</a>"));
                    exchange.respond(Response.of(200, Headers.empty(), unknown()), failure -> {});
                });
                Http2Peer peer = new Http2Peer(host.server().port())) {
            Http2Peer.Exchange exchange = peer.send("HEAD", "a", "/", HttpFields.EMPTY, true);
            assertThat(exchange.next()).isEqualTo("103");
            assertThat(exchange.next()).isEqualTo("200");
            assertThat(exchange.next()).isEqualTo("end");
            assertThat(exchange.fields().contains("Content-Length")).isFalse();
        }
    }

    @Test
    void anUpgradeFromHttp1IsNotTaken() throws Exception {
        try (JettyHost host = JettyHost.of((request, exchange) ->
                        exchange.respond(Response.text(200, request.connection().protocol()), failure -> {}));
                RawClient client = host.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                    + "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 200");
            assertThat(client.until("1.1")).isEqualTo("HTTP/1.1");
        }
    }

    private static Body unknown() {
        FeedBody feed = new FeedBody();
        feed.feed("some").thenRun(feed::end);
        return feed.body();
    }
}
