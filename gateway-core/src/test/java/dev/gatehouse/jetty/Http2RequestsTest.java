package dev.gatehouse.jetty;

import static dev.gatehouse.jetty.Http2Frame.CONTINUATION;
import static dev.gatehouse.jetty.Http2Frame.DATA;
import static dev.gatehouse.jetty.Http2Frame.END_HEADERS;
import static dev.gatehouse.jetty.Http2Frame.END_STREAM;
import static dev.gatehouse.jetty.Http2Frame.HEADERS;
import static dev.gatehouse.jetty.Http2Frame.NONE;
import static dev.gatehouse.jetty.Http2Frame.PADDED;
import static dev.gatehouse.jetty.Http2Frame.RST_STREAM;
import static dev.gatehouse.jetty.Http2Frame.WITH_PRIORITY;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests and answers as frames (RFC 9113 §8.1). */
class Http2RequestsTest {

    private final BlockingQueue<CompletableFuture<byte[]>> read = new LinkedBlockingQueue<>();
    private final JettyHost host = JettyHost.of(this::serve);

    @AfterEach
    void stop() {
        host.close();
    }

    private void serve(Request request, HostExchange exchange) {
        switch (request.path()) {
            case "/echo" -> answer(exchange, 200, request.body());
            case "/read" -> {
                CompletableFuture<byte[]> bytes = request.body().bytes(1 << 20).toCompletableFuture();
                read.add(bytes);
                bytes.whenComplete((content, failure) -> {
                    String sum = request.body().trailers().get("x-sum");
                    exchange.respond(Response.text(failure == null ? 200 : 400, content.length + " " + sum), end -> {});
                });
            }
            case "/silent" -> answer(exchange, 204, Body.of("nobody gets this"));
            case "/same" -> answer(exchange, 304, Body.of("nobody gets this"));
            case "/cookies" ->
                exchange.respond(
                        Response.text(200, String.join("|", request.headers().all("cookie"))), failure -> {});
            case "/early" -> exchange.respond(Response.text(413, "x".repeat(40_000)), failure -> {});
            default ->
                exchange.respond(
                        Response.text(200, request.method() + request.target().raw()), failure -> {});
        }
    }

    private static void answer(HostExchange exchange, int status, Body body) {
        exchange.respond(Response.of(status, Headers.empty(), body), failure -> {});
    }

