package dev.gatehouse.jetty;

import static dev.gatehouse.jetty.Http2Frame.ACK;
import static dev.gatehouse.jetty.Http2Frame.CONTINUATION;
import static dev.gatehouse.jetty.Http2Frame.DATA;
import static dev.gatehouse.jetty.Http2Frame.ENABLE_PUSH;
import static dev.gatehouse.jetty.Http2Frame.END_HEADERS;
import static dev.gatehouse.jetty.Http2Frame.END_STREAM;
import static dev.gatehouse.jetty.Http2Frame.GOAWAY;
import static dev.gatehouse.jetty.Http2Frame.HEADERS;
import static dev.gatehouse.jetty.Http2Frame.HEADER_TABLE_SIZE;
import static dev.gatehouse.jetty.Http2Frame.INITIAL_WINDOW_SIZE;
import static dev.gatehouse.jetty.Http2Frame.MAX_FRAME_SIZE;
import static dev.gatehouse.jetty.Http2Frame.NONE;
import static dev.gatehouse.jetty.Http2Frame.PADDED;
import static dev.gatehouse.jetty.Http2Frame.PING;
import static dev.gatehouse.jetty.Http2Frame.PRIORITY;
import static dev.gatehouse.jetty.Http2Frame.PUSH_PROMISE;
import static dev.gatehouse.jetty.Http2Frame.RST_STREAM;
import static dev.gatehouse.jetty.Http2Frame.SETTINGS;
import static dev.gatehouse.jetty.Http2Frame.WINDOW_UPDATE;
import static dev.gatehouse.jetty.Http2Frame.bytes;
import static dev.gatehouse.jetty.Http2Frame.ints;
import static dev.gatehouse.jetty.Http2Wire.PREFACE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Response;
import java.io.ByteArrayOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What concerns a whole connection: its beginning, and frames that are wrong by themselves (RFC 9113 §3.4, §4, §6). */
class Http2ConnectionTest {

    private static final int PROTOCOL_ERROR = 1;
    private static final int FLOW_CONTROL_ERROR = 3;
    private static final int FRAME_SIZE_ERROR = 6;

    private final JettyHost host =
            JettyHost.of((request, exchange) -> exchange.respond(Response.text(200, request.path()), failure -> {}));

    @AfterEach
    void stop() {
        host.close();
    }

    @Test
    void bothSidesBeginWithSettingsAndAcknowledgeThem() throws Exception {
        try (Http2Wire wire = Http2Wire.silent(host.server().port())) {
            wire.send(PREFACE).settings(INITIAL_WINDOW_SIZE, 10);
            Http2Frame first = wire.next(frame -> true);
            assertThat(first.type()).isEqualTo(SETTINGS);
            assertThat(first.has(ACK)).isFalse();
            assertThat(wire.next(frame -> frame.is(SETTINGS)).toString()).isEqualTo("0 frame 4 flags 1 of 0");
            assertThat(wire.frame(SETTINGS, ACK, 0).isAlive()).isTrue();
        }
    }

