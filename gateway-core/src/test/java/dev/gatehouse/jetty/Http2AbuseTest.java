package dev.gatehouse.jetty;

import static dev.gatehouse.jetty.Http2Frame.DATA;
import static dev.gatehouse.jetty.Http2Frame.END_HEADERS;
import static dev.gatehouse.jetty.Http2Frame.END_STREAM;
import static dev.gatehouse.jetty.Http2Frame.HEADERS;
import static dev.gatehouse.jetty.Http2Frame.INITIAL_WINDOW_SIZE;
import static dev.gatehouse.jetty.Http2Frame.MAX_CONCURRENT_STREAMS;
import static dev.gatehouse.jetty.Http2Frame.NONE;
import static dev.gatehouse.jetty.Http2Frame.PING;
import static dev.gatehouse.jetty.Http2Frame.PRIORITY;
import static dev.gatehouse.jetty.Http2Frame.RST_STREAM;
import static dev.gatehouse.jetty.Http2Frame.SETTINGS;
import static dev.gatehouse.jetty.Http2Frame.WINDOW_UPDATE;
import static dev.gatehouse.jetty.Http2Frame.bytes;
import static dev.gatehouse.jetty.Http2Frame.ints;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients that make a server work or remember without use for themselves (RFC 9113 §10.5). */
class Http2AbuseTest {

    private static final int LARGE_FIELD = 4 * 1024;

    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger mostOpen = new AtomicInteger();
    private final AtomicInteger answers = new AtomicInteger();
    private final JettyHost host = JettyHost.of(this::serve);

    @AfterEach
    void stop() {
        host.close();
    }

    private void serve(Request request, HostExchange exchange) {
        switch (request.path()) {
            case "/wait" -> {
                mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
                exchange.onClientGone(gone -> {
                    open.decrementAndGet();
                    exchange.respond(Response.of(499), failure -> {});
                });
            }
            case "/field" ->
                exchange.respond(
                        Response.of(200, Headers.of("x-large", "x".repeat(LARGE_FIELD)), Body.empty()),
                        failure -> answers.incrementAndGet());
            default ->
                request.body()
                        .bytes(1000)
                        .whenComplete(
                                (content, failure) -> exchange.respond(Response.text(200, request.path()), told -> {}));
        }
    }

    static Stream<Arguments> floods() {
        return Stream.of(
                Arguments.of("PING", bytes(PING, NONE, 0, new byte[8])),
                Arguments.of(
                        "SETTINGS",
                        bytes(SETTINGS, NONE, 0, (byte) 0, (byte) 3, (byte) 0, (byte) 0, (byte) 0, (byte) 9)),
                Arguments.of("empty SETTINGS", bytes(SETTINGS, NONE, 0)),
                Arguments.of("PRIORITY", bytes(PRIORITY, NONE, 3, new byte[] {0, 0, 0, 1, 5})),
                Arguments.of("empty DATA", bytes(DATA, NONE, 1)),
                Arguments.of("unknown frames", bytes(0xBE, NONE, 0)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("floods")
    void aFloodOfFramesEndsTheConnection(String what, byte[] frame) throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host, INITIAL_WINDOW_SIZE, 0)) {
            wire.request(1, false, "POST", "/read");
            wire.flood(repeated(frame, 100), 300);
            assertThat(wire.end()).isIn("goaway 11", "closed");
        }
    }

    @Test
    void smallPiecesOfContentAreNoAbuse() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/read");
            for (int i = 0; i < 1000; i++) {
                wire.data(1, "x", false);
            }
            assertThat(wire.frame(DATA, END_STREAM, 1).answer(1).content()).isEqualTo("/read");
        }
    }

    @Test
    void someResetsAreNoAbuse() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            for (int stream = 1; stream < 101; stream += 2) {
                wire.get(stream, "/wait").number(RST_STREAM, stream, 8);
            }
            assertThat(wire.get(101, "/b").answer(101).content()).isEqualTo("/b");
        }
    }

    @Test
    void aClientThatResetsWhatItBeginsIsKeptWithinTheLimit() throws Exception {
        beginAndEnd(RST_STREAM, 8);
    }

    /** What is wrong makes the server reset the stream: the client need not. */
    @Test
    void aClientThatMakesTheServerResetIsKeptWithinTheLimit() throws Exception {
        beginAndEnd(WINDOW_UPDATE, 0);
    }

    private void beginAndEnd(int type, int number) throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            int most = wire.setting(MAX_CONCURRENT_STREAMS, -1);
            byte[] section =
                    Http2Wire.literal(":method", "POST", ":scheme", "http", ":path", "/wait", ":authority", "a");
            for (int stream = 1; stream < 20_000; stream += 2) {
                wire.flood(bytes(HEADERS, END_HEADERS, stream, section), 1);
                wire.flood(bytes(type, NONE, stream, ints(number)), 1);
            }
            // Either the connection ends, or it goes on and no more than the limit were open at any time.
            boolean alive = wire.isAlive();
            assertThat(alive ? wire.get(20_001, "/b").answer(20_001).content() : wire.end())
                    .isIn("/b", "goaway 11", "closed");
            assertThat(mostOpen.get()).isLessThanOrEqualTo(most);
            await().atMost(Duration.ofSeconds(5)).untilAtomic(open, org.hamcrest.Matchers.is(0));
        }
    }

    @Test
    void answersThatAreNotReadDoNotPileUp() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            AtomicBoolean done = new AtomicBoolean();
            byte[] section =
                    Http2Wire.literal(":method", "GET", ":scheme", "http", ":path", "/field", ":authority", "a");
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                for (int stream = 1; stream < 60_000 && !done.get(); stream += 2) {
                    wire.flood(bytes(HEADERS, END_HEADERS | END_STREAM, stream, section), 1);
                }
            });
            AtomicInteger last = new AtomicInteger(-1);
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> last.getAndSet(answers.get()) == answers.get());
            // The kernel holds 4 MB for the sender and 6 MB for the receiver, unless it was told otherwise; twice that
            // is
            // a sixth of all the answers together.
            assertThat(answers.get() * (long) LARGE_FIELD).isLessThan(20L << 20);
            done.set(true);
            wire.breakOff();
            sending.get();
        }
    }

    private static byte[] repeated(byte[] frame, int times) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            all.writeBytes(frame);
        }
        return all.toByteArray();
    }
}
