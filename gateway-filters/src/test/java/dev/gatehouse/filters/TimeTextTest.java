package dev.gatehouse.filters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.testkit.Property;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TimeTextTest {

    private static final DateTimeFormatter WHOLE =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final TimeText text = new TimeText(DateTimeFormatter.ofPattern("dd/MMM/yyyy", Locale.ROOT), ':');

    private String text(Instant time) {
        LineBuffer line = new LineBuffer(32);
        text.append(line, time);
        return line.toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1970-01-01T00:00:00Z",
                "1969-12-31T23:59:59.999Z",
                "2024-02-29T23:59:59.999999999Z",
                "2024-03-01T00:00:00Z",
                "2024-12-31T12:34:56Z"
            })
    void aTimeIsShownToTheSecond(Instant time) {
        assertThat(text(time)).isEqualTo(WHOLE.format(time));
    }

    @Test
    void timesMayComeInAnyOrder() {
        Property.check(1_000, gen -> {
            long second = gen.between(1_700_000_000L - 3 * 86_400, 1_700_000_000L + 3 * 86_400);
            Instant time = Instant.ofEpochSecond(second, gen.between(0, 999_999_999));

            assertThat(text(time)).isEqualTo(WHOLE.format(time));
        });
    }
}
