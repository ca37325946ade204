package dev.gatehouse.jetty;

import static dev.gatehouse.jetty.Http2Frame.DATA;
import static dev.gatehouse.jetty.Http2Frame.END_STREAM;
import static dev.gatehouse.jetty.Http2Frame.HEADERS;
import static dev.gatehouse.jetty.Http2Frame.INITIAL_WINDOW_SIZE;
import static dev.gatehouse.jetty.Http2Frame.MAX_FRAME_SIZE;
import static dev.gatehouse.jetty.Http2Frame.NONE;
import static dev.gatehouse.jetty.Http2Frame.PADDED;
import static dev.gatehouse.jetty.Http2Frame.WINDOW_UPDATE;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Windows in both directions (RFC 9113 §5.2 and §6.9). */
class Http2FlowControlTest {

    private static final int DEFAULT_WINDOW = 65_535;
    private static final int MEGABYTE = 1 << 20;
    private static final int FRAME = 16_384;

    private final BlockingQueue<Body> unread = new LinkedBlockingQueue<>();
    private final JettyHost host = JettyHost.of(this::serve);

    @AfterEach
    void stop() {
        host.close();
    }

    private void serve(Request request, HostExchange exchange) {
        switch (request.path()) {
            case "/large" -> exchange.respond(Response.text(200, "x".repeat(MEGABYTE)), failure -> {});
            case "/echo" -> exchange.respond(Response.of(200, Headers.empty(), request.body()), failure -> {});
            case "/count" ->
                request.body()
                        .bytes(2 * MEGABYTE)
                        .whenComplete((bytes, failure) -> exchange.respond(
                                failure == null ? Response.text(200, "" + bytes.length) : Response.of(400), end -> {}));
            case "/unread" -> {
                exchange.onClientGone(gone -> exchange.respond(Response.of(499), end -> {}));
                unread.add(request.body());
            }
            default -> exchange.respond(Response.text(200, request.path()), failure -> {});
        }
    }