    @Test
    void aRequestWithoutContentIsAnswered() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            Http2Wire.Answer answer = wire.get(1, "/a//b?x=%zz").answer(1);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.content()).isEqualTo("GET/a//b?x=%zz");
            assertThat(answer.fields().get("content-length")).isEqualTo("14");
            assertThat(answer.end()).isEqualTo("end");
        }
    }

    @Test
    void fieldNamesOfAnAnswerAreInLowerCase() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            assertThat(wire.get(1, "/").answer(1).fields()).isNotEmpty().allSatisfy(field -> {
                assertThat(field.getName()).isLowerCase();
                assertThat(field.getName()).isNotIn("connection", "transfer-encoding", "keep-alive");
            });
        }
    }

    @Test
    void aCookieInPiecesBecomesOne() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            assertThat(wire.request(1, true, "GET", "/cookies", "cookie", "a=1", "x-a", "1", "cookie", "b=2; c=3")
                            .answer(1)
                            .content())
                    .isEqualTo("a=1; b=2; c=3");
        }
    }

    @Test
    void headIsAnsweredWithoutContent() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            Http2Wire.Answer answer = wire.request(1, true, "HEAD", "/a").answer(1);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.fields().get("content-length")).isEqualTo("6");
            assertThat(answer.content()).isEmpty();
            assertThat(answer.end()).isEqualTo("end");
            assertThat(wire.get(3, "/b").answer(3).content()).isEqualTo("GET/b");
        }
    }

    @Test
    void statusesWithoutContentHaveNone() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            Http2Wire.Answer silent = wire.get(1, "/silent").answer(1);
            assertThat(silent.status()).isEqualTo(204);
            assertThat(silent.content()).isEmpty();
            assertThat(silent.fields().get("content-length")).isNull();
            assertThat(silent.end()).isEqualTo("end");
            Http2Wire.Answer same = wire.get(3, "/same").answer(3);
            assertThat(same.status()).isEqualTo(304);
            assertThat(same.content()).isEmpty();
            assertThat(same.end()).isEqualTo("end");
        }
    }

    @Test
    void contentMayComeInPaddedAndEmptyPieces() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/echo", "content-length", "7").data(1, "one", false);
            wire.frame(DATA, PADDED, 1, "\2two\0\0".getBytes(ISO_8859_1)).frame(DATA, NONE, 1);
            wire.frame(DATA, PADDED, 1, "\3\0\0\0".getBytes(ISO_8859_1)).data(1, "3", false);
            wire.frame(DATA, END_STREAM, 1);
            Http2Wire.Answer answer = wire.answer(1);
            assertThat(answer.content()).isEqualTo("onetwo3");
            assertThat(answer.end()).isEqualTo("end");
        }
    }

    @Test
    void trailersPassBothWays() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/echo").data(1, "x", false).fields(1, true, "x-sum", "7");
            Http2Wire.Answer answer = wire.answer(1);
            assertThat(answer.content()).isEqualTo("x");
            assertThat(answer.trailers().get("x-sum")).isEqualTo("7");
            assertThat(answer.end()).isEqualTo("end");
        }
    }

    @Test
    void trailersMayComeWithoutContent() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/read").fields(1, true, "x-sum", "7");
            assertThat(wire.answer(1).content()).isEqualTo("0 7");
        }
    }

    @Test
    void aSectionMayComeInPiecesWithPaddingAndAPriority() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            byte[] block = wire.compressed(
                    ":method", "GET", ":scheme", "http", ":path", "/a", ":authority", "ex.org", "x-a", "y".repeat(300));
            ByteArrayOutputStream first = new ByteArrayOutputStream();
            first.writeBytes(new byte[] {4, 0, 0, 0, 3, 15});
            first.write(block, 0, 9);
            first.writeBytes(new byte[4]);
            wire.frame(HEADERS, END_STREAM | PADDED | WITH_PRIORITY, 1, first.toByteArray());
            wire.frame(CONTINUATION, NONE, 1, Arrays.copyOfRange(block, 9, 50)).frame(CONTINUATION, NONE, 1);
            wire.frame(CONTINUATION, END_HEADERS, 1, Arrays.copyOfRange(block, 50, block.length));
            assertThat(wire.answer(1).content()).isEqualTo("GET/a");
        }
    }

    @Test
    void manyRequestsShareTheTable() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            for (int i = 0; i < 300; i++) {
                String value = "v".repeat(i % 40) + i;
                wire.request(2 * i + 1, true, "GET", "/" + i, "x-changing", value, "x-same", "same");
                assertThat(wire.answer(2 * i + 1).content()).isEqualTo("GET/" + i);
            }
        }
    }

    @Test
    void contentShorterThanAnnouncedIsAnErrorOfTheStream() throws Exception {
        contentOfAnotherLength("5", "four", true);
    }

    @Test
    void contentLongerThanAnnouncedIsAnErrorOfTheStream() throws Exception {
        contentOfAnotherLength("3", "four", false);
    }

    private void contentOfAnotherLength(String announced, String content, boolean last) throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/read", "content-length", announced).data(1, content, last);
            assertThat(wire.outcome(1)).isIn("reset 1", "400");
            CompletableFuture<byte[]> bytes = read.poll(5, SECONDS);
            assertThatThrownBy(() -> bytes.get(5, SECONDS)).isNotNull();
            assertThat(wire.get(3, "/b").answer(3).content()).isEqualTo("GET/b");
        }
    }

    @Test
    void announcedContentThatDoesNotComeAtAllIsAnErrorOfTheStream() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, true, "POST", "/read", "content-length", "5");
            assertThat(wire.outcome(1)).isIn("reset 1", "400");
            wire.request(3, false, "POST", "/read", "content-length", "5").fields(3, true, "x-sum", "7");
            assertThat(wire.outcome(3)).isIn("reset 1", "400");
            assertThat(wire.get(5, "/b").answer(5).content()).isEqualTo("GET/b");
        }
    }

    @Test
    void aClientThatWaitsIsToldToContinue() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/read", "expect", "100-continue");
            assertThat(wire.next(HEADERS, 1).status()).isEqualTo(100);
            Http2Wire.Answer answer = wire.data(1, "four", true).answer(1);
            assertThat(answer.content()).isEqualTo("4 null");
        }
    }

    @Test
    void aClientThatWaitsIsNotToldToContinueIfNobodyReads() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/early", "expect", "100-continue");
            assertThat(wire.next(HEADERS, 1).status()).isEqualTo(413);
        }
    }

    @Test
    void anAnswerBeforeTheEndOfTheRequestIsComplete() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            Http2Wire.Answer answer =
                    wire.request(1, false, "POST", "/early").data(1, "x", false).answer(1);
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.content()).hasSize(40_000);
            assertThat(answer.end()).isEqualTo("end");

            // What is still on its way when that comes is no error, and the rest is not wanted.
            wire.data(1, "more", false).data(1, "rest", true);
            assertThat(wire.get(3, "/b").answer(3).content()).isEqualTo("GET/b");
            assertThat(wire.isAlive()).isTrue();
        }
    }

    @Test
    void aClientIsToldThatTheRestIsNotWanted() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/early").answer(1);
            // RFC 9113 §8.1: after the whole answer, and with NO_ERROR.
            assertThat(wire.next(RST_STREAM, 1).code()).isZero();
        }
    }
}
