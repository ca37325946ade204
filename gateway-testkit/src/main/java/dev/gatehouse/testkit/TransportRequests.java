package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a transport writes: exact bytes. */
abstract class TransportRequests extends TransportFixture {

    @Test
    void aRequestIsSentAsItIsAndNothingIsAdded() {
        String sent = bytesSent(get("/a/b?q=1").headers(Headers.of("X-One", "1", "accept", "*/*", "X-Two", "a b")));

        assertThat(sent).startsWith("GET /a/b?q=1 HTTP/1.1\r\n").endsWith("\r\n\r\n");
        assertThat(fields(sent)).containsExactly("accept: */*", "host: example.org", "x-one: 1", "x-two: a b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a%2Fb",
                "/a%2fb",
                "/a;b=1",
                "/%7Efoo",
                "/~foo",
                "/a//b",
                "//a/b",
                "//[x",
                "/a/./b/../c",
                "/a/%2e%2e/b",
                "/%C3%BC",
                "/a:b@c",
                "/?q=%20|",
                "/?q={\"a\":[1,2]}",
                "/?q=%zz",
                "/?",
                "/?a?b",
                "/a&b=c,d$e!f'(g)*h+i",
                "*"
            })
    void theTargetIsNotTouched(String target) {
        assertThat(bytesSent(request("OPTIONS", target))).startsWith("OPTIONS " + target + " HTTP/1.1\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"get", "Post", "PROPFIND", "M-SEARCH", "QUERY"})
    void theMethodKeepsItsCase(String method) {
        assertThat(bytesSent(request(method, "/"))).startsWith(method + " / HTTP/1.1\r\n");
    }

    @Test
    void fieldsThatOccurMoreThanOnceKeepTheirOrder() {
        String sent = bytesSent(get("/").headers(Headers.of("A", "1", "B", "x", "a", "2", "A", "")));

        assertThat(sent.lines()
                        .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("a:")))
                .extracting(String::trim)
                .containsExactly("A: 1", "a: 2", "A:");
    }

    @Test
    void contentOfKnownLengthHasThatLength() {
        String sent = bytesSent(request("POST", "/").body(Body.of("hello")));

        assertThat(fields(sent)).containsExactly("content-length: 5", "host: example.org");
        assertThat(sent).endsWith("\r\n\r\nhello");
    }

    @Test
    void contentOfUnknownLengthIsSentInChunks() {
        String sent = bytesSent(request("POST", "/")
                .body(new PushedBody().give("hel").give("lo").end().body()));

        assertThat(fields(sent)).containsExactly("host: example.org", "transfer-encoding: chunked");
        assertThat(unchunked(sent)).isEqualTo("hello");
    }

    @Test
    void trailersFollowContentOfUnknownLength() {
        PushedBody body = new PushedBody().give("x").end(Headers.of("Digest", "abc"));

        String sent = bytesSent(request("POST", "/").body(body.body()));

        assertThat(sent).endsWith("\r\n0\r\nDigest: abc\r\n\r\n");
    }

    @Test
    void aRequestWithoutContentHasNoFraming() {
        assertThat(fields(bytesSent(get("/")))).containsExactly("host: example.org");
    }

    @Test
    void emptyContentIsSaidToBeEmptyWhereContentIsExpected() {
        String sent = bytesSent(request("POST", "/"));

        assertThat(fields(sent)).containsExactly("content-length: 0", "host: example.org");
        assertThat(sent).endsWith("\r\n\r\n");
    }

    @Test
    void fieldsOfTheConnectionAreWrittenByTheTransportAlone() {
        Headers headers = Headers.of(
                "Host", "other.example",
                "Content-Length", "77",
                "Transfer-Encoding", "gzip",
                "Connection", "close, X",
                "Keep-Alive", "timeout=1",
                "Proxy-Connection", "keep-alive",
                "Upgrade", "websocket",
                "Expect", "100-continue",
                "X", "kept");

        String sent = bytesSent(request("POST", "/").headers(headers).body(Body.of("ab")));

        assertThat(fields(sent)).containsExactly("content-length: 2", "host: example.org", "x: kept");
    }

    @Test
    void hostIsTheAuthorityThatTheRequestIsFor() {
        assertThat(fields(bytesSent(get("/").authority("shop.example:8443"))))
                .containsExactly("host: shop.example:8443");
    }

    @Test
    void hostIsTheEndpointIfTheRequestNamesNone() {
        RawUpstream upstream = upstream(OK);

        send(upstream, Request.get("/")).awaitText();

        assertThat(fields(upstream.connection(0).received())).containsExactly("host: 127.0.0.1:" + upstream.port());
    }

    @Test
    void theHeaderSectionDoesNotWaitForContent() {
        RawUpstream upstream = upstream(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 103 Early Hints\r\n\r\n");
            connection.readUntil("0\r\n\r\n");
            connection.write(OK);
        });
        PushedBody body = new PushedBody();

        Answer answer = send(upstream, request("POST", "/").body(body.body()));
        answer.awaitInterim();
        body.give("late").end();

        assertThat(answer.awaitText()).isEqualTo("ok");
        assertThat(unchunked(upstream.connection(0).received())).isEqualTo("late");
    }

    @Test
    void contentIsPassedOnAsItComes() {
        CountDownLatch firstCame = new CountDownLatch(1);
        RawUpstream upstream = upstream(connection -> {
            connection.readUntil("first");
            firstCame.countDown();
            connection.readUntil("0\r\n\r\n");
            connection.write(OK);
        });
        PushedBody body = new PushedBody().give("first");

        Answer answer = send(upstream, request("POST", "/").body(body.body()));

        Patience.await(firstCame, "the first piece did not come");
        body.give("second").end();
        assertThat(answer.awaitText()).isEqualTo("ok");
    }

    @Test
    void anUpstreamThatDoesNotReadHoldsTheContentBack() throws InterruptedException {
        CountDownLatch goOn = new CountDownLatch(1);
        RawUpstream upstream = upstream(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 103 Early Hints\r\n\r\n");
            awaitQuietly(goOn);
            connection.readUntil("0\r\n\r\n");
            connection.write(OK);
        });
        PushedBody body = new PushedBody();
        byte[] mebibyte = new byte[1 << 20];
        for (int i = 0; i < 32; i++) {
            body.give(mebibyte);
        }
        body.end();

        Answer answer = send(upstream, request("POST", "/").body(body.body()));
        answer.awaitInterim();

        // Sockets on both sides hold a few MiB; the rest must stay where it is for as long as anyone looks.
        assertThat(goOn.await(500, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(body.bytesRead()).isLessThan(24L << 20);
        goOn.countDown();
        assertThat(answer.awaitText()).isEqualTo("ok");
        assertThat(body.bytesRead()).isEqualTo(32L << 20);
    }

    /** The content of a message in chunks. */
    static String unchunked(String message) {
        StringBuilder content = new StringBuilder();
        int at = message.indexOf("\r\n\r\n") + 4;
        while (true) {
            int end = message.indexOf("\r\n", at);
            int size = Integer.parseInt(message.substring(at, end), 16);
            if (size == 0) {
                return content.toString();
            }
            content.append(message, end + 2, end + 2 + size);
            at = end + 2 + size + 2;
        }
    }
}
