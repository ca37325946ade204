package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Headers;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests and responses arrive as they were sent. */
abstract class HostMessages extends HostFixture {

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "get"})
    void everyMethodReachesTheUpstream(String method) {
        RawUpstream upstream = upstream(response("ok"));
        proxy(upstream);

        HttpSocket.Answer answer = client().send(request(method, "/x") + "Content-Length: 0\r\n\r\n")
                .answer();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.content()).isEqualTo("ok");
        assertThat(upstream.connection(0).received()).startsWith(method + " /x HTTP/1.1\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/a%20b",
                "/%7Euser/%c3%a9",
                "/a+b?c=d+e",
                "/x?",
                "/x?a=%2F%2e&b=//..;/",
                "/x?a=1&a=2&&=",
                "/~tilde/-._!$&'()*,=:@"
            })
    void theTargetReachesTheUpstreamAsItWasSent(String target) {
        RawUpstream upstream = upstream(response("ok"));
        proxy(upstream);

        assertThat(client().send(get(target)).answer().status()).isEqualTo(200);

        assertThat(upstream.connection(0).received()).startsWith("GET " + target + " HTTP/1.1\r\n");
    }

    @Test
    void requestHeadersReachTheUpstream() {
        RawUpstream upstream = upstream(response("ok"));
        proxy(upstream);

        client().send(request("GET", "/x")
                        + "X-One: 1\r\nX-Many: a\r\nX-Many: b, c\r\nX-Latin: caf\u00e9\r\nX-Empty:\r\n"
                        + "Authorization: Bearer t\r\nAccept-Encoding: gzip\r\nCookie: a=b; c=\"d\"\r\n\r\n")
                .answer();

        assertThat(upstream.connection(0).received())
                .containsIgnoringCase("\r\nX-One: 1\r\n")
                .containsIgnoringCase("\r\nX-Many: a\r\nX-Many: b, c\r\n")
                .containsIgnoringCase("\r\nX-Latin: caf\u00e9\r\n")
                .containsIgnoringCase("\r\nX-Empty:")
                .containsIgnoringCase("\r\nAuthorization: Bearer t\r\n")
                .containsIgnoringCase("\r\nAccept-Encoding: gzip\r\n")
                .containsIgnoringCase("\r\nCookie: a=b; c=\"d\"\r\n");
    }

    @Test
    void headersOfTheConnectionDoNotReachTheUpstream() {
        RawUpstream upstream = upstream(response("ok"));
        proxy(upstream);

        client().send(request("GET", "/x") + "Connection: keep-alive, X-Mine\r\nX-Mine: 1\r\nKeep-Alive: 3\r\n\r\n")
                .answer();

        assertThat(upstream.connection(0).received().toLowerCase(Locale.ROOT))
                .doesNotContain("x-mine")
                .doesNotContain("keep-alive");
    }

    @Test
    void responseHeadersReachTheClient() {
        proxy(upstream(lines(
                        "HTTP/1.1 299 Odd",
                        "X-One: 1",
                        "Set-Cookie: a=1; Path=/",
                        "Set-Cookie: b=2",
                        "X-Latin: caf\u00e9",
                        "Content-Type: application/x-thing",
                        "ETag: \"v1\"",
                        "Content-Encoding: br",
                        "Content-Length: 2",
                        "")
                + "ok"));

        HttpSocket.Answer answer = client().send(get("/x")).answer();

        assertThat(answer.status()).isEqualTo(299);
        assertThat(answer.content()).isEqualTo("ok");
        Headers headers = answer.headers();
        assertThat(headers.get("X-One")).isEqualTo("1");
        assertThat(headers.all("Set-Cookie")).containsExactly("a=1; Path=/", "b=2");
        assertThat(headers.get("X-Latin")).isEqualTo("caf\u00e9");
        assertThat(headers.all("Content-Type")).containsExactly("application/x-thing");
        assertThat(headers.get("ETag")).isEqualTo("\"v1\"");
        assertThat(headers.get("Content-Encoding")).isEqualTo("br");
        assertThat(headers.all("Date")).hasSize(1);
    }

    @Test
    void anErrorOfTheUpstreamIsItsOwn() {
        proxy(upstream("HTTP/1.1 404 Not Found\r\nX-From: upstream\r\nContent-Length: 4\r\n\r\ngone"));

        HttpSocket.Answer answer = client().send(get("/x")).answer();

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.headers().get("X-From")).isEqualTo("upstream");
        assertThat(answer.content()).isEqualTo("gone");
    }

    @Test
    void aConnectionServesRequestAfterRequest() {
        RawUpstream upstream = upstream(connection -> {
            while (true) {
                String path = connection.readRequest().split(" ", 3)[1];
                connection.write(response(path));
            }
        });
        proxy(upstream);
        HttpSocket client = client();

        for (int i = 0; i < 20; i++) {
            assertThat(client.send(i % 2 == 0 ? get("/" + i) : post("/" + i, "content"))
                            .answer()
                            .content())
                    .isEqualTo("/" + i);
        }
    }

    @Test
    void requestsInOneGoAreAnsweredInTheirOrder() {
        RawUpstream upstream = upstream(connection -> {
            while (true) {
                connection.write(response(connection.readRequest().split(" ", 3)[1]));
            }
        });
        proxy(upstream);

        HttpSocket client = client().send(get("/1") + post("/2", "abc") + get("/3"));

        assertThat(client.answer().content()).isEqualTo("/1");
        assertThat(client.answer().content()).isEqualTo("/2");
        assertThat(client.answer().content()).isEqualTo("/3");
    }

    @Test
    void headIsAnsweredWithoutContent() {
        proxy(upstream(connection -> {
            while (true) {
                String head = connection.readRequest();
                connection.write(
                        head.startsWith("HEAD") ? "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n" : response("ok"));
            }
        }));
        HttpSocket client = client();

        HttpSocket.Answer answer = client.send(request("HEAD", "/x") + "\r\n").answer("HEAD");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers().get("Content-Length")).isEqualTo("7");
        assertThat(client.send(get("/y")).answer().content()).isEqualTo("ok");
    }

    @Test
    void headOfUnknownLengthSaysNothingOfALength() {
        proxy(upstream(connection -> {
            while (true) {
                String head = connection.readRequest();
                connection.write(
                        head.startsWith("HEAD")
                                ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                : response("ok"));
            }
        }));
        HttpSocket client = client();

        HttpSocket.Answer answer = client.send(request("HEAD", "/x") + "\r\n").answer("HEAD");

        assertThat(answer.headers().contains("Content-Length")).isFalse();
        assertThat(client.send(get("/y")).answer().content()).isEqualTo("ok");
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void aStatusWithoutContentHasNone(int status) {
        proxy(upstream(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 " + status + " None\r\nETag: \"v\"\r\n\r\n");
            connection.readRequest();
            connection.write(response("next"));
        }));
        HttpSocket client = client();

        HttpSocket.Answer answer = client.send(get("/x")).answer();

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.headers().get("ETag")).isEqualTo("\"v\"");
        assertThat(client.send(get("/y")).answer().content()).isEqualTo("next");
    }

    @Test
    void anEmptyAnswerHasTheLengthZero() {
        proxy(upstream("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));

        HttpSocket.Answer answer = client().send(get("/x")).answer();

        assertThat(answer.headers().get("Content-Length")).isEqualTo("0");
    }

    @Test
    void anHttp10ClientGetsNoChunks() {
        proxy(upstream("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"));

        HttpSocket client = client().send("GET " + host().prefix() + "/x HTTP/1.0\r\n\r\n");
        HttpSocket.Head head = client.head();

        assertThat(head.headers().contains("Transfer-Encoding")).isFalse();
        assertThat(client.readToEnd()).isEqualTo("ok");
    }
}
