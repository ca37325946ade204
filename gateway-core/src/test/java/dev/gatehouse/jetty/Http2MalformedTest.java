package dev.gatehouse.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Gateway;
import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.http.Response;
import dev.gatehouse.internal.host.Serving;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that are malformed (RFC 9113 §8.1.1) reach no route, and the connection goes on. */
class Http2MalformedTest {

    private static final List<String> GET =
            List.of(":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a");

    private final BlockingQueue<String> served = new LinkedBlockingQueue<>();
    private final Gateway gateway = Gateway.builder()
            .route(
                    "/**",
                    route -> route.handle((request, exchange) -> {
                        served.add(request.method() + ' ' + request.target().raw() + ' ' + request.authority());
                        return CompletableFuture.completedFuture(Response.of(204));
                    }))
            .build();
    private final JettyHost host = host(Serving.by(gateway));

    private static JettyHost host(Serving serving) {
        serving.attach(new HostCapabilities("jetty", true, true, true, true, false, false));
        return JettyHost.of(serving::serve);
    }

    @AfterEach
    void stop() {
        host.close();
        gateway.close();
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of("no :method", without(":method")),
                Arguments.of("no :scheme", without(":scheme")),
                Arguments.of("no :path", without(":path")),
                Arguments.of("no field at all", new String[0]),
                Arguments.of("two :method", first(":method", "POST")),
                Arguments.of("two :scheme", first(":scheme", "http")),
                Arguments.of("two :path", first(":path", "/admin")),
                Arguments.of("two :authority", first(":authority", "b")),
                Arguments.of("an unknown field with a colon", first(":protocol-x", "1")),
                Arguments.of(":status", first(":status", "200")),
                Arguments.of("a late field with a colon", late()),
                Arguments.of("an empty :path", changed(":path", "")),
                Arguments.of("an empty :method", changed(":method", "")),
                Arguments.of("an empty :scheme", changed(":scheme", "")),
                Arguments.of("a :path without a slash", changed(":path", "admin")),
                Arguments.of("a :path with a space", changed(":path", "/a b")),
                Arguments.of("a :path with a line feed", changed(":path", "/a\nx: y")),
                Arguments.of("a :method with a space", changed(":method", "GET /x")),
                Arguments.of("an :authority with a user", changed(":authority", "u@a")),
                Arguments.of("an :authority with a line feed", changed(":authority", "a\r\nx: y")),
                Arguments.of("a name in upper case", with("X-Upper", "1")),
                Arguments.of("a name with a space", with("x a", "1")),
                Arguments.of("a name with a colon", with("x:a", "1")),
                Arguments.of("a name with a line feed", with("x\nb", "1")),
                Arguments.of("an empty name", with("", "1")),
                Arguments.of("a name beyond ASCII", with("x\u00e9", "1")),
                Arguments.of("a value with CR", with("x-a", "1\rb")),
                Arguments.of("a value with LF", with("x-a", "1\nb: c")),
                Arguments.of("a value with NUL", with("x-a", "1\0")),
                Arguments.of("a value that begins with a space", with("x-a", " 1")),
                Arguments.of("a value that ends with a tab", with("x-a", "1\t")),
                Arguments.of("connection", with("connection", "close")),
                Arguments.of("keep-alive", with("keep-alive", "timeout=5")),
                Arguments.of("proxy-connection", with("proxy-connection", "close")),
                Arguments.of("transfer-encoding", with("transfer-encoding", "chunked")),
                Arguments.of("upgrade", with("upgrade", "websocket")),
                Arguments.of("te: gzip", with("te", "gzip")),
                Arguments.of("another host", with("host", "b")),
                Arguments.of("two lengths", with("content-length", "0", "content-length", "1")),
                Arguments.of("a length that is no number", with("content-length", "+1")),
                Arguments.of("a :method with NUL", changed(":method", "GET\0")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void aMalformedRequestIsAnErrorOfItsStream(String what, String[] fields) throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            assertThat(wire.fields(1, true, fields).outcome(1)).isIn("reset 1", "400");
            assertThat(wire.fields(3, true, with()).outcome(3)).isEqualTo("204");
            assertThat(served).containsExactly("GET / a");
        }
    }

