package dev.gatehouse.jetty.http1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.http.HttpVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HeadScannerTest {

    private static final int MOST = 72 * 1024;
    private static final int MUTANTS = 200_000;

    private static final String[] REQUESTS = {
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /orders/42?full=1 HTTP/1.1\r\nHost: example.org:8080\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n",
        "DELETE /x HTTP/1.1\r\nhost: a\r\nConnection: close\r\nX-Empty:\r\nX-Blank: \t \r\nContent-Length: 0\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        "PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
    };

    private static final String[] RESPONSES = {
        "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok",
        "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n",
        "HTTP/1.1 200 \r\nContent-Length: 0\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    };

    private static final String SPICE = "\r\n\0 \t:;,/HTTP1.0123456789\u0080\u00ffabcGET-_\"#%@";

    @Test
    void anOrdinaryRequestIsRead() {
        HeadScanner scanner = new HeadScanner();
        ByteBuffer buffer = bytes(REQUESTS[1] + "next");

        assertThat(scanner.request(buffer, MOST)).isTrue();
        assertThat(scanner.method()).isEqualTo("GET");
        assertThat(scanner.target()).isEqualTo("/orders/42?full=1");
        assertThat(scanner.headers())
                .isEqualTo(Headers.of("Host", "example.org:8080", "User-Agent", "curl/7.88.1", "Accept", "*/*"));
        assertThat(text(buffer)).isEqualTo("next");
    }

    @Test
    void anOrdinaryResponseIsRead() {
        HeadScanner scanner = new HeadScanner();
        ByteBuffer buffer = bytes(RESPONSES[0]);

        assertThat(scanner.response(buffer, MOST, false)).isTrue();
        assertThat(scanner.status()).isEqualTo(200);
        assertThat(scanner.length()).isEqualTo(2);
        assertThat(scanner.closes()).isFalse();
        assertThat(text(buffer)).isEqualTo("ok");
    }

    @Test
    void contentOfAKnownLengthIsLeftBehindTheSection() {
        HeadScanner scanner = new HeadScanner();
        ByteBuffer buffer = bytes(REQUESTS[3]);

        assertThat(scanner.request(buffer, MOST)).isTrue();
        assertThat(scanner.method()).isEqualTo("POST");
        assertThat(scanner.length()).isEqualTo(5);
        assertThat(text(buffer)).isEqualTo("hello");
    }

    @Test
    void linesThatComeAgainAreTheSameObjects() {
        HeadScanner scanner = new HeadScanner();
        Headers last = Headers.empty();
        for (int i = 0; i < 4; i++) {
            Headers before = last;
            assertThat(scanner.request(bytes(REQUESTS[1]), MOST)).isTrue();
            last = scanner.headers();
            if (i == 3) {
                assertThat(last.value(1)).isSameAs(before.value(1));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: a\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\nHost: a\n\n",
                "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: \u00e4\r\n\r\n",
                "GET /\u00e4 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello",
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 00\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: close, X\r\n\r\n",
                "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
                "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            })
    void whatIsUnusualIsLeftAsItIs(String request) {
        ByteBuffer buffer = bytes(request);

        assertThat(new HeadScanner().request(buffer, MOST)).isFalse();
        assertThat(text(buffer)).isEqualTo(request);
    }

    @Test
    void aSectionThatIsTooLongIsLeftAsItIs() {
        ByteBuffer buffer = bytes("GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n".repeat(2_000) + "\r\n");

        assertThat(new HeadScanner().request(buffer, MOST)).isFalse();
        assertThat(buffer.position()).isZero();
    }

    /** What the scanner takes, Jetty's parser takes, and for the same. */
    @Test
    void nothingIsReadThatJettyWouldNotReadAlike() {
        Random random = new Random(42);
        HeadScanner scanner = new HeadScanner();
        int taken = 0;
        for (int i = 0; i < MUTANTS; i++) {
            String request = mutant(REQUESTS[random.nextInt(REQUESTS.length)], random);
            ByteBuffer buffer = bytes(request);
            if (scanner.request(buffer, MOST)) {
                taken++;
                Parsed parsed = Parsed.request(request);
                assertThat(parsed.start).as(request).isEqualTo(scanner.method() + ' ' + scanner.target());
                assertSame(request, parsed, scanner, buffer);
            }
        }
        assertThat(taken).isGreaterThan(MUTANTS / 20);
    }

    @Test
    void noResponseIsReadThatJettyWouldNotReadAlike() {
        Random random = new Random(43);
        HeadScanner scanner = new HeadScanner();
        int taken = 0;
        for (int i = 0; i < MUTANTS; i++) {
            String response = mutant(RESPONSES[random.nextInt(RESPONSES.length)], random);
            ByteBuffer buffer = bytes(response);
            if (scanner.response(buffer, MOST, false)) {
                taken++;
                Parsed parsed = Parsed.response(response);
                assertThat(parsed.start).as(response).isEqualTo(String.valueOf(scanner.status()));
                assertSame(response, parsed, scanner, buffer);
            }
        }
        assertThat(taken).isGreaterThan(MUTANTS / 20);
    }

    private static void assertSame(String message, Parsed parsed, HeadScanner scanner, ByteBuffer rest) {
        List<String> fields = new ArrayList<>();
        // Jetty writes the names, and a few of the values, that it knows its own way.
        scanner.headers().forEach(field -> fields.add(lowerCase(field.name(), field.value())));
        assertThat(parsed.failure).as(message).isNull();
        assertThat(fields).as(message).isEqualTo(parsed.fields);
        assertThat(rest.remaining()).as(message).isEqualTo(parsed.rest);
    }

    private static String mutant(String message, Random random) {
        StringBuilder text = new StringBuilder(message);
        for (int changes = random.nextInt(3); changes > 0; changes--) {
            int at = random.nextInt(text.length());
            char spice = SPICE.charAt(random.nextInt(SPICE.length()));
            switch (random.nextInt(4)) {
                case 0 -> text.setCharAt(at, spice);
                case 1 -> text.insert(at, spice);
                case 2 -> text.deleteCharAt(at);
                default -> text.insert(at, text.substring(at, Math.min(text.length(), at + 1 + random.nextInt(12))));
            }
        }
        return text.toString();
    }

    private static String lowerCase(String name, String value) {
        return (name + ": " + (value == null ? "" : value)).toLowerCase(Locale.ROOT);
    }

    private static ByteBuffer bytes(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocateDirect(encoded.length).put(encoded).flip();
    }

    private static String text(ByteBuffer buffer) {
        return StandardCharsets.ISO_8859_1.decode(buffer.duplicate()).toString();
    }

    /** What Jetty's parser makes of a message. */
    private static final class Parsed implements HttpParser.RequestHandler, HttpParser.ResponseHandler {

        String start = "";
        final List<String> fields = new ArrayList<>();
        HttpException failure;
        int rest;

        static Parsed request(String text) {
            Parsed parsed = new Parsed();
            HttpCompliance compliance =
                    HttpCompliance.STRICT.with("TEST", HttpCompliance.Violation.MISMATCHED_AUTHORITY);
            parsed.parse(new HttpParser((HttpParser.RequestHandler) parsed, -1, compliance), text);
            return parsed;
        }

        static Parsed response(String text) {
            Parsed parsed = new Parsed();
            parsed.parse(new HttpParser((HttpParser.ResponseHandler) parsed, -1, HttpCompliance.RFC7230), text);
            return parsed;
        }

        private void parse(HttpParser parser, String text) {
            ByteBuffer buffer = bytes(text);
            parser.parseNext(buffer);
            rest = buffer.remaining();
        }

        @Override
        public void startRequest(String method, String uri, HttpVersion version) {
            start = method + ' ' + uri;
        }

        @Override
        public void startResponse(HttpVersion version, int status, String reason) {
            start = String.valueOf(status);
        }

        @Override
        public void parsedHeader(HttpField field) {
            fields.add(lowerCase(field.getName(), field.getValue()));
        }

        @Override
        public boolean headerComplete() {
            return true;
        }

        @Override
        public boolean content(ByteBuffer item) {
            return true;
        }

        @Override
        public boolean contentComplete() {
            return true;
        }

        @Override
        public boolean messageComplete() {
            return true;
        }

        @Override
        public void earlyEOF() {}

        @Override
        public void badMessage(HttpException bad) {
            failure = bad;
        }
    }
}
