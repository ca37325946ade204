package dev.gatehouse.filters;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LineBufferTest {

    private final LineBuffer line = new LineBuffer(1);

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 9, 10, 99, 100, 123_456_789, 9_999_999_999L, Long.MAX_VALUE})
    void numbersAreDecimal(long number) {
        line.append('<').append(number).append('>');

        assertThat(line).hasToString("<" + number + ">");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 42, 999})
    void digitsAreFilledWithZeros(int number) {
        line.append('<').append(number, 3).append('>');

        assertThat(line).hasToString(String.format(Locale.ROOT, "<%03d>", number));
    }

    @Test
    void itGrowsAsItMust() {
        String much = "0123456789".repeat(100);
        line.append("a").append(much).append('z');
        int plain = line.appendPlain(much, 10, 500);

        assertThat(plain).isEqualTo(500);
        assertThat(line).hasToString("a" + much + "z" + much.substring(10, 500));
        assertThat(line.length()).isEqualTo(2 + 1000 + 490);
        assertThat(line.last()).isEqualTo('9');
        assertThat(new LineBuffer(1).append('<').append(line).append('>')).hasToString("<" + line + ">");
    }

    @Test
    void plainTextEndsBeforeWhatMustBeEscaped() {
        for (int c = 0; c <= 0xffff; c++) {
            LineBuffer line = new LineBuffer(1);
            int plain = line.appendPlain("ab" + (char) c + "d", 1, 4);

            boolean safe = c >= ' ' && c <= '~' && c != '"' && c != '\\';
            assertThat(plain).isEqualTo(safe ? 4 : 2);
            assertThat(line).hasToString(safe ? "b" + (char) c + "d" : "b");
        }
    }

    @Test
    void atTheEndNothingIsPlain() {
        assertThat(line.appendPlain("abc", 3, 3)).isEqualTo(3);
        assertThat(line.length()).isZero();
    }
}
