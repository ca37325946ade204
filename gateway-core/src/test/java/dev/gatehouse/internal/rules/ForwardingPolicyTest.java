package dev.gatehouse.internal.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.ForwardedHeaders;
import dev.gatehouse.http.ForwardedHeaders.Style;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What gets in at the edge. */
class ForwardingPolicyTest {

    private static final String PROXY = "10.0.0.9";

    private final AtomicLong random = new AtomicLong();
    private final ForwardingPolicy plain = policy(ForwardedHeaders.builder().withoutRequestId());
    private final ForwardingPolicy trusting =
            policy(ForwardedHeaders.builder().withoutRequestId().trusted("10.0.0.0/8"));

    @Test
    void anOrdinaryRequestKeepsItsHeaders() {
        Request request =
                Received.http1().header("Accept", "a").header("x_custom", "b").build();
        assertThat(plain.clean(request)).isSameAs(request);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection",
                "Keep-Alive",
                "Proxy-Connection",
                "Proxy-Authenticate",
                "Proxy-Authorization",
                "Transfer-Encoding",
                "Upgrade",
                "HTTP2-Settings",
                "TE"
            })
    void fieldsOfTheConnectionStayBehind(String name) {
        Request request = Received.http1()
                .header(name.toLowerCase(java.util.Locale.ROOT), "x")
                .header("A", "1")
                .build();
        assertThat(plain.clean(request).headers()).isEqualTo(Headers.of("Host", "example.com", "A", "1"));
    }

    @Test
    void whatTheConnectionNominatesStaysBehind() {
        Request request = Received.http1()
                .header("Connection", "close, X-One")
                .header("connection", "x-TWO ,, X-Three")
                .header("X-One", "1")
                .header("x-two", "2")
                .header("x-three", "3")
                .header("X-Four", "4")
                .build();
        assertThat(plain.clean(request).headers().names()).containsExactly("host", "x-four");
    }

    @Test
    void onlyTheWishForTrailersIsPassedOn() {
        assertThat(clean(
                                plain,
                                Received.http1()
                                        .header("TE", "gzip;q=0.5, trailers")
                                        .header("Connection", "TE"))
                        .all("TE"))
                .containsExactly("trailers");
        assertThat(clean(plain, Received.http1().header("TE", "gzip")).contains("TE"))
                .isFalse();
        Request request = Received.http2().header("te", "trailers").build();
        Headers sent = plain.toUpstream(plain.clean(request), plain.client(request), "up")
                .headers();
        assertThat(sent.all("TE")).containsExactly("trailers");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Forwarded",
                "X-Forwarded-For",
                "x-forwarded-proto",
                "X-Forwarded-Host",
                "X-Forwarded-Prefix",
                "X-Forwarded-User",
                "X-Real-IP",
                "X_Forwarded_For",
                "x.forwarded.for",
                "X-Forwarded_Host",
                "X_Real.IP",
                "Content_Length",
                "Transfer_Encoding",
                "Keep_Alive"
            })
    void whatAStrangerSaysOfTheClientIsDropped(String name) {
        assertThat(clean(plain, Received.http1().header(name, "for=1.2.3.4")).names())
                .containsExactly("host");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X_Forwarded_For", "x.real.ip"})
    void aNameThatFoldsIsDroppedFromTrustedPeersToo(String name) {
        assertThat(clean(trusting, Received.http1().from(PROXY).header(name, "1.2.3.4"))
                        .names())
                .containsExactly("host");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x_forwarded", "grpc_status.bin", "X-ForwardedFor", "my_header"})
    void aNameThatFoldsOntoNothingOfOursIsPassedOn(String name) {
        assertThat(clean(plain, Received.http1().header(name, "v")).get(name)).isEqualTo("v");
    }

    @Test
    void namesWithOtherThanLettersDigitsAndHyphensAreDroppedOnRequest() {
        ForwardingPolicy strict =
                policy(ForwardedHeaders.builder().withoutRequestId().plainNamesOnly(true));
        Headers clean = clean(
                strict,
                Received.http1().header("my_header", "v").header("a!", "v").header("X-9", "v"));
        assertThat(clean.names()).containsExactly("host", "x-9");
    }

    @Test
    void aTrustedPeersFieldsAreKeptInTheStyleItWrites() {
        Received request = Received.http1()
                .from(PROXY)
                .header("X-Forwarded-For", "1.2.3.4")
                .header("X-Forwarded-Prefix", "/p")
                .header("X-Real-IP", "1.2.3.4")
                .header("Forwarded", "for=6.6.6.6");
        assertThat(clean(trusting, request).names())
                .containsExactly("host", "x-forwarded-for", "x-forwarded-prefix", "x-real-ip");
        ForwardingPolicy standard = policy(ForwardedHeaders.builder()
                .withoutRequestId()
                .trusted("10.0.0.0/8")
                .trustedStyle(Style.FORWARDED));
        assertThat(clean(standard, request).names()).containsExactly("forwarded", "host");
    }

    @Test
    void aMalformedForwardedFieldIsDroppedFromTrustedPeersToo() {
        ForwardingPolicy standard = policy(ForwardedHeaders.builder()
                .withoutRequestId()
                .trusted("10.0.0.0/8")
                .trustedStyle(Style.FORWARDED));
        Received request = Received.http1().from(PROXY).header("Forwarded", "for=\"open, for=1.2.3.4");
        assertThat(clean(standard, request).names()).containsExactly("host");
    }

    @Test
    void aRequestGetsARandomIdThatItKeeps() {
        ForwardingPolicy policy = policy(ForwardedHeaders.builder());
        Headers first =
                clean(policy, Received.http1().header("X-Request-Id", "mine").header("x_request_id", "mine"));
        Headers second = clean(policy, Received.http1());
        assertThat(first.all("X-Request-Id")).containsExactly("00000000000000010000000000000002");
        assertThat(second.all("X-Request-Id")).containsExactly("00000000000000030000000000000004");
        assertThat(first.names()).containsExactly("host", "x-request-id");
        random.set(-2);
        assertThat(clean(policy, Received.http1()).get("X-Request-Id")).isEqualTo("ffffffffffffffff0000000000000000");
    }

    @Test
    void theIdOfATrustedPeerIsKeptIfItIsReasonable() {
        ForwardingPolicy policy =
                policy(ForwardedHeaders.builder().trusted("10.0.0.0/8").requestId("X-Trace"));
        assertThat(clean(policy, Received.http1().from(PROXY).header("x-trace", "abc"))
                        .all("X-Trace"))
                .containsExactly("abc");
        for (String bad : new String[] {"", "a b", "a\u00e9", "x".repeat(129)}) {
            assertThat(clean(policy, Received.http1().from(PROXY).header("X-Trace", bad))
                            .get("X-Trace"))
                    .matches("[0-9a-f]{32}");
        }
        assertThat(clean(
                                policy,
                                Received.http1()
                                        .from(PROXY)
                                        .header("Connection", "X-Trace")
                                        .header("X-Trace", "abc"))
                        .all("X-Trace"))
                .containsExactly("abc");
    }

    @Test
    void optionsOfAHostWithoutAPathAsksTheServerAsAWhole() {
        assertThat(target("OPTIONS", "http://example.com")).isEqualTo("*");
        assertThat(target("OPTIONS", "http://example.com/")).isEqualTo("/");
        assertThat(target("OPTIONS", "http://example.com?a")).isEqualTo("/?a");
        assertThat(target("GET", "http://example.com")).isEqualTo("/");
        assertThat(target("OPTIONS", "/")).isEqualTo("/");
        assertThat(target("OPTIONS", "http://example.com/orders/42")).isEqualTo("/orders/42");
        assertThat(target("OPTIONS", "http://example.com/example.com")).isEqualTo("/example.com");
    }

    @Test
    void trailersAreCleanedWhileContentStreams() {
        Request request = Received.http1().body(withTrailers(-1)).build();
        Body body = plain.clean(request).body();
        body.read().release();
        assertThat(body.trailers()).isEqualTo(Headers.of("X-Sum", "1"));

        Body known = withTrailers(5);
        assertThat(plain.clean(Received.http1().body(known).build()).body()).isSameAs(known);
        assertThat(plain.clean(Received.http2().body(known).build()).body()).isNotSameAs(known);
    }

    @Test
    void anInterimResponseIsCleanedToo() {
        Headers interim = Headers.of("Link", "</a>", "Connection", "X-A", "X-A", "1", "Content-Length", "1");
        assertThat(plain.interimToClient(interim, "HTTP/1.1"))
                .isEqualTo(Headers.of("Link", "</a>", "Via", "1.1 gatehouse"));
    }

    /** Fields that the client controls in any number, in any combination: the work stays proportional to their size. */
    @Test
    void aLongListOfNominationsIsReadOnce() {
        String options = "a,".repeat(30_000);
        Received request = Received.http1().header("Connection", options);
        for (int i = 0; i < 98; i++) {
            request.header("X-" + i, "v");
        }
        assertThat(HopByHop.nominated(request.build().headers())).containsExactlyInAnyOrder("a", "");
        assertThat(clean(plain, request).size()).isEqualTo(99);
    }

    private static Body withTrailers(long length) {
        return Body.of(
                new Body.Source() {
                    @Override
                    public Chunk read() {
                        return Chunk.end();
                    }

                    @Override
                    public void demand(Runnable onAvailable) {
                        onAvailable.run();
                    }

                    @Override
                    public void cancel(Throwable reason) {}

                    @Override
                    public Headers trailers() {
                        return Headers.of("X-Sum", "1", "Content-Length", "7", "X-Forwarded-For", "6.6.6.6");
                    }
                },
                length);
    }

    private String target(String method, String target) {
        return plain.clean(Received.http1().method(method).target(target).build())
                .target()
                .pathAndQuery();
    }

    private ForwardingPolicy policy(ForwardedHeaders.Builder settings) {
        return new ForwardingPolicy(settings.build(), random::incrementAndGet);
    }

    private static Headers clean(ForwardingPolicy policy, Received request) {
        return policy.clean(request.build()).headers();
    }
}
