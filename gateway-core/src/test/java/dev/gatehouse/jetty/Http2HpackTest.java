package dev.gatehouse.jetty;

import static dev.gatehouse.jetty.Http2Frame.CONTINUATION;
import static dev.gatehouse.jetty.Http2Frame.END_HEADERS;
import static dev.gatehouse.jetty.Http2Frame.END_STREAM;
import static dev.gatehouse.jetty.Http2Frame.HEADERS;
import static dev.gatehouse.jetty.Http2Frame.HEADER_TABLE_SIZE;
import static dev.gatehouse.jetty.Http2Frame.NONE;
import static dev.gatehouse.jetty.Http2Frame.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Response;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Compressed field sections that are wrong or too large (RFC 7541, RFC 9113 §4.3 and §10.5.1). */
class Http2HpackTest {

    private static final String COMPRESSION_ERROR = "goaway 9";
    /** RFC 9113 §10.5.1 leaves it to the server how. */
    private static final String REFUSED = "431|reset \\d+|goaway \\d+";

    private static final int LIMIT = 8 * 1024;

    private final BlockingQueue<String> served = new LinkedBlockingQueue<>();
    private final JettyHost host = JettyHost.of(
            (request, exchange) -> {
                served.add(request.path());
                exchange.respond(Response.text(200, request.path()), failure -> {});
            },
            settings -> settings.maxHeaderBytes(LIMIT));

    @AfterEach
    void stop() {
        host.close();
    }

    static Stream<Arguments> wrongBlocks() {
        return Stream.of(
                wrong("an index beyond the tables", 0xFF, 0x20),
                wrong("the index 0", 0x80),
                wrong("a name with an index beyond the tables", 0x0F, 0x70, 1, 'a'),
                wrong("a name that ends too early", 0, 5, 'a'),
                wrong("a value that ends too early", 0, 1, 'a', 5, 'a'),
                wrong("a number that ends too early", 0xFF),
                wrong("a number without end", 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F),
                wrong("a table larger than allowed", 0x3F, 0xE2, 0x7F),
                wrong("a change of the table within the section", 0x82, 0x3F, 1),
                wrong("a code of padding too long", 0, 1, 'a', 0x82, 0xFF, 0xFF),
                wrong("a code of padding with zeros", 0, 1, 'a', 0x81, 0x00),
                wrong("a code with the end mark", 0, 1, 'a', 0x84, 0xFF, 0xFF, 0xFF, 0xFF));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongBlocks")
    void aSectionThatCannotBeDecodedEndsTheConnection(String what, byte[] block) throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            assertThat(wire.section(1, true, block).end()).isEqualTo(COMPRESSION_ERROR);
            assertThat(served).isEmpty();
        }
    }

    @Test
    void theServersTableIsUsedAsFarAsAnnounced() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            int size = wire.setting(HEADER_TABLE_SIZE, 4096);
            ByteArrayOutputStream block = new ByteArrayOutputStream();
            block.write(0x3F);
            for (int rest = size - 31; rest > 0; rest >>= 7) {
                block.write(rest >= 128 ? 128 | (rest & 127) : rest);
            }
            block.writeBytes(wire.compressed(":method", "GET", ":scheme", "http", ":path", "/a", ":authority", "a"));
            assertThat(wire.section(1, true, block.toByteArray()).answer(1).content())
                    .isEqualTo("/a");
        }
    }

    @Test
    void aSectionBelowTheLimitIsServed() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.fields(1, true, section("x".repeat(LIMIT / 2)));
            assertThat(wire.answer(1).content()).isEqualTo("/a");
        }
    }

    @Test
    void aSectionAboveTheLimitIsNotServed() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.fields(1, true, section("x".repeat(LIMIT + 1)));
            assertThat(wire.outcome(1)).matches(REFUSED);
            assertThat(served).isEmpty();
        }
    }

    @Test
    void aSectionInPiecesThatAreTooLargeTogetherIsNotServed() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            byte[] block = Http2Wire.literal(section("x".repeat(2 * LIMIT)));
            wire.frame(HEADERS, END_STREAM, 1, Arrays.copyOf(block, LIMIT));
            wire.frame(CONTINUATION, END_HEADERS, 1, Arrays.copyOfRange(block, LIMIT, block.length));
            assertThat(wire.outcome(1)).matches(REFUSED);
            assertThat(served).isEmpty();
        }
    }

    @Test
    void aSmallSectionThatBecomesLargeIsNotServed() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            String value = "x".repeat(3000);
            wire.request(1, true, "GET", "/a", "x-bomb", value).answer(1);
            served.clear();
            // The value is in the table now: each of these bytes stands for 3 KB.
            ByteArrayOutputStream block = new ByteArrayOutputStream();
            block.writeBytes(
                    wire.compressed(":method", "GET", ":scheme", "http", ":path", "/a", ":authority", "ex.org"));
            for (int i = 0; i < 1000; i++) {
                block.writeBytes(wire.compressed("x-bomb", value));
            }
            assertThat(block.size()).isLessThan(16_384);
            wire.section(3, true, block.toByteArray());
            assertThat(wire.outcome(3)).matches(REFUSED);
            assertThat(served).isEmpty();
        }
    }

    @Test
    void aTooLargeSectionLeavesTheTableAsItMustBe() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            byte[] large = wire.compressed(
                    ":method",
                    "GET",
                    ":scheme",
                    "http",
                    ":path",
                    "/large",
                    ":authority",
                    "ex.org",
                    "x-one",
                    "first seen in what is refused",
                    "x-large",
                    "x".repeat(LIMIT));
            String refused = wire.section(1, true, large).outcome(1);
            // Only a connection that goes on needs its table.
            if (!refused.startsWith("goaway")) {
                wire.request(3, true, "GET", "/a", "x-one", "first seen in what is refused");
                assertThat(wire.answer(3).content()).isEqualTo("/a");
            }
            assertThat(served).doesNotContain("/large");
        }
    }

    @Test
    void trailersAboveTheLimitDoNotBreakWhatFollows() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/a").data(1, "x", false);
            wire.fields(1, true, "x-sum", "x".repeat(LIMIT + 1));
            assertThat(wire.outcome(1)).matches("200|" + REFUSED);
        }
    }

    @Test
    void endlessPiecesOfASectionEndTheConnection() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.frame(HEADERS, END_STREAM, 1, Http2Wire.literal(section("x")));
            // Each piece is a field of its own: 16 bytes, and 10 MB in all.
            wire.flood(bytes(CONTINUATION, NONE, 1, Http2Wire.literal("x-a", "0123456789")), 400_000);
            assertThat(wire.end()).matches("closed|goaway \\d+");
            assertThat(served).isEmpty();
        }
    }

    @Test
    void endlessEmptyPiecesOfASectionEndTheConnection() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.frame(HEADERS, END_STREAM, 1, Http2Wire.literal(section("x")));
            wire.flood(bytes(CONTINUATION, NONE, 1), 20_000);
            assertThat(wire.end()).matches("closed|goaway \\d+");
            assertThat(served).isEmpty();
        }
    }

    private static String[] section(String value) {
        return new String[] {":method", "GET", ":scheme", "http", ":path", "/a", ":authority", "a", "x-a", value};
    }

    private static Arguments wrong(String what, int... block) {
        byte[] bytes = new byte[block.length];
        for (int i = 0; i < block.length; i++) {
            bytes[i] = (byte) block[i];
        }
        return Arguments.of(what, bytes);
    }
}
