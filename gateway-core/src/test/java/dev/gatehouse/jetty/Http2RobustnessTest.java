package dev.gatehouse.jetty;

import static dev.gatehouse.jetty.Http2Frame.CONTINUATION;
import static dev.gatehouse.jetty.Http2Frame.DATA;
import static dev.gatehouse.jetty.Http2Frame.END_HEADERS;
import static dev.gatehouse.jetty.Http2Frame.END_STREAM;
import static dev.gatehouse.jetty.Http2Frame.GOAWAY;
import static dev.gatehouse.jetty.Http2Frame.HEADERS;
import static dev.gatehouse.jetty.Http2Frame.HEADER_TABLE_SIZE;
import static dev.gatehouse.jetty.Http2Frame.INITIAL_WINDOW_SIZE;
import static dev.gatehouse.jetty.Http2Frame.MAX_FRAME_SIZE;
import static dev.gatehouse.jetty.Http2Frame.NONE;
import static dev.gatehouse.jetty.Http2Frame.PING;
import static dev.gatehouse.jetty.Http2Frame.RST_STREAM;
import static dev.gatehouse.jetty.Http2Frame.WINDOW_UPDATE;
import static dev.gatehouse.jetty.Http2Frame.bytes;
import static dev.gatehouse.jetty.Http2Frame.ints;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One stream, one frame or one piece of user code that goes wrong is no harm to the others, nor to the server. */
class Http2RobustnessTest {

    private static final int MEGABYTE = 1 << 20;
    private static final int FRAME = 16 * 1024;
    private static final Duration SHORT = Duration.ofMillis(200);

    private final BlockingQueue<String> served = new LinkedBlockingQueue<>();
    private final BlockingQueue<HostExchange> waiting = new LinkedBlockingQueue<>();
    private final CompletableFuture<Throwable> ended = new CompletableFuture<>();

    private JettyHost host(Consumer<GatewayServer.Builder> settings) {
        return JettyHost.of(this::serve, settings);
    }

    private void serve(Request request, HostExchange exchange) {
        served.add(request.path());
        switch (request.path()) {
            case "/wait" -> {
                exchange.onClientGone(gone -> exchange.respond(Response.of(499), told -> {}));
                waiting.add(exchange);
            }
            case "/count" ->
                request.body()
                        .bytes(2 * MEGABYTE)
                        .thenAccept(content -> exchange.respond(Response.text(200, "" + content.length), told -> {}));
            case "/megabyte" -> exchange.respond(Response.text(200, "x".repeat(MEGABYTE)), ended::complete);
            // More than the kernel holds for the sender (4 MB) and the receiver (6 MB).
            case "/huge" -> exchange.respond(Response.text(200, "x".repeat(24 * MEGABYTE)), ended::complete);
            case "/bad-trailers" ->
                exchange.respond(Response.of(200, Headers.empty(), Body.of(new BadTrailers(), -1)), ended::complete);
            case "/bad-reader" -> {
                exchange.onClientGone(gone -> exchange.respond(Response.of(499), told -> {}));
                request.body().demand(() -> {
                    throw new IllegalStateException("a reader's defect");
                });
                waiting.add(exchange);
            }
            default -> exchange.respond(Response.text(200, request.path()), told -> {});
        }
    }

    private static final class BadTrailers implements Body.Source {

        @Override
        public Chunk read() {
            return Chunk.of(ByteBuffer.wrap(new byte[] {'x'}), true);
        }

        @Override
        public void demand(Runnable onAvailable) {
            onAvailable.run();
        }

        @Override
        public void cancel(Throwable reason) {}

        @Override
        public Headers trailers() {
            throw new IllegalStateException("a filter's defect");
        }
    }

    static Stream<Arguments> whatFollows() {
        return Stream.of(
                Arguments.of("DATA", bytes(DATA, END_STREAM, 3, (byte) 'x')),
                Arguments.of("RST_STREAM", bytes(RST_STREAM, NONE, 3, ints(8))),
                Arguments.of("WINDOW_UPDATE", bytes(WINDOW_UPDATE, NONE, 3, ints(8))));
    }

