package dev.gatehouse.filters;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class LossesTest {

    private final Losses losses = new Losses("losses-test");

    /** What slf4j-simple writes meanwhile. */
    private static String warnings(Runnable what) {
        PrintStream before = System.err;
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
        try {
            what.run();
        } finally {
            System.setErr(before);
        }
        return written.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aFailureIsReportedOnceWithItsCauseAndAllLinesAreCounted() {
        String warnings = warnings(() -> {
            losses.failed(3, new IOException("the disk is full"));
            losses.failed(2, new IOException("the disk is still full"));
            losses.reportIfAny();
        });

        assertThat(losses.count()).isEqualTo(5);
        assertThat(warnings)
                .containsOnlyOnce("losses-test loses lines: writing fails")
                .contains("the disk is full")
                .doesNotContain("still full", "too slow");
    }

    @Test
    void wantOfRoomIsCountedByWhoHasNoTimeAndReportedByWhoHas() {
        String none = warnings(losses::reportIfAny);
        String counting = warnings(losses::noRoom);
        String reporting = warnings(() -> {
            losses.reportIfAny();
            losses.reportIfAny();
        });

        assertThat(losses.count()).isEqualTo(1);
        assertThat(none).isEmpty();
        assertThat(counting).isEmpty();
        assertThat(reporting).containsOnlyOnce("losses-test loses lines: writing is too slow");
    }
}