    static Stream<Arguments> malformedTrailers() {
        return Stream.of(
                Arguments.of("a field with a colon", new String[] {":path", "/"}),
                Arguments.of("an unknown field with a colon", new String[] {":x", "/"}),
                Arguments.of("a name in upper case", new String[] {"X-Sum", "7"}),
                Arguments.of("connection", new String[] {"connection", "close"}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformedTrailers")
    void malformedTrailersAreAnErrorOfTheirStream(String what, String[] fields) throws Exception {
        try (JettyHost echoing = JettyHost.of((request, exchange) -> request.body()
                        .bytes(100)
                        .whenComplete((bytes, failure) ->
                                exchange.respond(Response.of(failure == null ? 204 : 400), ended -> {})));
                Http2Wire wire = Http2Wire.connect(echoing)) {
            wire.request(1, false, "POST", "/").data(1, "x", false).fields(1, true, fields);
            assertThat(wire.outcome(1)).isIn("reset 1", "400");
            assertThat(wire.fields(3, true, with()).outcome(3)).isEqualTo("204");
        }
    }

    @Test
    void trailersThatDoNotEndTheStreamAreAnError() throws Exception {
        try (JettyHost reading = JettyHost.of((request, exchange) -> request.body()
                        .bytes(100)
                        .whenComplete((bytes, failure) ->
                                exchange.respond(Response.of(failure == null ? 204 : 400), ended -> {})));
                Http2Wire wire = Http2Wire.connect(reading)) {
            wire.request(1, false, "POST", "/").data(1, "x", false).fields(1, false, "x-sum", "7");
            assertThat(wire.outcome(1)).isIn("reset 1", "400", "goaway 1");
        }
    }

    @Test
    void whatOnlyLooksMalformedIsServed() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.fields(
                    1, true, with("te", "trailers", "host", "a", "x-empty", "", "x-high", "\u00e9", "cookie", "a=b"));
            assertThat(wire.outcome(1)).isEqualTo("204");
            wire.fields(3, true, ":path", "/", ":authority", "a", ":scheme", "http", ":method", "GET");
            assertThat(wire.outcome(3)).isEqualTo("204");
            wire.fields(5, true, ":method", "GET", ":scheme", "http", ":path", "/", "host", "a");
            assertThat(wire.outcome(5)).isEqualTo("204");
            assertThat(served).containsExactly("GET / a", "GET / a", "GET / a");
        }
    }

    @Test
    void connectWithAPathIsNotServed() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            assertThat(wire.fields(1, true, changed(":method", "CONNECT")).outcome(1))
                    .isIn("reset 1", "400", "501");
            assertThat(wire.fields(3, true, with()).outcome(3)).isEqualTo("204");
            assertThat(served).containsExactly("GET / a");
        }
    }

    @Test
    void optionsMayAskAboutTheWholeServer() throws Exception {
        try (Http2Wire wire = Http2Wire.connect(host)) {
            wire.fields(1, true, ":method", "OPTIONS", ":scheme", "http", ":path", "*", ":authority", "a");
            // Whether a route takes it is the gateway's affair.
            assertThat(wire.outcome(1)).isIn("204", "404", "400");
            assertThat(wire.isAlive()).isTrue();
        }
    }

    private static String[] with(String... more) {
        List<String> all = new ArrayList<>(GET);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static String[] first(String name, String value) {
        List<String> all = new ArrayList<>(List.of(name, value));
        all.addAll(GET);
        return all.toArray(String[]::new);
    }

    private static String[] late() {
        List<String> all = new ArrayList<>(GET.subList(0, 6));
        all.addAll(List.of("x-a", "1", ":authority", "a"));
        return all.toArray(String[]::new);
    }

    private static String[] changed(String name, String value) {
        List<String> all = new ArrayList<>(GET);
        all.set(all.indexOf(name) + 1, value);
        return all.toArray(String[]::new);
    }

    private static String[] without(String name) {
        List<String> all = new ArrayList<>(GET);
        int index = all.indexOf(name);
        all.subList(index, index + 2).clear();
        return all.toArray(String[]::new);
    }
}
