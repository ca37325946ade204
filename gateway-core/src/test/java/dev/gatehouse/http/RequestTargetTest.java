package dev.gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/orders",
                "/orders/",
                "/orders/7?full=1",
                "/orders?",
                "/a.b/.well-known/..c/...",
                "/%61dmin",
                "/caf%C3%A9",
                "/%F0%9F%98%80",
                "/100%25",
                "/100%25zz",
                "/a%3Bb",
                "/a%20b",
                "/~user/$&'()*+,=:@!_-",
                "/odd\"<>^`{|}[]",
                "/q?a=//../;\\%00%2e%zz?",
                "*",
                "http://example.com",
                "HTTPS://example.com:8443/a?b",
                "http://[2001:db8::1]:80/"
            })
    void anUnambiguousTargetBreaksNoRule(String raw) {
        assertThat(RequestTarget.parse(raw).violations()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "/a%2Fb ENCODED_SLASH",
                "/a%2fb ENCODED_SLASH",
                "/a\\b BACKSLASH",
                "/a%5Cb BACKSLASH",
                "/a%5cb BACKSLASH",
                "/a%00 ENCODED_NUL",
                "/. DOT_SEGMENT",
                "/.. DOT_SEGMENT",
                "/a/./b DOT_SEGMENT",
                "/a/../b DOT_SEGMENT",
                "/a/..?q DOT_SEGMENT",
                "/%2e DOT_SEGMENT",
                "/a/%2E%2e/b DOT_SEGMENT",
                "/a/.%2e/b DOT_SEGMENT",
                "/a/..%3Bx/b DOT_SEGMENT",
                "// EMPTY_SEGMENT",
                "/a//b EMPTY_SEGMENT",
                "//evil.example/x EMPTY_SEGMENT",
                "http://h//a EMPTY_SEGMENT",
                "/a;b PATH_PARAMETER",
                "/a;jsessionid=1/b PATH_PARAMETER",
                "/%80 INVALID_UTF8",
                "/%C3 INVALID_UTF8",
                "/%C3a INVALID_UTF8",
                "/%C3/ INVALID_UTF8",
                "/%C3%C3%A9 INVALID_UTF8",
                "/%E2%82 INVALID_UTF8",
                "/%C1%81 INVALID_UTF8",
                "/%E0%81%81 INVALID_UTF8",
                "/%ED%A0%80 INVALID_UTF8",
                "/%F4%90%80%80 INVALID_UTF8",
                "/%FF INVALID_UTF8",
                "/%252e DOUBLE_ENCODING",
                "/%2541 DOUBLE_ENCODING",
                "/%25%34%31 DOUBLE_ENCODING",
                "/%01 CONTROL_CHARACTER",
                "/%0d%0a CONTROL_CHARACTER",
                "/%7F CONTROL_CHARACTER",
                "/%C2%85 CONTROL_CHARACTER"
            })
    void eachRuleFindsWhatBreaksIt(String raw, TargetRule rule) {
        assertThat(RequestTarget.parse(raw).violations()).containsExactly(rule);
    }

    /** What opening one rule must not let through. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "/a/..;x=1/b PATH_PARAMETER,DOT_SEGMENT",
                "/a/;x/b PATH_PARAMETER,EMPTY_SEGMENT",
                "/a%2F..%2Fb ENCODED_SLASH,DOT_SEGMENT",
                "/a%2F.. ENCODED_SLASH,DOT_SEGMENT",
                "/a\\..\\b BACKSLASH,DOT_SEGMENT",
                "/a%5C.. BACKSLASH,DOT_SEGMENT",
                "/..%00 ENCODED_NUL,DOT_SEGMENT",
                "/%C0%AE%C0%AE/ INVALID_UTF8,DOT_SEGMENT",
                "/a%C0%AFb INVALID_UTF8,ENCODED_SLASH",
                "/%C0%80 INVALID_UTF8,ENCODED_NUL"
            })
    void aWayAroundOneRuleIsCaughtByAnother(String raw, String rules) {
        Set<TargetRule> expected = Arrays.stream(rules.split(","))
                .map(TargetRule::valueOf)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(TargetRule.class)));
        assertThat(RequestTarget.parse(raw).violations()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "orders",
                "?a",
                "**",
                "*?a",
                "/a b",
                "/a\tb",
                "/a\r\nX: y",
                "/a\u0000",
                "/a\u007f",
                "/caf\u00e9",
                "/a\u010a",
                "/?q=\u00e9",
                "/?q= ",
                "/?q=\n",
                "/a#b",
                "/?a#b",
                "/%",
                "/%2",
                "/%zz",
                "/%2\uff10",
                "/a%?b",
                "example.com:443",
                "http:/a",
                "http://",
                "http:///a",
                "http://user@h/",
                "http://user:pw@h/",
                "http://h\\@evil/",
                "http://h:99999/",
                "http://h:x/",
                "http://[::1/",
                "http://h%2eevil/",
                "http://h#f",
                "ftp://h/",
                "file:///etc/passwd",
                "javascript:alert(1)"
            })
    void whatIsNoTargetIsMalformed(String raw) {
        RequestTarget target = RequestTarget.parse(raw);
        assertThat(target.violations()).contains(TargetRule.MALFORMED);
        assertThat(target.raw()).isEqualTo(raw);
    }

    @Test
    void onlyTheMalformedCannotBeOpened() {
        assertThat(EnumSet.allOf(TargetRule.class))
                .filteredOn(rule -> !rule.openable())
                .containsOnly(TargetRule.MALFORMED);
    }

    @Test
    void anOriginTargetIsKeptAsItCame() {
        RequestTarget target = RequestTarget.parse("/a%41/b?x=%zz&y");
        assertThat(target.form()).isEqualTo(RequestTarget.Form.ORIGIN);
        assertThat(target.rawPath()).isEqualTo("/a%41/b");
        assertThat(target.rawQuery()).isEqualTo("x=%zz&y");
        assertThat(target.pathAndQuery()).isEqualTo(target.raw());
        assertThat(target.authority()).isNull();
        assertThat(target.scheme()).isNull();
    }

    @Test
    void anEmptyQueryIsNotNoQuery() {
        assertThat(RequestTarget.parse("/a?").rawQuery()).isEmpty();
        assertThat(RequestTarget.parse("/a").rawQuery()).isNull();
        assertThat(RequestTarget.parse("/a?").pathAndQuery()).isEqualTo("/a?");
    }

    @ParameterizedTest
    @CsvSource({
        "http://h, h, http, /, /",
        "HTTPS://h:1?a=b, h:1, https, /, /?a=b",
        "http://h/, h, http, /, /",
        "http://[::1]:80/x/y?z, [::1]:80, http, /x/y, /x/y?z"
    })
    void anAbsoluteTargetIsForwardedInOriginForm(
            String raw, String authority, String scheme, String path, String sent) {
        RequestTarget target = RequestTarget.parse(raw);
        assertThat(target.form()).isEqualTo(RequestTarget.Form.ABSOLUTE);
        assertThat(target.authority()).isEqualTo(authority);
        assertThat(target.scheme()).isEqualTo(scheme);
        assertThat(target.rawPath()).isEqualTo(path);
        assertThat(target.pathAndQuery()).isEqualTo(sent);
    }

    @Test
    void theAsteriskStandsForItself() {
        RequestTarget target = RequestTarget.parse("*");
        assertThat(target.form()).isEqualTo(RequestTarget.Form.ASTERISK);
        assertThat(target.rawPath()).isEqualTo("*");
        assertThat(target.pathAndQuery()).isEqualTo("*");
        assertThat(target.segmentCount()).isZero();
    }

    @Test
    void whatHasNoPathForwardsNothing() {
        for (String raw : List.of("h:443", "nonsense?x")) {
            RequestTarget target = RequestTarget.parse(raw);
            assertThat(target.rawPath()).isEmpty();
            assertThat(target.pathAndQuery()).isEmpty();
            assertThat(target.rawQuery()).isNull();
            assertThat(target.segmentCount()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/, ''",
        "/a, a",
        "/a/, 'a|'",
        "/a/b?c/d, 'a|b'",
        "//, '|'",
        "/a//b, 'a||b'",
        "/1/2/3/4/5/6/7/8/9/10, '1|2|3|4|5|6|7|8|9|10'",
        "http://h/x/y, 'x|y'",
        "http://h, ''"
    })
    void aPathIsSplitAtItsRawSlashes(String raw, String segments) {
        assertThat(String.join("|", rawSegments(RequestTarget.parse(raw)))).isEqualTo(segments);
    }

    @Test
    void aSlashAtTheEndMakesAnEmptyLastSegment() {
        assertThat(RequestTarget.parse("/").segmentCount()).isZero();
        assertThat(RequestTarget.parse("/a/").segmentCount()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"/%61dmin, admin", "/caf%C3%A9, caf\u00e9", "/a%2Fb, a/b", "/a+b, a+b", "/%FF, \ufffd", "/%zz%4, %zz%4"
    })
    void aSegmentMeansWhatItDecodesTo(String raw, String decoded) {
        assertThat(RequestTarget.parse(raw).segment(0)).isEqualTo(decoded);
    }

    @Test
    void anotherPathKeepsTheQueryAndIsJudgedAgain() {
        RequestTarget target = RequestTarget.parse("http://h/a?x=1");
        assertThat(target.withRawPath("/b/c").raw()).isEqualTo("/b/c?x=1");
        assertThat(target.withRawPath("/b/../c").violations()).containsExactly(TargetRule.DOT_SEGMENT);
        assertThat(target.withRawPath("//evil").violations()).containsExactly(TargetRule.EMPTY_SEGMENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "b", "*", "http://h/", "/a?b", "/a#b", "/a b", "/\r\n", "/\u00e9", "/%"})
    void aPathThatCannotBeSentIsRefused(String path) {
        RequestTarget target = RequestTarget.parse("/a");
        assertThatIllegalArgumentException().isThrownBy(() -> target.withRawPath(path));
    }

    @Test
    void anotherQueryKeepsThePath() {
        RequestTarget target = RequestTarget.parse("http://h/a?x=1");
        assertThat(target.withRawQuery("y").raw()).isEqualTo("/a?y");
        assertThat(target.withRawQuery("").raw()).isEqualTo("/a?");
        assertThat(target.withRawQuery(null).raw()).isEqualTo("/a");
        assertThat(RequestTarget.parse("*").withRawQuery(null).raw()).isEqualTo("*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a#b", "\r\n", "\u00e9"})
    void aQueryThatCannotBeSentIsRefused(String query) {
        RequestTarget target = RequestTarget.parse("/a");
        assertThatIllegalArgumentException().isThrownBy(() -> target.withRawQuery(query));
    }

    @Test
    void nothingCanFollowAnAsterisk() {
        RequestTarget target = RequestTarget.parse("*");
        assertThatIllegalArgumentException().isThrownBy(() -> target.withRawQuery("a"));
    }

    @Test
    void targetsAreEqualByTheirText() {
        assertThat(RequestTarget.parse("/a?b"))
                .isEqualTo(RequestTarget.parse("/a?b"))
                .hasSameHashCodeAs(RequestTarget.parse("/a?b"))
                .isNotEqualTo(RequestTarget.parse("/%61?b"));
    }

    @Test
    void aLogShowsNoQueryAndOneLine() {
        assertThat(RequestTarget.parse("/a?token=secret")).hasToString("/a?***");
        assertThat(RequestTarget.parse("/a\r\nb")).hasToString("/a\\u000d\\u000ab");
        assertThat(RequestTarget.parse("user:secret@h")).hasToString("(INVALID)");
        assertThat(RequestTarget.parse("http://user:secret@h/x").toString()).isEqualTo("/x");
    }

    static List<String> rawSegments(RequestTarget target) {
        return IntStream.range(0, target.segmentCount())
                .mapToObj(target::rawSegment)
                .toList();
    }
}
