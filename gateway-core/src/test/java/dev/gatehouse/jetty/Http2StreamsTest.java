package dev.gatehouse.jetty;

import static dev.gatehouse.jetty.Http2Frame.CONTINUATION;
import static dev.gatehouse.jetty.Http2Frame.DATA;
import static dev.gatehouse.jetty.Http2Frame.END_HEADERS;
import static dev.gatehouse.jetty.Http2Frame.END_STREAM;
import static dev.gatehouse.jetty.Http2Frame.GOAWAY;
import static dev.gatehouse.jetty.Http2Frame.HEADERS;
import static dev.gatehouse.jetty.Http2Frame.MAX_CONCURRENT_STREAMS;
import static dev.gatehouse.jetty.Http2Frame.NONE;
import static dev.gatehouse.jetty.Http2Frame.PRIORITY;
import static dev.gatehouse.jetty.Http2Frame.RST_STREAM;
import static dev.gatehouse.jetty.Http2Frame.WINDOW_UPDATE;
import static dev.gatehouse.jetty.Http2Frame.bytes;
import static dev.gatehouse.jetty.Http2Frame.ints;
import static dev.gatehouse.jetty.Http2Wire.literal;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What may come for a stream in which state, and how many there are (RFC 9113 §5.1). */
class Http2StreamsTest {

    private static final String PROTOCOL_ERROR = "goaway 1";
    private static final String STREAM_CLOSED = "goaway 5";

    private final BlockingQueue<HostExchange> waiting = new LinkedBlockingQueue<>();
    private final JettyHost host = JettyHost.of(this::serve);

    private void serve(Request request, HostExchange exchange) {
        exchange.onClientGone(gone -> {});
        switch (request.path()) {
            case "/wait" -> waiting.add(exchange);
            case "/echo" -> exchange.respond(Response.of(200, Headers.empty(), request.body()), failure -> {});
            default -> exchange.respond(Response.text(200, request.path()), failure -> {});
        }
    }

    @AfterEach
    void stop() {
        host.close();
    }

    private void answerWaiting() {
        for (HostExchange exchange = waiting.poll(); exchange != null; exchange = waiting.poll()) {
            exchange.respond(Response.of(200, Headers.empty(), Body.of("late")), failure -> {});
        }
    }