    /** A client may send on a stream that it began before it knew (RFC 9113 §6.8). */
    @ParameterizedTest(name = "{0}")
    @MethodSource("whatFollows")
    void framesOfAStreamAboveTheGoAwayDoNotBreakWhatIsUnderWay(String what, byte[] frame) throws Exception {
        try (JettyHost host = host(settings -> {});
                Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/wait");
            HostExchange exchange = waiting.poll(5, SECONDS);
            CompletableFuture<Void> closed =
                    CompletableFuture.runAsync(() -> host.server().close());
            assertThat(wire.next(GOAWAY, 0).number()).isEqualTo(1);

            wire.request(3, false, "POST", "/late").send(frame);

            assertThat(wire.isAlive()).isTrue();
            exchange.respond(Response.text(200, "finished"), told -> {});
            assertThat(wire.answer(1).content()).isEqualTo("finished");
            assertThat(wire.end()).isEqualTo("goaway 0");
            assertThat(served).containsExactly("/wait");
            closed.get(5, SECONDS);
        }
    }

    @Test
    void trailersThatThrowResetTheirStreamOnly() throws Exception {
        try (JettyHost host = host(settings -> {});
                Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/bad-trailers");
            assertThat(wire.next(RST_STREAM, 1).code()).isEqualTo(2);
            assertThat(ended.get(5, SECONDS)).hasMessage("a filter's defect");
            assertThat(wire.get(3, "/b").answer(3).content()).isEqualTo("/b");
        }
    }

    /** The connection may end, but not stay open without anybody who reads. */
    @Test
    void aReaderThatThrowsDoesNotStallTheConnection() throws Exception {
        try (JettyHost host = host(settings -> {});
                Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/bad-reader").data(1, "x", false);
            assertThat(wire.get(3, "/b").outcome(3)).matches("200|goaway \\d+|closed");
        }
    }

    @Test
    void severalUploadsThatNobodyReadsDoNotStopAnother() throws Exception {
        try (JettyHost host = host(settings -> {});
                Http2Wire wire = Http2Wire.connect(host)) {
            int window = wire.setting(INITIAL_WINDOW_SIZE, 65_535);
            int connectionWindow = 65_535 + wire.next(WINDOW_UPDATE, 0).number();
            for (int stream = 1; stream < 11; stream += 2) {
                wire.request(stream, false, "POST", "/wait");
                for (int sent = 0; sent < window; sent += FRAME) {
                    wire.frame(DATA, NONE, stream, new byte[FRAME]);
                }
            }
            wire.request(11, false, "POST", "/count");
            upload(wire, 11, window, connectionWindow - 5 * window);
            assertThat(wire.answer(11).content()).isEqualTo("" + MEGABYTE);
        }
    }

    /** Sends a megabyte, and no more at a time than the server allows. */
    private static void upload(Http2Wire wire, int stream, int window, int connectionWindow) throws IOException {
        int[] left = {connectionWindow, window};
        for (int sent = 0; sent < MEGABYTE; sent += FRAME) {
            while (left[0] < FRAME || left[1] < FRAME) {
                Http2Frame update = wire.next(frame -> frame.is(WINDOW_UPDATE, 0) || frame.is(WINDOW_UPDATE, stream));
                left[update.stream() == 0 ? 0 : 1] += update.number();
            }
            wire.frame(DATA, sent + FRAME == MEGABYTE ? END_STREAM : NONE, stream, new byte[FRAME]);
            left[0] -= FRAME;
            left[1] -= FRAME;
        }
    }

    @Test
    void aClientMayTakeMuchLargerFramesThanAreSent() throws Exception {
        try (JettyHost host = host(settings -> {});
                Http2Wire wire = Http2Wire.connect(host, INITIAL_WINDOW_SIZE, MEGABYTE, MAX_FRAME_SIZE, MEGABYTE)) {
            wire.number(WINDOW_UPDATE, 0, 4 * MEGABYTE);
            Http2Wire.Answer answer = wire.get(1, "/megabyte").answer(1);
            assertThat(answer.end()).isEqualTo("end");
            assertThat(answer.content()).hasSize(MEGABYTE);
        }
    }

    @Test
    void aConnectionWhoseLastBytesNobodyReadsIsClosedNevertheless() throws Exception {
        try (JettyHost host = host(settings -> settings.idleTimeout(SHORT));
                Http2Wire wire = Http2Wire.connect(host, INITIAL_WINDOW_SIZE, Integer.MAX_VALUE)) {
            wire.number(WINDOW_UPDATE, 0, 1 << 30).get(1, "/huge");
            assertThat(ended.get(5, SECONDS)).isNotNull();
            // What is sent is silence's end: so it comes seldom. Once the socket is closed, it is answered with a
            // reset.
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(SHORT.multipliedBy(5))
                    .until(() -> isClosedByServer(wire));
        }
    }