    @Test
    void aWindowOfOneByteIsFilledByteByByte() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host, INITIAL_WINDOW_SIZE, 1)) {
            wire.get(1, "/abc");
            assertThat(wire.next(HEADERS, 1).status()).isEqualTo(200);
            for (String expected : new String[] {"/", "a", "b", "c"}) {
                Http2Frame data = wire.next(DATA, 1);
                assertThat(data.text()).isEqualTo(expected);
                wire.number(WINDOW_UPDATE, 1, 1);
            }
        }
    }

    @Test
    void aWindowOfZeroIsRaisedBySettings() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host, INITIAL_WINDOW_SIZE, 0)) {
            wire.get(1, "/abc").get(3, "/def");
            assertThat(wire.next(HEADERS, 1).has(END_STREAM)).isFalse();
            assertThat(wire.isAlive()).isTrue();
            assertThat(wire.hasCome(frame -> frame.is(DATA))).isFalse();
            wire.settings(INITIAL_WINDOW_SIZE, 3);
            assertThat(wire.next(DATA, 1).text()).isEqualTo("/ab");
            assertThat(wire.next(DATA, 3).text()).isEqualTo("/de");
        }
    }

    @Test
    void aWindowMayBecomeNegative() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host, INITIAL_WINDOW_SIZE, 100)) {
            wire.get(1, "/large");
            assertThat(wire.next(DATA, 1).payload()).hasSize(100);
            wire.settings(INITIAL_WINDOW_SIZE, 10).number(WINDOW_UPDATE, 1, 90);
            assertThat(wire.isAlive()).isTrue();
            assertThat(wire.hasCome(frame -> frame.is(DATA))).isFalse();
            wire.number(WINDOW_UPDATE, 1, 1);
            assertThat(wire.next(DATA, 1).payload()).hasSize(1);
        }
    }

    @Test
    void noMoreIsSentThanTheConnectionsWindow() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host, INITIAL_WINDOW_SIZE, 2 * MEGABYTE)) {
            wire.get(1, "/large").get(3, "/large");
            assertThat(received(wire, DEFAULT_WINDOW)).isEqualTo(DEFAULT_WINDOW);
            wire.number(WINDOW_UPDATE, 0, 1000);
            assertThat(received(wire, 1000)).isEqualTo(1000);
            assertThat(wire.get(5, "/b").next(HEADERS, 5).status()).isEqualTo(200);
        }
    }

    @Test
    void framesAreNoLargerThanTheClientAllows() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host, INITIAL_WINDOW_SIZE, MEGABYTE)) {
            wire.get(1, "/large").answer(1);
            wire.settings(MAX_FRAME_SIZE, 2 * FRAME).get(3, "/large");
            for (int seen = 0; seen < MEGABYTE; ) {
                Http2Frame data = wire.next(DATA, 3);
                seen += data.payload().length;
                assertThat(data.payload()).hasSizeLessThanOrEqualTo(2 * FRAME);
                wire.number(WINDOW_UPDATE, 0, data.payload().length);
            }
        }
    }

    @Test
    void aStreamThatIsNotReadDoesNotStopAnother() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.number(WINDOW_UPDATE, 0, 4 * MEGABYTE).get(1, "/large");
            assertThat(received(wire, DEFAULT_WINDOW)).isEqualTo(DEFAULT_WINDOW);
            assertThat(wire.get(3, "/large").answer(3).content()).hasSize(MEGABYTE);
            assertThat(wire.hasCome(frame -> frame.is(DATA, 1))).isFalse();
        }
    }

    @Test
    void streamsTakeTurns() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host, INITIAL_WINDOW_SIZE, 2 * MEGABYTE)) {
            wire.get(1, "/large").get(3, "/large").next(HEADERS, 1);
            wire.next(HEADERS, 3);
            wire.number(WINDOW_UPDATE, 0, 8 * MEGABYTE);
            int ofTheSecond = 0;
            Http2Frame data = wire.next(frame -> frame.is(DATA));
            while (!data.has(END_STREAM)) {
                ofTheSecond += data.stream() == 3 ? data.payload().length : 0;
                data = wire.next(frame -> frame.is(DATA));
            }
            // Neither has to wait for the whole of the other.
            assertThat(ofTheSecond).isBetween(MEGABYTE / 4, MEGABYTE);
        }
    }

    @Test
    void aMegabyteIsReceivedWhole() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            for (int stream = 1; stream < 9; stream += 2) {
                Http2Wire.Answer answer = wire.get(stream, "/large").answer(stream);
                assertThat(answer.content()).hasSize(MEGABYTE);
                assertThat(answer.end()).isEqualTo("end");
            }
        }
    }

    @Test
    void aMegabyteIsSentWhole() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            for (int stream = 1; stream < 9; stream += 2) {
                wire.request(stream, false, "POST", "/count");
                new Upload(wire, stream).send(MEGABYTE).end();
                assertThat(wire.answer(stream).content()).isEqualTo("" + MEGABYTE);
            }
        }
    }

    @Test
    void paddingIsGivenBack() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/count");
            Upload upload = new Upload(wire, 1);
            byte[] padded = new byte[256];
            padded[0] = (byte) 255;
            for (int i = 0; i < 8 * MEGABYTE / padded.length; i++) {
                upload.take(padded.length);
                wire.frame(DATA, PADDED, 1, padded);
            }
            assertThat(upload.end().answer(1).content()).isEqualTo("0");
        }
    }

    @Test
    void whatNobodyReadsStopsWithinTheWindowAndGoesOnWhenItIsRead() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/unread");
            Body body = unread.poll(5, SECONDS);
            int window = wire.setting(INITIAL_WINDOW_SIZE, DEFAULT_WINDOW);
            Upload upload = new Upload(wire, 1).send(window);
            assertThat(wire.isAlive()).isTrue();
            assertThat(wire.hasCome(frame -> frame.is(WINDOW_UPDATE, 1))).isFalse();

            int read = 0;
            while (read < window) {
                Chunk chunk = body.read();
                if (chunk != null) {
                    read += chunk.data().remaining();
                    chunk.release();
                }
            }
            assertThat(upload.send(1).end().isAlive()).isTrue();
        }
    }

    @Test
    void anUploadThatNobodyReadsDoesNotStopAnother() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            int window = wire.setting(INITIAL_WINDOW_SIZE, DEFAULT_WINDOW);
            wire.request(1, false, "POST", "/unread");
            Upload first = new Upload(wire, 1).send(window);
            wire.request(3, false, "POST", "/count");
            new Upload(wire, 3, first).send(MEGABYTE).end();
            assertThat(wire.answer(3).content()).isEqualTo("" + MEGABYTE);
        }
    }

    @Test
    void theConnectionsWindowComesBackWhenAStreamIsReset() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            int window = wire.setting(INITIAL_WINDOW_SIZE, DEFAULT_WINDOW);
            Upload upload = new Upload(wire, 1);
            for (int stream = 1; stream < 61; stream += 2) {
                wire.request(stream, false, "POST", "/unread");
                upload = new Upload(wire, stream, upload).send(window);
                wire.number(Http2Frame.RST_STREAM, stream, 8);
            }
            assertThat(wire.isAlive()).isTrue();
        }
    }

    @Test
    void moreThanTheWindowIsAnError() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/unread");
            int window = wire.setting(INITIAL_WINDOW_SIZE, DEFAULT_WINDOW);
            new Upload(wire, 1).send(window);
            wire.data(1, "x", false);
            assertThat(wire.outcome(1)).isIn("reset 3", "goaway 3");
        }
    }

    @Test
    void anUpdateOfZeroIsAnError() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host, INITIAL_WINDOW_SIZE, 0)) {
            wire.get(1, "/large").next(HEADERS, 1);
            assertThat(wire.number(WINDOW_UPDATE, 1, 0).outcome(1)).isIn("reset 1", "goaway 1");
        }
        try (Http2Wire wire = Http2Wire.connect(host)) {
            assertThat(wire.number(WINDOW_UPDATE, 0, 0).end()).isEqualTo("goaway 1");
        }
    }

    @Test
    void aWindowThatIsTooLargeIsAnError() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host, INITIAL_WINDOW_SIZE, 1)) {
            wire.get(1, "/large").next(HEADERS, 1);
            wire.number(WINDOW_UPDATE, 1, Integer.MAX_VALUE).number(WINDOW_UPDATE, 1, Integer.MAX_VALUE);
            assertThat(wire.outcome(1)).isIn("reset 3", "goaway 3");
        }
        try (Http2Wire wire = Http2Wire.connect(host)) {
            assertThat(wire.number(WINDOW_UPDATE, 0, Integer.MAX_VALUE).end()).isEqualTo("goaway 3");
        }
    }

    @Test
    void settingsThatMakeAWindowTooLargeAreAnError() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host, INITIAL_WINDOW_SIZE, 0)) {
            wire.get(1, "/large").next(HEADERS, 1);
            wire.number(WINDOW_UPDATE, 1, 70_000).next(DATA, 1);
            wire.number(WINDOW_UPDATE, 1, 70_000).settings(INITIAL_WINDOW_SIZE, Integer.MAX_VALUE);
            assertThat(wire.end()).isEqualTo("goaway 3");
        }
    }

    /** Reads content of any stream; fails if there is less. */
    private static int received(Http2Wire wire, int atLeast) throws IOException {
        int seen = 0;
        while (seen < atLeast) {
            seen += wire.next(frame -> frame.is(DATA)).payload().length;
        }
        assertThat(wire.isAlive()).isTrue();
        assertThat(wire.hasCome(frame -> frame.is(DATA))).isFalse();
        return seen;
    }

    /** Sends no more than the server allows. */
    private static final class Upload {

        private final Http2Wire wire;
        private final int stream;
        private int window;
        private int connectionWindow;

        Upload(Http2Wire wire, int stream) {
            this.wire = wire;
            this.stream = stream;
            this.window = wire.setting(INITIAL_WINDOW_SIZE, DEFAULT_WINDOW);
            this.connectionWindow = DEFAULT_WINDOW;
        }

        /** A further one of the same connection. */
        Upload(Http2Wire wire, int stream, Upload before) {
            this(wire, stream);
            this.connectionWindow = before.connectionWindow;
        }

        Upload send(int bytes) throws IOException {
            for (int left = bytes; left > 0; ) {
                int length = Math.min(left, FRAME);
                take(length);
                wire.frame(DATA, NONE, stream, new byte[length]);
                left -= length;
            }
            return this;
        }

        /** Waits until so much may be sent. */
        void take(int bytes) throws IOException {
            while (window < bytes || connectionWindow < bytes) {
                Http2Frame update = wire.next(frame -> frame.is(WINDOW_UPDATE, 0) || frame.is(WINDOW_UPDATE, stream));
                if (update.stream() == 0) {
                    connectionWindow += update.number();
                } else {
                    window += update.number();
                }
            }
            window -= bytes;
            connectionWindow -= bytes;
        }

        Http2Wire end() throws IOException {
            return wire.frame(DATA, END_STREAM, stream);
        }
    }
}
