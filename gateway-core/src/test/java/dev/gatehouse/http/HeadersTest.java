package dev.gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadersTest {

    private final Headers headers = Headers.of("Accept", "a", "X-One", "1", "accept", "b");

    @Test
    void namesCompareWithoutRegardToCaseAndKeepTheirs() {
        assertThat(headers.get("ACCEPT")).isEqualTo("a");
        assertThat(headers.all("aCCept")).containsExactly("a", "b");
        assertThat(headers.name(2)).isEqualTo("accept");
        assertThat(headers.names()).containsExactly("accept", "x-one");
        assertThat(headers.first("X-ONE")).contains("1");
        assertThat(headers.first("X-Two")).isEmpty();
        assertThat(headers.contains("x-two")).isFalse();
    }

    @Test
    void aChangeMakesACopy() {
        assertThat(headers.with("accept", "c")).isEqualTo(Headers.of("accept", "c", "X-One", "1"));
        assertThat(headers.with("New", "n").all("new")).containsExactly("n");
        assertThat(headers.withAdded("x-one", "2").all("X-One")).containsExactly("1", "2");
        assertThat(headers.without("ACCEPT")).isEqualTo(Headers.of("X-One", "1"));
        assertThat(headers.without("Other")).isSameAs(headers);
        assertThat(headers).isEqualTo(Headers.of("Accept", "a", "X-One", "1", "accept", "b"));
    }

    @Test
    void aBuilderCanBeUsedAfterItHasBuilt() {
        Headers.Builder builder = Headers.builder(2).add("A", "1").add("B", "2");
        Headers first = builder.build();
        Headers same = builder.build();
        Headers second = builder.set("A", "3").build();
        Headers third = builder.remove("B").build();
        Headers fourth = builder.add("C", "4").build();
        Headers fifth = builder.removeIf("A"::equals).build();

        assertThat(first).isEqualTo(Headers.of("A", "1", "B", "2")).isEqualTo(same);
        assertThat(second).isEqualTo(Headers.of("A", "3", "B", "2"));
        assertThat(third).isEqualTo(Headers.of("A", "3"));
        assertThat(fourth).isEqualTo(Headers.of("A", "3", "C", "4"));
        assertThat(fifth).isEqualTo(Headers.of("C", "4"));
        assertThat(builder.get("c")).isEqualTo("4");
        assertThat(builder.remove("C").build()).isSameAs(Headers.empty());
    }

    @Test
    void aFieldWithoutAValueLeavesTheBuilderAsItWas() {
        Headers.Builder builder = Headers.builder();
        assertThatNullPointerException().isThrownBy(() -> builder.addParsed("A", null));
        assertThat(builder.add("B", "1").build()).isEqualTo(Headers.of("B", "1"));
    }

    @Test
    void membersOfListsAreFoundOnAnyLine() {
        Headers list = Headers.of("Connection", "close , TE", "Connection", "\tX-A\t");
        assertThat(list.containsToken("connection", "te")).isTrue();
        assertThat(list.containsToken("connection", "x-a")).isTrue();
        assertThat(list.containsToken("connection", "clos")).isFalse();
        assertThat(list.containsToken("connection", "")).isFalse();
        assertThat(Headers.of("TE", "a,,b").containsToken("TE", "")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a:", "a\r", "\u00e9", "a(b)", "\"a\""})
    void whatIsNoNameIsRefused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> Headers.of(name, "v"));
        assertThatIllegalArgumentException().isThrownBy(() -> headers.with(name, "v"));
    }

    /** U+010A is a line feed to whoever writes its low byte only. */
    @ParameterizedTest
    @ValueSource(strings = {"a\rb", "a\nb", "\u0000", "\u007f", "\u001b[0m", "\u010a", "\u20ac"})
    void whatCouldSplitAMessageIsRefused(String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> headers.withAdded("X-Secret", value))
                .withMessageContaining("X-Secret")
                .withMessageNotContaining(value);
        assertThatIllegalArgumentException().isThrownBy(() -> Headers.builder().set("A", value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\tb", "caf\u00e9", "\u0080\u00ff", "\"quoted, (text)\""})
    void obsTextAndTabsMayStandInAValue(String value) {
        assertThat(Headers.of("A", value).get("a")).isEqualTo(value);
    }

    @Test
    void anOddNumberOfTextsIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Headers.of("a"));
    }

    @Test
    void iterationGoesInOrder() {
        assertThat(headers)
                .containsExactly(
                        new Headers.Field("Accept", "a"),
                        new Headers.Field("X-One", "1"),
                        new Headers.Field("accept", "b"));
        Iterator<Headers.Field> none = Headers.empty().iterator();
        assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(none::next);
    }

    @Test
    void aLogShowsNoValues() {
        assertThat(Headers.of("Authorization", "Bearer x")).hasToString("[authorization]");
    }
}
