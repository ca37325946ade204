package dev.gatehouse.internal.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.ForwardedHeaders;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseRulesTest {

    private final Content content = new Content();

    @Test
    void anOrdinaryResponseKeepsItsHeaders() {
        Response response = Response.of(200, Headers.of("Content-Length", "2", "Set-Cookie", "a"), Body.of("ok"));
        assertThat(ResponseRules.kept(response, "GET").headers()).isSameAs(response.headers());
    }

    @Test
    void whatConcernsTheUpstreamsConnectionStaysBehind() {
        Headers headers = Headers.of(
                "Connection",
                "X-One, close",
                "Keep-Alive",
                "timeout=5",
                "X-One",
                "1",
                "Transfer-Encoding",
                "chunked",
                "Upgrade",
                "h2c",
                "Proxy-Authenticate",
                "Basic",
                "X-Two",
                "2");
        assertThat(ResponseRules.kept(Response.of(200, headers, Body.of(content, -1)), "GET")
                        .headers())
                .isEqualTo(Headers.of("X-Two", "2"));
    }

    @ParameterizedTest
    @CsvSource({"HEAD, 200", "GET, 304", "HEAD, 404"})
    void theLengthOfWhatIsNotSentIsPassedOn(String method, int status) {
        Response response = Response.of(status, Headers.of("Content-Length", "42"), Body.empty());
        assertThat(ResponseRules.kept(response, method).headers().get("Content-Length"))
                .isEqualTo("42");
    }

    @Test
    void noContentHasNoLength() {
        Response response = Response.of(204, Headers.of("Content-Length", "0", "A", "1"), Body.empty());
        assertThat(ResponseRules.kept(response, "GET").headers()).isEqualTo(Headers.of("A", "1"));
    }

    @ParameterizedTest
    @CsvSource({"HEAD, 200", "GET, 204", "GET, 304"})
    void contentWhereThereCanBeNoneIsRefused(String method, int status) {
        assertRefused(Response.of(status, Headers.empty(), Body.of(content, 5)), method);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1, 1", "-1", "x", "1 "})
    void aLengthThatIsNoneIsRefused(String length) {
        assertRefused(Response.of(200, Headers.of("Content-Length", length), Body.of(content, 1)), "GET");
        assertRefused(Response.of(200, Headers.of("Content-Length", length), Body.empty()), "HEAD");
    }

    @Test
    void aLengthThatIsNotTheContentsIsRefused() {
        assertRefused(Response.of(200, Headers.of("Content-Length", "2"), Body.of(content, 3)), "GET");
        assertRefused(Response.of(200, Headers.of("Content-Length", "2"), Body.empty()), "GET");
    }

    @Test
    void ambiguousFramingIsRefused() {
        assertRefused(headers("Content-Length", "1", "Transfer-Encoding", "chunked"), "GET");
        assertRefused(headers("Content-Length", "1", "Content-Length", "2"), "GET");
        assertRefused(headers("Transfer-Encoding", "gzip, chunked"), "GET");
    }

    @Test
    void fieldsThatAreNoneAreRefused() {
        assertRefused(headers("a b", "v"), "GET");
        assertRefused(headers("A", "v\r\nSet-Cookie: x"), "GET");
        assertRefused(headers("A", "\u0000"), "HEAD");
    }

    @Test
    void trailersAreCleaned() {
        content.trailers = Headers.of("grpc-status", "0", "Set-Cookie", "a=b");
        Body body = new ForwardingPolicy(ForwardedHeaders.builder().build(), () -> 0)
                .toClient(Response.of(200, Headers.empty(), Body.of(content, -1)), "POST", "HTTP/1.1")
                .body();
        assertThat(body.read().last()).isTrue();
        assertThat(body.trailers()).isEqualTo(Headers.of("grpc-status", "0"));
    }

    @Test
    void aViaThatConcernsTheConnectionOnlyIsNotPassedOn() {
        Headers headers = Headers.of("Connection", "via", "Via", "1.0 secret", "A", "1");
        Response sent = new ForwardingPolicy(
                        ForwardedHeaders.builder().via("gw").build(), () -> 0)
                .toClient(Response.of(200, headers, Body.of(content, -1)), "GET", "HTTP/1.1");
        assertThat(sent.headers()).isEqualTo(Headers.of("A", "1", "Via", "1.1 gw"));
    }

    private Response headers(String... namesAndValues) {
        Headers.Builder headers = Headers.builder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.addParsed(namesAndValues[i], namesAndValues[i + 1]);
        }
        return Response.of(200, headers.build(), Body.of(content, -1));
    }

    private void assertRefused(Response response, String method) {
        content.cancelled.clear();
        GatewayException refused =
                catchThrowableOfType(GatewayException.class, () -> ResponseRules.kept(response, method));
        assertThat(refused).isNotNull();
        assertThat(refused.kind()).isEqualTo(Kind.UPSTREAM_PROTOCOL);
        assertThat(refused.requestSent()).isEqualTo(RequestSent.YES);
        if (!response.body().isEmpty()) {
            assertThat(content.cancelled).containsExactly(refused);
        }
    }

    /** Ends at once and remembers who gave up. */
    private static final class Content implements Body.Source {

        private final List<Throwable> cancelled = new ArrayList<>();
        private Headers trailers = Headers.empty();

        @Override
        public Chunk read() {
            return Chunk.end();
        }

        @Override
        public void demand(Runnable onAvailable) {
            onAvailable.run();
        }

        @Override
        public void cancel(Throwable reason) {
            cancelled.add(reason);
        }

        @Override
        public Headers trailers() {
            return trailers;
        }
    }
}