    @Test
    void aPrefaceAndARequestMayComeByteByByte() throws Exception {
        try (Http2Wire wire = Http2Wire.silent(host.server().port())) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(PREFACE.getBytes(ISO_8859_1));
            all.writeBytes(bytes(SETTINGS, NONE, 0));
            byte[] section = wire.compressed(":method", "GET", ":scheme", "http", ":path", "/a", ":authority", "a");
            all.writeBytes(bytes(HEADERS, END_HEADERS | END_STREAM, 1, section));
            for (byte each : all.toByteArray()) {
                wire.send(new byte[] {each});
            }
            assertThat(wire.answer(1).content()).isEqualTo("/a");
        }
    }

    @Test
    void aRequestMayComeTogetherWithThePreface() throws Exception {
        try (Http2Wire wire = Http2Wire.silent(host.server().port())) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(PREFACE.getBytes(ISO_8859_1));
            all.writeBytes(bytes(SETTINGS, NONE, 0));
            byte[] section = wire.compressed(":method", "GET", ":scheme", "http", ":path", "/a", ":authority", "a");
            all.writeBytes(bytes(HEADERS, END_HEADERS | END_STREAM, 1, section));
            assertThat(wire.send(all.toByteArray()).answer(1).content()).isEqualTo("/a");
        }
    }

    @Test
    void aWrongPrefaceEndsTheConnection() throws Exception {
        try (Http2Wire wire = Http2Wire.silent(host.server().port())) {
            wire.send("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n");
            assertThat(wire.end()).isIn("closed", "goaway " + PROTOCOL_ERROR);
        }
    }

    @Test
    void whatDoesNotBeginWithSettingsEnds() throws Exception {
        try (Http2Wire wire = Http2Wire.silent(host.server().port())) {
            wire.send(PREFACE).frame(PING, NONE, 0, new byte[8]);
            assertThat(wire.end()).isIn("closed", "goaway " + PROTOCOL_ERROR);
        }
    }

    @Test
    void whatIsUnknownIsIgnored() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host, 0x5A5A, 77, 0, 5)) {
            wire.frame(0xBE, 0xFF, 0, new byte[30]);
            wire.frame(0xBE, NONE, 7);
            wire.frame(PING, 0xFE, 0, new byte[8]);
            assertThat(wire.next(PING, 0).has(ACK)).isTrue();
            wire.request(1, false, "POST", "/a").frame(0xBF, 0xFF, 1, new byte[10]);
            wire.frame(DATA, 0xF7 & ~PADDED, 1);
            assertThat(wire.answer(1).content()).isEqualTo("/a");
        }
    }

    @Test
    void theReservedBitOfAStreamsNumberIsIgnored() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1 | Integer.MIN_VALUE, "/a");
            assertThat(wire.answer(1).content()).isEqualTo("/a");
        }
    }

    @Test
    void aPingIsEchoedButNotItsEcho() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.frame(PING, ACK, 0, "01234567".getBytes(ISO_8859_1));
            wire.frame(PING, NONE, 0, "abcdefgh".getBytes(ISO_8859_1));
            Http2Frame echo = wire.next(PING, 0);
            assertThat(echo.text()).isEqualTo("abcdefgh");
            assertThat(echo.flags()).isEqualTo(ACK);
        }
    }

    @Test
    void aClientMayForbidTheTable() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host, HEADER_TABLE_SIZE, 0)) {
            for (int stream = 1; stream < 9; stream += 2) {
                assertThat(wire.get(stream, "/a").answer(stream).content()).isEqualTo("/a");
            }
        }
    }

    static Stream<Arguments> wrongFrames() {
        return Stream.of(
                wrong("short PING", FRAME_SIZE_ERROR, bytes(PING, NONE, 0, new byte[7])),
                wrong("PING of a stream", PROTOCOL_ERROR, bytes(PING, NONE, 1, new byte[8])),
                wrong("SETTINGS of 5 bytes", FRAME_SIZE_ERROR, bytes(SETTINGS, NONE, 0, new byte[5])),
                wrong("SETTINGS of a stream", PROTOCOL_ERROR, bytes(SETTINGS, NONE, 1)),
                wrong("SETTINGS ACK with content", FRAME_SIZE_ERROR, bytes(SETTINGS, ACK, 0, new byte[6])),
                wrong("window of 2^31", FLOW_CONTROL_ERROR, setting(INITIAL_WINDOW_SIZE, Integer.MIN_VALUE)),
                wrong("small MAX_FRAME_SIZE", PROTOCOL_ERROR, setting(MAX_FRAME_SIZE, 16_383)),
                wrong("large MAX_FRAME_SIZE", PROTOCOL_ERROR, setting(MAX_FRAME_SIZE, 1 << 24)),
                wrong("ENABLE_PUSH of 2", PROTOCOL_ERROR, setting(ENABLE_PUSH, 2)),
                wrong("too large a frame", FRAME_SIZE_ERROR, bytes(HEADERS, END_HEADERS, 1, new byte[16_385])),
                wrong("too large an unknown frame", FRAME_SIZE_ERROR, bytes(0xBE, NONE, 0, new byte[16_385])),
                wrong("short RST_STREAM", FRAME_SIZE_ERROR, bytes(RST_STREAM, NONE, 1, new byte[3])),
                wrong("RST_STREAM of the connection", PROTOCOL_ERROR, bytes(RST_STREAM, NONE, 0, new byte[4])),
                wrong("short WINDOW_UPDATE", FRAME_SIZE_ERROR, bytes(WINDOW_UPDATE, NONE, 0, new byte[3])),
                wrong("GOAWAY of a stream", PROTOCOL_ERROR, bytes(GOAWAY, NONE, 1, new byte[8])),
                wrong("short GOAWAY", FRAME_SIZE_ERROR, bytes(GOAWAY, NONE, 0, new byte[7])),
                wrong("DATA of the connection", PROTOCOL_ERROR, bytes(DATA, NONE, 0, new byte[3])),
                wrong("HEADERS of the connection", PROTOCOL_ERROR, bytes(HEADERS, END_HEADERS, 0, new byte[3])),
                wrong("PRIORITY of the connection", PROTOCOL_ERROR, bytes(PRIORITY, NONE, 0, new byte[5])),
                wrong("PUSH_PROMISE", PROTOCOL_ERROR, bytes(PUSH_PROMISE, END_HEADERS, 1, ints(2))),
                wrong("CONTINUATION of nothing", PROTOCOL_ERROR, bytes(CONTINUATION, END_HEADERS, 1, new byte[3])),
                wrong("padding longer than a section", PROTOCOL_ERROR, padded(HEADERS, 9, 0x82, 0x86, 0x84)),
                wrong("padding without a section", PROTOCOL_ERROR, padded(HEADERS, 9)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongFrames")
    void aWrongFrameEndsTheConnectionWithItsError(String what, int error, byte[] frame) throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            assertThat(wire.send(frame).end()).isEqualTo("goaway " + error);
        }
    }

    @Test
    void paddingLongerThanContentEndsTheConnection() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/").frame(DATA, PADDED | END_STREAM, 1, (byte) 3, (byte) 0, (byte) 0);
            assertThat(wire.end()).isEqualTo("goaway " + PROTOCOL_ERROR);
        }
    }

    @Test
    void aGoAwayNamesTheLastStreamThatWasTaken() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/").answer(1);
            wire.get(5, "/").answer(5);
            wire.frame(SETTINGS, NONE, 3);
            Http2Frame last = wire.next(GOAWAY, 0);
            assertThat(last.number()).isEqualTo(5);
        }
    }

    private static byte[] padded(int type, int padding, int... rest) {
        byte[] payload = new byte[1 + rest.length];
        payload[0] = (byte) padding;
        for (int i = 0; i < rest.length; i++) {
            payload[1 + i] = (byte) rest[i];
        }
        return bytes(type, END_HEADERS | PADDED, 1, payload);
    }

    private static byte[] setting(int key, int value) {
        byte[] number = ints(value);
        return bytes(SETTINGS, NONE, 0, (byte) 0, (byte) key, number[0], number[1], number[2], number[3]);
    }

    private static Arguments wrong(String what, int error, byte[] frame) {
        return Arguments.of(what, error, frame);
    }
}
