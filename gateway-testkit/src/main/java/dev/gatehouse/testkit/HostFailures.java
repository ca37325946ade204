package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Response;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors, time-outs and broken connections are told to whoever must know of them. */
abstract class HostFailures extends HostBodies {

    private static final String PROBLEM = "application/problem+json";

    @Test
    void anUpstreamThatCannotBeReachedIsABadGateway() {
        run(gateway -> gateway.upstream("up", up -> up.endpoints(RawUpstream.refusing()))
                .route("/**", route -> route.to("up")));
        HttpSocket client = client();

        HttpSocket.Answer answer = client.send(get("/x")).answer();

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.headers().get("Content-Type")).isEqualTo(PROBLEM);
        assertThat(answer.content()).contains("\"code\":\"connect-failed\"").doesNotContain("127.0.0.1");
        assertThat(client.send(get("/x")).answer().status()).isEqualTo(502);
    }

    /** A host with code of its own gets what no route matches, and may have that method. */
    @Test
    void aMethodThatNoRouteHasIsNotAllowedUnlessTheHostHasIt() {
        HostCode code = call -> {
            call.head(200, "X-Host", "ran");
            call.answer(0).close();
        };
        run(gateway -> gateway.route("/x", route -> route.methods("GET").respond(Response.of(204))), code);

        HttpSocket.Answer answer =
                client().send(request("DELETE", "/x") + "\r\n").answer();

        if (host().capabilities().toHost()) {
            assertThat(answer.headers().get("X-Host")).isEqualTo("ran");
        } else {
            assertThat(answer.status()).isEqualTo(405);
            assertThat(answer.headers().get("Allow")).contains("GET");
            assertThat(answer.headers().get("Content-Type")).isEqualTo(PROBLEM);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /x HTTP/1.1\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: a@b\r\n\r\n",
                "GET /a/../x HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /a/%2e%2e/x HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /a%2fx HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /a;b HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET //a HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: a\r\nA: b\0c\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: a\r\nA\u00e9: b\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost : a\r\nHost: a\r\n\r\n",
                "GET /x HTTP/1.2.3\r\nHost: a\r\n\r\n",
                "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na",
                "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
                "POST /x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            })
    void whatIsMalformedIsRefusedAndNothingReachesTheUpstream(String message) {
        RawUpstream upstream = upstream(response("reached"));
        proxy(upstream);
        HttpSocket client = client().send(message.replaceFirst(" /", " " + host().prefix() + "/"));

        String first = client.statusLine();

        assertThat(first)
                .satisfiesAnyOf(
                        closed -> assertThat(closed).isEmpty(),
                        refused -> assertThat(refused).matches("HTTP/1.1 (400|404|501|505).*"));
        assertThat(upstream.connections()).as("something was sent on").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n", "Content-Length: 10\r\n\r\npart"})
    void anAnswerThatBreaksOffIsNotMadeToLookComplete(String beginning) {
        CountDownLatch goOn = new CountDownLatch(1);
        proxy(upstream(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\n" + beginning);
            Patience.await(goOn, "the client did not get the beginning");
            connection.close();
        }));
        HttpSocket client = client().send(get("/x"));
        HttpSocket.Head head = client.head();
        if (head.headers().contains("Transfer-Encoding")) {
            assertThat(client.chunk()).isEqualTo("part");
        } else {
            assertThat(client.read(4)).isEqualTo("part");
        }
        goOn.countDown();

        assertThat(client.readToEnd().trim()).isEmpty();
    }

    @Test
    void aClientThatGoesAwayDuringTheAnswerEndsTheUpstreamsWork() {
        CountDownLatch broken = new CountDownLatch(1);
        proxy(upstream(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            try {
                while (true) {
                    connection.write("4\r\nmore\r\n");
                }
            } finally {
                broken.countDown();
            }
        }));
        HttpSocket client = client().send(get("/x"));
        client.head();
        assertThat(client.chunk()).startsWith("more");

        client.reset();

        Patience.await(broken, "the upstream can still write");
    }

    @Test
    void aClientThatGoesAwayDuringItsContentEndsTheUpstreamsWork() {
        CountDownLatch some = new CountDownLatch(1);
        RawUpstream upstream = upstream(connection -> {
            connection.readUntil("some");
            some.countDown();
            connection.readToEnd();
        });
        proxy(upstream);
        HttpSocket client = client().send(request("POST", "/x") + "Content-Length: 1000\r\n\r\nsome");
        Patience.await(some, "the content does not arrive as it is sent");

        client.reset();

        upstream.connection(0).awaitClosed();
    }

    /** A host that cannot tell goes on until the upstream answers, and serves others meanwhile. */
    @Test
    void aClientThatGoesAwayBeforeTheAnswerEndsTheUpstreamsWorkIfTheHostCanTell() {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        RawUpstream upstream = upstream(connection -> {
            while (true) {
                boolean waits = connection.readRequest().startsWith("GET /waits ");
                if (waits) {
                    asked.countDown();
                }
                if (waits && host().capabilities().clientGone()) {
                    connection.readToEnd();
                    return;
                }
                if (waits) {
                    Patience.await(goOn, "nobody let the upstream answer");
                }
                connection.write(response("ok"));
            }
        });
        proxy(upstream);
        HttpSocket client = client().send(get("/waits"));
        Patience.await(asked, "the upstream was not asked");

        client.reset();

        if (host().capabilities().clientGone()) {
            upstream.connection(0).awaitClosed();
        }
        assertThat(client().send(get("/other")).answer().content()).isEqualTo("ok");
        goOn.countDown();
        assertThat(client().send(get("/other")).answer().content()).isEqualTo("ok");
    }

    @Test
    void theDeadlineBeforeTheAnswerIsAGatewayTimeout() {
        RawUpstream upstream = upstream(RawConnection::readToEnd);
        proxy(upstream, route -> route.timeouts(t -> t.total(SHORT)));
        HttpSocket client = client();

        HttpSocket.Answer answer = client.send(get("/x")).answer();

        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.content()).contains("\"code\":\"deadline\"");
        upstream.connection(0).awaitClosed();
        assertThat(client.send(get("/x")).answer().status()).isEqualTo(504);
    }

    @Test
    void theDeadlineDuringTheAnswerBreaksItOff() {
        proxy(
                upstream(connection -> {
                    connection.readRequest();
                    connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n");
                    connection.readToEnd();
                }),
                route -> route.timeouts(t -> t.total(Duration.ofSeconds(1))));
        HttpSocket client = client().send(get("/x"));

        client.head();
        assertThat(client.chunk()).isEqualTo("part");

        assertThat(client.readToEnd().trim()).isEmpty();
    }

    @Test
    void theDeadlineDuringTheContentIsAGatewayTimeout() {
        proxy(upstream(RawConnection::readToEnd), route -> route.timeouts(t -> t.total(SHORT)));

        HttpSocket.Head head = client().send(request("POST", "/x") + "Content-Length: 1000\r\n\r\nsome")
                .head();

        assertThat(head.status()).isEqualTo(504);
    }

    @Test
    void interimResponsesPassIfTheHostCan() {
        proxy(upstream(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + response("ok"));
        }));
        HttpSocket client = client().send(get("/x"));

        HttpSocket.Head first = client.head();

        if (host().capabilities().interim()) {
            assertThat(first.status()).isEqualTo(103);
            assertThat(first.headers().get("Link")).isEqualTo("</a.css>");
            assertThat(client.answer().content()).isEqualTo("ok");
        } else {
            assertThat(first.status()).isEqualTo(200);
            assertThat(first.headers().contains("Link")).isFalse();
            assertThat(client.content("GET", first).content()).isEqualTo("ok");
        }
    }

    /** A host that cannot carry them refuses the request or leaves them out, but never takes them for something else. */
    @Test
    void trailersOfARequestReachTheUpstreamIfTheHostCan() {
        RawUpstream upstream = upstream(response("ok"));
        proxy(upstream);

        HttpSocket client = client().send(request("POST", "/x")
                + "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 42\r\n\r\n"
                + get("/smuggled"));

        int status = client.answer().status();
        if (host().capabilities().requestTrailers()) {
            assertThat(status).isEqualTo(200);
            assertThat(upstream.connection(0).received()).containsIgnoringCase("\r\n0\r\nX-Sum: 42\r\n\r\n");
        } else {
            assertThat(status).isIn(200, 400);
            assertThat(sent(upstream)).doesNotContainIgnoringCase("X-Sum: 42");
        }
    }

    @Test
    void trailersOfAResponseReachTheClientIfTheHostCan() {
        proxy(upstream(lines(
                "HTTP/1.1 200 OK",
                "Transfer-Encoding: chunked",
                "Trailer: X-Sum",
                "",
                "3",
                "abc",
                "0",
                "X-Sum: 42",
                "")));
        HttpSocket client = client();

        HttpSocket.Answer answer = client.send(get("/x")).answer();

        assertThat(answer.content()).isEqualTo("abc");
        assertThat(answer.trailers().get("X-Sum"))
                .isEqualTo(host().capabilities().responseTrailers() ? "42" : null);
        assertThat(client.send(get("/x")).answer().content()).isEqualTo("abc");
    }

    private static String sent(RawUpstream upstream) {
        List<RawConnection> connections = upstream.connections();
        return connections.isEmpty() ? "" : connections.get(0).received();
    }
}
