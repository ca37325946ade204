package dev.gatehouse.filters;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LogTextTest {

    private static String quoted(String text) {
        LineBuffer line = new LineBuffer(1);
        LogText.appendQuoted(line, text);
        return line.toString();
    }

    private static String json(String text) {
        LineBuffer line = new LineBuffer(1);
        LogText.appendJson(line, text);
        return line.toString();
    }

    @Test
    void whatWouldEndALineOrAQuotedFieldIsEscaped() {
        assertThat(quoted("a\"b\\c\r\nd\te\u007f\u0085é\u2028"))
                .isEqualTo("a\\\"b\\\\c\\x0d\\x0ad\\x09e\\x7f\\x85\\xe9\\u2028");
        assertThat(json("a\"b\\c\r\nd\te\u007f\u0085é\u2028"))
                .isEqualTo("\"a\\\"b\\\\c\\u000d\\u000ad\\u0009e\\u007f\\u0085\\u00e9\\u2028\"");
    }

    @Test
    void nothingButPrintableAsciiEverComesOut() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(20); n > 0; n--) {
                text.append((char) (random.nextBoolean() ? random.nextInt(0x100) : random.nextInt(0x10000)));
            }
            String escaped = quoted(text.toString());
            assertThat(escaped.chars().allMatch(c -> c >= ' ' && c < 0x7f))
                    .as("seed 7, try " + i)
                    .isTrue();
            assertThat(escaped.replaceAll("\\\\.", "")).as("seed 7, try " + i).doesNotContain("\"");
        }
    }

    @Test
    void whatNobodyWouldReadIsCut() {
        String much = "x".repeat(LogText.LONGEST + 1);

        assertThat(quoted(much)).isEqualTo("x".repeat(LogText.LONGEST) + "...");
        assertThat(json(much)).isEqualTo('"' + "x".repeat(LogText.LONGEST) + "...\"");
        assertThat(quoted("x".repeat(LogText.LONGEST))).isEqualTo("x".repeat(LogText.LONGEST));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            nullValues = "-",
            value = {
                "/a - /a",
                "/a?token=1 - /a",
                "/a?page=2&token=1 page /a?page=2&***",
                "/a?p%61ge=2 page /a?***",
                "/a?page page /a?page",
                "/a?Page=2 page /a?***",
                "/a?x=page page /a?***",
                "/a?page=1&page=2 page /a?page=1&page=2",
                "/a? page /a?***",
                "http://me:secret@example.org/a?b - http://example.org/a",
                "http://example.org/@a - http://example.org/@a",
                "/a//b@c - /a//b@c",
                "* - *"
            })
    void aQueryShowsWhatItIsToldToShow(String raw, String shown, String target) {
        assertThat(LogText.target(raw, shown == null ? Set.of() : Set.of(shown)))
                .isEqualTo(target);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "https://example.org/a https://example.org/a",
                "https://example.org/a?token=1#x https://example.org/a",
                "https://example.org/a#token https://example.org/a",
                "https://me:secret@example.org https://example.org",
                "about:blank about:blank"
            })
    void aRefererIsShownWithoutWhatMayBeSecret(String uri, String shown) {
        assertThat(LogText.referer(uri)).isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization",
                "proxy-authorization",
                "Cookie",
                "Set-Cookie",
                "X-Api-Key",
                "x_api_key",
                "ApiKey",
                "X-Auth-Token",
                "X-Amz-Security-Token",
                "X-Client-Secret",
                "X-Session-Id",
                "X-Password",
                "Signature"
            })
    void fieldsWithCredentialsAreSecret(String name) {
        assertThat(LogText.isSecret(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"User-Agent", "X-Request-Id", "Accept", "Content-Type", "traceparent"})
    void otherFieldsAreNot(String name) {
        assertThat(LogText.isSecret(name)).isFalse();
    }
}
