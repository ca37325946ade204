package dev.gatehouse.internal.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Connection;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestLimits;
import dev.gatehouse.http.RequestTarget;
import dev.gatehouse.http.TargetRule;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestRulesTest {

    @Test
    void anOrdinaryRequestPassesInEveryVersion() {
        assertPasses(Received.http1().header("Accept", "*/*").header("Connection", "keep-alive, Upgrade"));
        assertPasses(Received.http10());
        assertPasses(Received.http10().header("Host", "h"));
        assertPasses(Received.http2().header("te", "trailers"));
        assertPasses(Received.http1().method("M-SEARCH"));
    }

    @Test
    void aMethodIsAToken() {
        for (String method : new String[] {"", "G ET", "GET\r\n", "GET\u00e9", "G:T"}) {
            assertRefused(Received.http1().method(method), Kind.BAD_REQUEST);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CONNECT", "TRACE", "connect", "Trace"})
    void tunnelsAndEchoesAreRefused(String method) {
        assertRefused(Received.http1().method(method).target("example.com:443"), Kind.METHOD_REFUSED);
        assertRefused(Received.http2().method(method), Kind.METHOD_REFUSED);
    }

    @Test
    void whatNobodyHereCanMeetIsNotExpected() {
        assertPasses(Received.http1().header("Expect", "100-Continue"));
        assertPasses(Received.http1().header("Expect", ""));
        assertRefused(Received.http1().header("Expect", "miracles"), Kind.EXPECTATION_FAILED);
        assertRefused(Received.http2().header("Expect", "100-continue, miracles"), Kind.EXPECTATION_FAILED);
        assertRefused(Received.http1().header("Expect", "100-continue").header("expect", "x"), Kind.EXPECTATION_FAILED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "/a b", "/a\r\nX: y", "/\u00e9", "/a#b", "/%", "http://u@h/", "ftp://h/", "h:80"})
    void aMalformedTargetIsRefusedWhateverARouteOpens(String target) {
        Received request = Received.withoutHost().header("Host", "h").target(target);
        assertRefused(request, Kind.BAD_TARGET);
        GatewayException refused = RequestRules.checkTarget(request.build(), EnumSet.allOf(TargetRule.class));
        assertThat(refused).isNotNull().extracting(GatewayException::kind).isEqualTo(Kind.BAD_TARGET);
    }

    @Test
    void theAsteriskIsForOptionsOnly() {
        assertPasses(Received.http1().method("OPTIONS").target("*"));
        assertRefused(Received.http1().method("GET").target("*"), Kind.BAD_TARGET);
        assertRefused(Received.http1().method("options").target("*"), Kind.BAD_TARGET);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "/a%2Fb ENCODED_SLASH",
                "/a\\b BACKSLASH",
                "/%00 ENCODED_NUL",
                "/a/../b DOT_SEGMENT",
                "/a//b EMPTY_SEGMENT",
                "/a;b PATH_PARAMETER",
                "/%80 INVALID_UTF8",
                "/%2541 DOUBLE_ENCODING",
                "/%0a CONTROL_CHARACTER"
            })
    void aRuleOfTargetsIsOpenedByItself(String target, TargetRule rule) {
        Request request = Received.http1().target(target).build();
        assertThat(RequestRules.check(request)).isNull();
        assertThat(RequestRules.checkTarget(request, Set.of()))
                .isNotNull()
                .extracting(GatewayException::kind)
                .isEqualTo(Kind.BAD_TARGET);
        assertThat(RequestRules.checkTarget(request, EnumSet.complementOf(EnumSet.of(rule))))
                .isNotNull();
        assertThat(RequestRules.checkTarget(request, Set.of(rule))).isNull();
    }

    @ParameterizedTest
    @EnumSource(TargetRule.class)
    void anOrdinaryTargetNeedsNothingOpened(TargetRule rule) {
        assertThat(RequestRules.checkTarget(Received.http1().build(), Set.of(rule)))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A B", "A\t", " A", "A ", "A:", "A\r\n", "\u0000", "\u00c4", "A(", ":path"})
    void aFieldNameIsAToken(String name) {
        assertRefused(Received.http1().header(name, "v"), Kind.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r", "\n", "a\r\n b", "a\u0000", "\u0001", "\u001f", "\u007f", "\u0100"})
    void aFieldValueHoldsNoControls(String value) {
        assertRefused(Received.http1().header("X-A", value), Kind.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\tb", "\u0080\u00ff", "caf\u00e9"})
    void tabsAndObsTextMayStandInAValue(String value) {
        assertPasses(Received.http1().header("X-A", value));
    }

    @Test
    void aRefusalNamesNoValue() {
        GatewayException refused = RequestRules.check(
                Received.http1().header("Authorization", "secret\n").build());
        assertThat(refused).isNotNull();
        assertThat(refused.getMessage()).contains("Authorization").doesNotContain("secret");
    }

    @Test
    void contentHasOneLengthOrIsChunked() {
        assertPasses(Received.http1().header("Content-Length", "0"));
        assertPasses(Received.http1().header("content-length", "42"));
        assertPasses(Received.http1().header("Transfer-Encoding", "chunked"));
        assertPasses(Received.http1().header("transfer-encoding", "Chunked"));
        assertPasses(Received.http2().header("content-length", "42"));
    }

    @Test
    void aLengthBesideACodingIsRefused() {
        assertRefused(
                Received.http1().header("Content-Length", "5").header("Transfer-Encoding", "chunked"),
                Kind.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "+1", "0x10", "1 ", " 1", "1, 1", "1.0", "1e3", "\u0661", "9223372036854775808"})
    void aLengthIsDigits(String length) {
        assertRefused(Received.http1().header("Content-Length", length), Kind.BAD_REQUEST);
    }

    @Test
    void twoLengthsAreRefusedEvenIfTheyAgree() {
        assertRefused(Received.http1().header("Content-Length", "5").header("content-length", "6"), Kind.BAD_REQUEST);
        assertRefused(Received.http1().header("Content-Length", "5").header("Content-Length", "5"), Kind.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "gzip",
                "identity",
                "gzip, chunked",
                "chunked, chunked",
                "chunked, gzip",
                "chunked;a=b",
                "xchunked",
                "chunked ",
                "\tchunked",
                "\"chunked\"",
                "chunked\u000b"
            })
    void anyOtherCodingThanChunkedIsRefused(String coding) {
        assertRefused(Received.http1().header("Transfer-Encoding", coding), Kind.BAD_REQUEST);
    }

    @Test
    void twoCodingsAreRefused() {
        assertRefused(
                Received.http1().header("Transfer-Encoding", "chunked").header("Transfer-Encoding", "chunked"),
                Kind.BAD_REQUEST);
    }

    @Test
    void anOldVersionHasNoCodings() {
        assertRefused(Received.http10().header("Transfer-Encoding", "chunked"), Kind.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade", "TE"})
    void http2HasNoFieldsOfAConnection(String name) {
        assertRefused(Received.http2().header(name, "chunked"), Kind.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/0.9", "HTTP/1.2", "HTTP/3.0", "http/1.1", "", "HTTP/1.1\r"})
    void anUnknownVersionIsRefused(String protocol) {
        assertRefused(Received.http1().protocol(protocol), Kind.BAD_REQUEST);
    }

    @Test
    void http11NamesExactlyOneHost() {
        assertRefused(Received.withoutHost(), Kind.BAD_REQUEST);
        assertRefused(Received.withoutHost().target("http://example.com/"), Kind.BAD_REQUEST);
        assertRefused(Received.http1().header("Host", "example.com"), Kind.BAD_REQUEST);
        assertRefused(Received.http1().header("host", "other"), Kind.BAD_REQUEST);
        assertRefused(Received.http10().header("Host", "a").header("Host", "a"), Kind.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a,b", "user@a", "a/b", "a:x", "a:99999", "[::1", "a\\b", "a?b", "h%41"})
    void aHostIsValid(String host) {
        assertRefused(Received.withoutHost().header("Host", host), Kind.BAD_REQUEST);
        assertRefused(Received.http10().header("Host", host), Kind.BAD_REQUEST);
        assertRefused(Received.http2().authority(host), Kind.BAD_REQUEST);
    }

    @Test
    void theHostIsThatOfAnAbsoluteTarget() {
        assertPasses(Received.http1().target("http://EXAMPLE.com/a"));
        assertPasses(Received.http1().target("http://example.com:80/a"));
        assertPasses(Received.http1().target("https://example.com:443/a"));
        assertRefused(Received.http1().target("http://other/a"), Kind.BAD_REQUEST);
        assertRefused(Received.http1().target("http://example.com:81/a"), Kind.BAD_REQUEST);
    }

    @Test
    void theHostIsThatOfThePseudoField() {
        assertPasses(Received.http2().header("host", "example.com"));
        assertPasses(Received.http2().scheme("https").header("host", "example.com:443"));
        assertRefused(Received.http2().header("host", "other"), Kind.BAD_REQUEST);
        assertRefused(Received.http2().header("host", ""), Kind.BAD_REQUEST);
        assertRefused(Received.http2().header("host", "example.com").header("host", "example.com"), Kind.BAD_REQUEST);
    }

    @Test
    void http2MayNameItsHostInAFieldButMustNameOne() {
        assertPasses(Received.http2().authority(null).header("host", "example.com"));
        assertRefused(Received.http2().authority(null), Kind.BAD_REQUEST);
        assertRefused(Received.http2().authority(""), Kind.BAD_REQUEST);
    }

    @Test
    void aCallWithinTheProcessNeedsNoHost() {
        assertThat(RequestRules.check(Request.get("/").build())).isNull();
        assertThat(RequestRules.check(
                        Request.get("/").authority("h").header("Host", "g").build()))
                .isNull();
        assertThat(RequestRules.check(Request.get("/").header("Host", "a b").build()))
                .isNotNull();
        assertThat(RequestRules.check(Request.get("//").build())).isNull();
        assertThat(Request.get("/").build().connection()).isEqualTo(Connection.IN_PROCESS);
    }

    @Test
    void sizesHaveLimits() {
        RequestLimits limits = new RequestLimits(10, 2, 100);
        assertThat(RequestRules.check(Received.http1().target("/23456789A").build(), limits))
                .isNull();
        assertKind(RequestRules.check(Received.http1().target("/23456789AB").build(), limits), Kind.TARGET_TOO_LONG);
        assertKind(RequestRules.check(Received.http1().target("?23456789AB").build(), limits), Kind.TARGET_TOO_LONG);

        Received two = Received.http1().header("A", "x".repeat(100 - "HostAexample.com".length() - 8));
        assertThat(RequestRules.check(two.build(), limits)).isNull();
        assertKind(RequestRules.check(two.header("B", "").build(), limits), Kind.HEADERS_TOO_LARGE);
        Received longer = Received.http1().header("A", "x".repeat(101 - "HostAexample.com".length() - 8));
        assertKind(RequestRules.check(longer.build(), limits), Kind.HEADERS_TOO_LARGE);
    }

    @Test
    void aRequestThatAFilterCouldMakeIsNotRefused() {
        Request request = new Received()
                .target("/a?b")
                .header("Host", "h")
                .build()
                .withHeaders(Headers.of("Host", "h", "X-A", "caf\u00e9"))
                .withTarget(RequestTarget.parse("/b"));
        assertThat(RequestRules.check(request)).isNull();
    }

    private static void assertPasses(Received request) {
        assertThat(RequestRules.check(request.build())).isNull();
    }

    private static void assertRefused(Received request, Kind kind) {
        assertKind(RequestRules.check(request.build()), kind);
    }

    private static void assertKind(GatewayException refused, Kind kind) {
        assertThat(refused).isNotNull();
        assertThat(refused.kind()).isEqualTo(kind);
        assertThat(refused.requestSent()).isEqualTo(GatewayException.RequestSent.NO);
    }
}
