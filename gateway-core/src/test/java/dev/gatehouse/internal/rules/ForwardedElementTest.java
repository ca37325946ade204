package dev.gatehouse.internal.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.internal.syntax.IpAddress;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardedElementTest {

    @Test
    void aLineHasOneElementForEachHop() {
        assertThat(ForwardedElement.parse("for=192.0.2.43, FOR=\"[2001:db8::1]\";by=x ; Proto=http;host=\"a:1\""))
                .containsExactly(
                        new ForwardedElement("192.0.2.43", null, null),
                        new ForwardedElement("[2001:db8::1]", "http", "a:1"));
    }

    @Test
    void emptyMembersCountForNothing() {
        assertThat(ForwardedElement.parse("")).isEmpty();
        assertThat(ForwardedElement.parse(" , ,")).isEmpty();
        assertThat(ForwardedElement.parse("for=a;, ,for=b")).hasSize(2);
    }

    @Test
    void quotesAreUndone() {
        assertThat(ForwardedElement.parse("for=\"a\\\"b\\\\c, d;e\""))
                .containsExactly(new ForwardedElement("a\"b\\c, d;e", null, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "for",
                "for=",
                "for=,",
                "=a",
                "for =a",
                "for= a",
                "for=a b",
                "for=a;for=b",
                "for=a;FOR=b",
                "for=\"a",
                "for=\"a\\",
                "for=\"a\"b",
                "for=[::1]",
                "for=a/b",
                "\"for\"=a",
                "for=a,\"",
                "1.2.3.4:80"
            })
    void whatIsMalformedIsNotBelieved(String line) {
        assertThat(ForwardedElement.parse(line)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7, 192.0.2.7",
        "192.0.2.7:80, 192.0.2.7",
        "192.0.2.7:_x, 192.0.2.7",
        "[::1], ::1",
        "[::1]:80, ::1",
        "::1, ::1"
    })
    void aNodeHasAnAddressAndPerhapsAPort(String node, String address) {
        assertThat(ForwardedElement.address(node)).isEqualTo(IpAddress.parse(address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "unknown",
                "_hidden",
                "_hidden:80",
                "[",
                "[]",
                "[::1",
                "[::1]80",
                "[1.2.3.4]",
                "x[::1]",
                "h:80"
            })
    void aNodeMayHideItsAddress(String node) {
        assertThat(ForwardedElement.address(node)).isNull();
    }

    @Test
    void whatIsWrittenReadsBack() {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 10_000; i++) {
            String node = text(random);
            String host = text(random);
            String proto = text(random);
            StringBuilder line = new StringBuilder();
            ForwardedElement.write(line, node, host, proto);
            assertThat(ForwardedElement.parse(line.toString()))
                    .isEqualTo(List.of(new ForwardedElement(node, proto, host)));
        }
    }

    @Test
    void noLineMakesParsingThrow() {
        SplittableRandom random = new SplittableRandom(6);
        String alphabet = "for=;,\"\\ \t[]:.1a_";
        for (int i = 0; i < 50_000; i++) {
            StringBuilder line = new StringBuilder();
            for (int length = random.nextInt(20); length > 0; length--) {
                line.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            List<ForwardedElement> elements = ForwardedElement.parse(line.toString());
            assertThat(elements == null || elements.size() <= line.length()).isTrue();
        }
    }

    private static String text(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(8); length >= 0; length--) {
            text.append((char) (' ' + random.nextInt(95)));
        }
        return text.toString();
    }
}
