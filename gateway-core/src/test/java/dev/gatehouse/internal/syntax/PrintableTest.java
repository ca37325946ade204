package dev.gatehouse.internal.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {

    @Test
    void plainTextStaysAsItIs() {
        String text = "GET /orders?x=1";
        assertThat(Printable.of(text)).isSameAs(text);
    }

    @Test
    void whatWouldForgeALogLineIsEscaped() {
        assertThat(Printable.of("a\r\nb\u001b\u00e9")).isEqualTo("a\\u000d\\u000ab\\u001b\\u00e9");
    }

    @Test
    void longTextIsCut() {
        assertThat(Printable.of("x".repeat(1000))).hasSize(259).endsWith("x...");
        assertThat(Printable.of("x".repeat(256))).hasSize(256);
    }
}