    private static boolean isClosedByServer(Http2Wire wire) {
        try {
            wire.frame(PING, NONE, 0, new byte[8]);
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    @Test
    void aSectionOfManyIndexesCostsNoMoreThanItsBytes() throws Exception {
        try (JettyHost host = host(settings -> {});
                Http2Wire wire = Http2Wire.connect(host)) {
            // The first entry of the client's table from now on, whose value is 4,000 bytes long.
            byte[] remembered = Http2Wire.literal("x", "y".repeat(4000));
            remembered[0] = 0x40;
            ByteArrayOutputStream first = new ByteArrayOutputStream();
            first.writeBytes(new byte[] {(byte) 0x82, (byte) 0x86, (byte) 0x84});
            first.writeBytes(remembered);
            assertThat(wire.section(1, true, first.toByteArray()).outcome(1)).isEqualTo("200");
            long small = Long.MAX_VALUE;
            long large = Long.MAX_VALUE;
            for (int stream = 3; stream < 43; stream += 4) {
                // accept-encoding: gzip, deflate
                small = Math.min(small, nanosToRefuse(wire, stream, 0x90));
                large = Math.min(large, nanosToRefuse(wire, stream + 2, 0xBE));
            }
            assertThat(large).isLessThan(20 * small);
        }
    }

    /** How long it takes until a section of 64,000 times the same index is refused. */
    private static long nanosToRefuse(Http2Wire wire, int stream, int index) throws IOException {
        byte[] indexes = new byte[16_000];
        Arrays.fill(indexes, (byte) index);
        byte[] head = indexes.clone();
        head[0] = (byte) 0x82;
        head[1] = (byte) 0x86;
        head[2] = (byte) 0x84;
        long start = System.nanoTime();
        wire.frame(HEADERS, END_STREAM, stream, head);
        wire.frame(CONTINUATION, NONE, stream, indexes).frame(CONTINUATION, NONE, stream, indexes);
        wire.frame(CONTINUATION, END_HEADERS, stream, indexes);
        assertThat(wire.outcome(stream)).isEqualTo("431");
        return System.nanoTime() - start;
    }

    /** ALTSVC (RFC 7838 §4), what was BLOCKED, and ORIGIN (RFC 8336). */
    @ParameterizedTest
    @ValueSource(ints = {10, 11, 12})
    void framesOfExtensionsAreIgnored(int type) throws Exception {
        try (JettyHost host = host(settings -> {});
                Http2Wire wire = Http2Wire.connect(host)) {
            wire.frame(type, NONE, 0, new byte[6]).frame(type, NONE, 1, new byte[6]);
            assertThat(wire.isAlive()).isTrue();
        }
    }

    @Test
    void nothingIsServedAfterAnErrorOfTheConnection() throws Exception {
        try (JettyHost host = host(settings -> {});
                Http2Wire wire = Http2Wire.connect(host)) {
            byte[] request =
                    Http2Wire.literal(":method", "DELETE", ":scheme", "http", ":path", "/after", ":authority", "a");
            ByteArrayOutputStream both = new ByteArrayOutputStream();
            both.writeBytes(bytes(WINDOW_UPDATE, NONE, 0, ints(0)));
            both.writeBytes(bytes(HEADERS, END_HEADERS | END_STREAM, 1, request));
            wire.send(both.toByteArray());
            assertThat(wire.end()).isEqualTo("goaway 1");
            assertThat(served).isEmpty();
        }
    }

    /** CVE-2025-8671: what makes the server reset is no cheaper for the client than resetting. */
    @Test
    void tooManyRequestsThatTheServerHasToResetEndTheConnection() throws Exception {
        try (JettyHost host = host(settings -> {});
                Http2Wire wire = Http2Wire.connect(host)) {
            byte[] request =
                    Http2Wire.literal(":method", "POST", ":scheme", "http", ":path", "/wait", ":authority", "a");
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int stream = 1; stream < 10_000; stream += 2) {
                all.writeBytes(bytes(HEADERS, END_HEADERS, stream, request));
                all.writeBytes(bytes(WINDOW_UPDATE, NONE, stream, ints(0)));
            }
            wire.flood(all.toByteArray(), 1);
            assertThat(wire.isAlive()).isFalse();
            assertThat(wire.end()).isIn("goaway 11", "closed");
            // 128 a second.
            assertThat(served).hasSizeLessThan(1000);
        }
    }

    @Test
    void anAnswerThatNobodyTakesIsNotHeldBecauseTheClientIsHeardOf() throws Exception {
        try (JettyHost host = host(settings -> settings.idleTimeout(SHORT));
                Http2Wire wire = Http2Wire.connect(host, INITIAL_WINDOW_SIZE, 0)) {
            wire.get(1, "/megabyte");
            untilEnded(wire, bytes(PING, NONE, 0, new byte[8]));
            assertThat(wire.next(RST_STREAM, 1).code()).isEqualTo(8);
            assertThat(wire.isAlive()).isTrue();
        }
    }

    @Test
    void contentThatDoesNotComeIsNotAwaitedBecauseTheClientIsHeardOf() throws Exception {
        try (JettyHost host = JettyHost.of(
                        (request, exchange) -> request.body().bytes(1000).whenComplete((content, failure) -> {
                            ended.complete(failure);
                            exchange.respond(Response.of(failure == null ? 200 : 408), told -> {});
                        }),
                        settings -> settings.idleTimeout(SHORT));
                Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/").data(1, "x", false);
            untilEnded(wire, bytes(PING, NONE, 0, new byte[8]));
            assertThat(wire.outcome(1)).isEqualTo("408");
        }
    }

    /** Sends the same from time to time, within the idle timeout. */
    private void untilEnded(Http2Wire wire, byte[] frame) {
        await().atMost(SHORT.multipliedBy(15)).pollInterval(SHORT.dividedBy(4)).until(() -> {
            wire.send(frame);
            return ended.isDone();
        });
        assertThat(ended.join()).isNotNull();
    }

    @Test
    void anAnswerThatIsTakenSlowlyIsNotBrokenOff() throws Exception {
        try (JettyHost host = host(settings -> settings.idleTimeout(SHORT));
                Http2Wire wire = Http2Wire.connect(host, INITIAL_WINDOW_SIZE, 1)) {
            wire.get(1, "/megabyte");
            long start = System.nanoTime();
            await().pollInterval(SHORT.dividedBy(4)).until(() -> {
                assertThat(wire.next(DATA, 1).payload()).hasSize(1);
                wire.number(WINDOW_UPDATE, 1, 1);
                return System.nanoTime() - start > SHORT.multipliedBy(5).toNanos();
            });
            assertThat(ended).isNotDone();
        }
    }

    @Test
    void aSectionMayComeInManyTinyPieces() throws Exception {
        try (JettyHost host = host(settings -> {});
                Http2Wire wire = Http2Wire.connect(host)) {
            byte[] section = Http2Wire.literal(
                    ":method", "GET", ":scheme", "http", ":path", "/tiny", ":authority", "a", "x", "y".repeat(5000));
            ByteArrayOutputStream frames = new ByteArrayOutputStream();
            frames.writeBytes(bytes(HEADERS, END_STREAM, 1));
            for (int i = 0; i < section.length; i++) {
                int flags = i == section.length - 1 ? END_HEADERS : NONE;
                frames.writeBytes(bytes(CONTINUATION, flags, 1, section[i]));
            }
            assertThat(wire.send(frames.toByteArray()).answer(1).content()).isEqualTo("/tiny");
            assertThat(wire.get(3, "/b").answer(3).content()).isEqualTo("/b");
        }
    }

    /** RFC 7541 §4.2: the smallest size since the last section has to be told, and then the one that is used. */
    @Test
    void aTableThatWasForbiddenAndAllowedAgainIsEmptied() throws Exception {
        try (JettyHost host = host(settings -> {});
                Http2Wire wire = Http2Wire.connect(host, HEADER_TABLE_SIZE, 0, HEADER_TABLE_SIZE, 4096)) {
            assertThat(wire.get(1, "/a").next(HEADERS, 1).payload())
                    .startsWith((byte) 0x20, (byte) 0x3F, (byte) 0xE1, (byte) 0x1F);
            assertThat(wire.get(3, "/b").answer(3).content()).isEqualTo("/b");
        }
    }

    @Test
    void aSectionOfHeadThatIsTooLargeIsAnsweredWithoutContent() throws Exception {
        try (JettyHost host = host(settings -> settings.maxHeaderBytes(8 * 1024));
                Http2Wire wire = Http2Wire.connect(host)) {
            String[] fields = new String[8 + 2 * 500];
            Arrays.fill(fields, "x");
            String[] head = {":method", "HEAD", ":scheme", "http", ":path", "/a", ":authority", "a"};
            System.arraycopy(head, 0, fields, 0, head.length);
            Http2Wire.Answer answer = wire.fields(1, true, fields).answer(1);
            assertThat(answer.status()).isEqualTo(431);
            assertThat(answer.content()).isEmpty();
            assertThat(answer.end()).isEqualTo("end");
        }
    }
}
