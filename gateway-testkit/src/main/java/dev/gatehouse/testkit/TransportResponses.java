package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a transport reports of responses. */
abstract class TransportResponses extends TransportRequests {

    @Test
    void aResponsePassesAsItIs() {
        Answer answer = send(
                upstream("HTTP/1.1 202 Fine\r\nSet-Cookie: a=1\r\nx-Lower: y\r\nSet-Cookie: b=2; Path=/\r\n"
                        + "Empty:\r\nContent-Length: 3\r\n\r\nabc"),
                get("/"));

        Response response = answer.awaitResponse();
        assertThat(response.status()).isEqualTo(202);
        assertThat(response.headers())
                .isEqualTo(Headers.of(
                        "Set-Cookie",
                        "a=1",
                        "x-Lower",
                        "y",
                        "Set-Cookie",
                        "b=2; Path=/",
                        "Empty",
                        "",
                        "Content-Length",
                        "3"));
        assertThat(response.body().length()).isEqualTo(3);
        assertThat(answer.awaitText()).isEqualTo("abc");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "301 Moved\r\nLocation: /elsewhere",
                "307 Moved\r\nLocation: http://127.0.0.1:1/",
                "401 Who\r\nWWW-Authenticate: Basic realm=\"x\"",
                "407 Proxy\r\nProxy-Authenticate: Basic realm=\"x\"",
                "421 Misdirected\r\nRetry-After: 0",
                "503 Busy\r\nRetry-After: 0",
                "599 Own\r\nX: y"
            })
    void noStatusIsActedUpon(String head) {
        RawUpstream upstream = upstream("HTTP/1.1 " + head + "\r\nContent-Length: 2\r\n\r\nno");

        Answer answer = send(upstream, get("/"));

        assertThat(answer.awaitText()).isEqualTo("no");
        assertThat(answer.awaitResponse().status()).isEqualTo(Integer.parseInt(head.substring(0, 3)));
        assertThat(upstream.connections())
                .singleElement()
                .satisfies(connection -> assertThat(connection.received()).containsOnlyOnce("HTTP/1.1"));
    }

    @Test
    void codedContentIsNotDecoded() {
        Answer answer = send(
                upstream("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\u001f\u008bxy"),
                get("/"));

        assertThat(answer.awaitText()).isEqualTo("\u001f\u008bxy");
        assertThat(answer.awaitResponse().headers().get("Content-Encoding")).isEqualTo("gzip");
    }

    @Test
    void cookiesAreNotSentBack() {
        RawUpstream upstream = upstream("HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nContent-Length: 0\r\n\r\n");

        send(upstream, get("/")).awaitText();
        send(upstream, get("/")).awaitText();

        assertThat(upstream.connection(0).received()).doesNotContainIgnoringCase("cookie");
    }

    @Test
    void contentInChunksHasNoKnownLength() {
        Answer answer = send(
                upstream("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
                get("/"));

        assertThat(answer.awaitResponse().body().length()).isEqualTo(-1);
        assertThat(answer.awaitText()).isEqualTo("abcde");
    }

    @Test
    void contentMayEndWithItsConnection() {
        RawUpstream upstream = upstream(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 200 OK\r\n\r\nall of it");
            connection.close();
        });

        assertThat(send(upstream, get("/")).awaitText()).isEqualTo("all of it");
    }

    @Test
    void trailersAreKnownAtTheEnd() {
        Answer answer = send(
                upstream("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nT: 1\r\nU: 2\r\n\r\n"),
                get("/"));

        assertThat(answer.awaitResponse().body().trailers()).isEqualTo(Headers.empty());
        assertThat(answer.awaitText()).isEqualTo("a");
        assertThat(answer.awaitResponse().body().trailers()).isEqualTo(Headers.of("T", "1", "U", "2"));
    }

    @ParameterizedTest
    @CsvSource({"HEAD,200", "GET,204", "GET,304", "HEAD,404"})
    void someResponsesHaveNoContentWhateverTheyAnnounce(String method, int status) {
        String length = status == 204 ? "" : "Content-Length: 5\r\n";
        RawUpstream upstream = upstream("HTTP/1.1 " + status + " X\r\n" + length + "\r\n");

        for (int i = 0; i < 10; i++) {
            Response response = send(upstream, request(method, "/" + i)).awaitResponse();

            assertThat(response.status()).isEqualTo(status);
            assertThat(response.body().isEmpty()).isTrue();
        }
        assertThat(upstream.connections()).hasSizeLessThanOrEqualTo(FEW);
    }

    @Test
    void interimResponsesAreReportedInOrder() {
        Answer answer = send(
                upstream("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: </a>\r\nLink: </b>\r\n\r\n"
                        + "HTTP/1.1 102 Working\r\n\r\n" + OK),
                get("/"));

        assertThat(answer.awaitText()).isEqualTo("ok");
        assertThat(answer.interims())
                .containsExactly(
                        new Answer.Interim(100, Headers.empty()),
                        new Answer.Interim(103, Headers.of("Link", "</a>", "Link", "</b>")),
                        new Answer.Interim(102, Headers.empty()));
        assertThat(answer.awaitResponse().headers()).isEqualTo(Headers.of("Content-Length", "2"));
    }

    @Test
    void aSwitchOfProtocolsThatNobodyAskedForIsRefused() {
        RawUpstream upstream = upstream(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n");
            connection.readToEnd();
        });

        expect(send(upstream, get("/")).awaitFailure(), Kind.UPSTREAM_PROTOCOL, RequestSent.YES);
        upstream.connection(0).awaitClosed();
    }

    @Test
    void contentIsPassedOnAsItArrives() {
        CountDownLatch firstRead = new CountDownLatch(1);
        RawUpstream upstream = upstream(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst");
            awaitQuietly(firstRead);
            connection.write("later");
        });

        Answer answer = send(upstream, get("/"));
        Chunk chunk = Answer.awaitChunk(answer.awaitResponse().body());

        assertThat(chunk.data().remaining()).isEqualTo(5);
        chunk.release();
        firstRead.countDown();
        assertThat(answer.awaitText()).isEqualTo("later");
    }

    @Test
    void aReaderThatDoesNotReadHoldsTheUpstreamBack() throws InterruptedException {
        AtomicInteger mebibytes = new AtomicInteger();
        CountDownLatch allWritten = new CountDownLatch(1);
        RawUpstream upstream = upstream(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + (32 << 20) + "\r\n\r\n");
            byte[] mebibyte = new byte[1 << 20];
            for (int i = 0; i < 32; i++) {
                connection.write(mebibyte);
                mebibytes.incrementAndGet();
            }
            allWritten.countDown();
        });

        Answer answer = send(upstream, get("/"));
        answer.awaitResponse();

        // Sockets on both sides hold a few MiB; the rest must stay where it is for as long as anyone looks.
        assertThat(allWritten.await(500, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(mebibytes.get()).isLessThan(24);
        assertThat(answer.awaitText()).hasSize(32 << 20);
    }

    @Test
    void anEarlyResponsePassesAndTheRestOfTheRequestIsNotNeeded() {
        RawUpstream upstream = upstream(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
            connection.readToEnd();
        });
        PushedBody body = new PushedBody().give("some");

        Answer answer = send(upstream, request("POST", "/").body(body.body()));

        assertThat(answer.awaitText()).isEqualTo("big");
        upstream.connection(0).awaitClosed();
        assertThat(body.cancelled())
                .as("the rest is for the client's connection to deal with")
                .isNull();
        assertThat(upstream.connection(0).received()).doesNotContain("\r\n0\r\n");
    }

    @Test
    void aCancelledBodyClosesItsConnection() {
        RawUpstream upstream = upstream(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst");
            connection.readToEnd();
        });

        Response response = send(upstream, get("/")).awaitResponse();
        response.body().cancel(new IllegalStateException("not wanted"));

        upstream.connection(0).awaitClosed();
        Answer.Content rest = Answer.readAll(response.body());
        assertThat(rest.failure()).isNotNull();
    }
}