    static Stream<Arguments> ofIdleStreams() {
        return Stream.of(
                Arguments.of("DATA", bytes(DATA, END_STREAM, 9, new byte[3])),
                Arguments.of("WINDOW_UPDATE", bytes(WINDOW_UPDATE, NONE, 9, ints(5))),
                Arguments.of("RST_STREAM", bytes(RST_STREAM, NONE, 9, ints(8))),
                Arguments.of("DATA of an even stream", bytes(DATA, NONE, 2, new byte[3])),
                Arguments.of("WINDOW_UPDATE of an even stream", bytes(WINDOW_UPDATE, NONE, 2, ints(5))),
                Arguments.of("RST_STREAM of an even stream", bytes(RST_STREAM, NONE, 2, ints(8))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ofIdleStreams")
    void aFrameOfAStreamThatNeverWasEndsTheConnection(String what, byte[] frame) throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/").answer(1);
            assertThat(wire.send(frame).end()).isEqualTo(PROTOCOL_ERROR);
        }
    }

    @Test
    void aClientsStreamsHaveOddNumbers() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            assertThat(wire.get(2, "/").end()).isEqualTo(PROTOCOL_ERROR);
        }
    }

    @Test
    void numbersOfStreamsIncrease() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(7, "/").answer(7);
            // 5 is closed by the opening of 7, so both are right.
            assertThat(wire.get(5, "/").end()).isIn(PROTOCOL_ERROR, STREAM_CLOSED);
        }
    }

    @Test
    void numbersOfStreamsMayBeSkippedUpToTheLast() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            assertThat(wire.get(1001, "/a").answer(1001).content()).isEqualTo("/a");
            assertThat(wire.get(Integer.MAX_VALUE, "/b")
                            .answer(Integer.MAX_VALUE)
                            .content())
                    .isEqualTo("/b");
        }
    }

    @Test
    void aSectionOnAClosedStreamIsAnError() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/").answer(1);
            assertThat(wire.get(1, "/").outcome(1)).isIn("reset 5", STREAM_CLOSED, PROTOCOL_ERROR);
        }
    }

    @Test
    void contentOnAClosedStreamIsAnError() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/").answer(1);
            wire.data(1, "x", false);
            assertThat(wire.outcome(1)).isIn("reset 5", STREAM_CLOSED);
        }
    }

    @Test
    void contentAfterTheEndOfARequestIsAnError() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/wait").data(1, "x", true);
            assertThat(wire.outcome(1)).isIn("reset 5", STREAM_CLOSED);
        }
    }

    @Test
    void aSectionAfterTheEndOfARequestIsAnError() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/wait").fields(1, true, "x-sum", "7");
            assertThat(wire.outcome(1)).isIn("reset 5", STREAM_CLOSED);
        }
    }

    @Test
    void whatMayStillComeForAClosedStreamIsIgnored() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/").answer(1);
            wire.number(WINDOW_UPDATE, 1, 100).number(RST_STREAM, 1, 8).frame(PRIORITY, NONE, 1, new byte[5]);
            assertThat(wire.isAlive()).isTrue();
        }
    }

    @Test
    void contentAfterAResetByTheClientIsAnError() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/wait").number(RST_STREAM, 1, 8);
            wire.data(1, "x", false);
            assertThat(wire.next(frame -> frame.is(GOAWAY) || (frame.is(RST_STREAM) && frame.code() != 8))
                            .code())
                    .isEqualTo(5);
        }
    }

    @Test
    void aResetIsNotAnsweredWithAReset() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/wait");
            HostExchange exchange = waiting.poll(5, SECONDS);
            CompletableFuture<Throwable> gone = new CompletableFuture<>();
            wire.number(RST_STREAM, 1, 8);
            exchange.respond(Response.of(204), gone::complete);
            gone.get(5, SECONDS);
            assertThat(wire.isAlive()).isTrue();
            assertThat(wire.hasCome(frame -> frame.is(RST_STREAM))).isFalse();
        }
    }

    @Test
    void prioritiesMakeNoDifference() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.frame(PRIORITY, NONE, 1, new byte[] {0, 0, 0, 7, 10});
            wire.frame(PRIORITY, NONE, 8, new byte[] {0, 0, 0, 1, 10});
            assertThat(wire.get(1, "/a").answer(1).content()).isEqualTo("/a");
        }
    }

    @Test
    void aPriorityOfTheWrongSizeIsAnErrorOfItsStream() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/wait").frame(PRIORITY, NONE, 1, new byte[4]);
            assertThat(wire.outcome(1)).isIn("reset 6", "goaway 6");
        }
    }

    @Test
    void moreStreamsThanAllowedAreRefusedAndCanBeTriedAgain() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            int most = wire.setting(MAX_CONCURRENT_STREAMS, -1);
            assertThat(most).isBetween(1, 1000);
            for (int i = 0; i < most; i++) {
                wire.get(2 * i + 1, "/wait");
            }
            int over = 2 * most + 1;
            assertThat(wire.get(over, "/wait").outcome(over)).isEqualTo("reset 7");
            await().untilAsserted(() -> assertThat(waiting).hasSize(most));

            waiting.take().respond(Response.of(204), failure -> {});
            assertThat(wire.next(HEADERS, 1).status()).isEqualTo(204);
            assertThat(wire.get(over + 2, "/a").answer(over + 2).content()).isEqualTo("/a");
            answerWaiting();
        }
    }

    @Test
    void aRefusedStreamLeavesTheTableAsItMustBe() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            int most = wire.setting(MAX_CONCURRENT_STREAMS, -1);
            for (int i = 0; i < most; i++) {
                wire.get(2 * i + 1, "/wait");
            }
            int over = 2 * most + 1;
            wire.request(over, true, "GET", "/wait", "x-new", "only here at first");
            assertThat(wire.outcome(over)).isEqualTo("reset 7");
            waiting.poll(5, SECONDS).respond(Response.of(204), failure -> {});
            wire.next(HEADERS, 1);
            wire.request(over + 2, true, "GET", "/a", "x-new", "only here at first");
            assertThat(wire.answer(over + 2).content()).isEqualTo("/a");
            answerWaiting();
        }
    }

    @Test
    void nothingComesBetweenThePiecesOfASection() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            byte[] block = wire.compressed(":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a");
            wire.frame(HEADERS, END_STREAM, 1, block).frame(0xBE, NONE, 1);
            assertThat(wire.end()).isEqualTo(PROTOCOL_ERROR);
        }
    }

    @Test
    void thePiecesOfASectionAreOfOneStream() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            byte[] block = wire.compressed(":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a");
            wire.frame(HEADERS, END_STREAM, 1, block).frame(CONTINUATION, END_HEADERS, 3, literal("x-a", "1"));
            assertThat(wire.end()).isEqualTo(PROTOCOL_ERROR);
        }
    }

    @Test
    void anEmptyPieceOfAnotherStreamIsAnErrorToo() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            byte[] block = wire.compressed(":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a");
            wire.frame(HEADERS, END_STREAM, 1, block).frame(CONTINUATION, END_HEADERS, 3);
            assertThat(wire.end()).isEqualTo(PROTOCOL_ERROR);
        }
    }

    @Test
    void noDataComesBetweenThePiecesOfASection() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/echo");
            byte[] block = wire.compressed(":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a");
            wire.frame(HEADERS, END_STREAM, 3, block).data(1, "x", true);
            assertThat(wire.end()).isEqualTo(PROTOCOL_ERROR);
        }
    }
}
