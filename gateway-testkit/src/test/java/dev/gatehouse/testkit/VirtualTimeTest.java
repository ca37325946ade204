package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.gatehouse.balancer.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class VirtualTimeTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final VirtualTime time = new VirtualTime();
    private final List<String> ran = new ArrayList<>();

    @Test
    void itStandsStillUntilItIsAdvanced() {
        Instant now = time.now();
        long nanos = time.nanoTime();

        assertThat(time.now()).isEqualTo(now);
        time.advance(Duration.ofMillis(1500));
        assertThat(time.now()).isEqualTo(now.plusMillis(1500));
        assertThat(time.nanoTime() - nanos).isEqualTo(1_500_000_000L);
    }

    @Test
    void itStartsWhenTheTestSays() {
        Instant start = Instant.parse("2031-05-06T07:08:09Z");

        assertThat(new VirtualTime(start).now()).isEqualTo(start);
    }

    @Test
    void tasksRunInTheOrderOfTheirTimeAndThenOfTheirScheduling() {
        time.schedule(() -> ran.add("third"), SECOND.multipliedBy(2));
        time.schedule(() -> ran.add("first"), SECOND);
        time.schedule(() -> ran.add("second"), SECOND);

        assertThat(time.advance(SECOND.multipliedBy(3))).isEqualTo(3);
        assertThat(ran).containsExactly("first", "second", "third");
    }

    @Test
    void aTaskRunsAtItsOwnTime() {
        Instant start = time.now();
        time.schedule(() -> ran.add(Duration.between(start, time.now()).toString()), SECOND);

        time.advance(Duration.ofHours(1));

        assertThat(ran).containsExactly("PT1S");
        assertThat(time.now()).isEqualTo(start.plus(Duration.ofHours(1)));
    }

    @Test
    void aTaskRunsWhenItsTimeHasComeAndNotBefore() {
        time.schedule(() -> ran.add("task"), SECOND);

        assertThat(time.advance(SECOND.minusNanos(1))).isZero();
        assertThat(time.advance(Duration.ofNanos(1))).isEqualTo(1);
        assertThat(time.advance(SECOND)).isZero();
    }

    @Test
    void tasksOfTasksRunInTheSameAdvance() {
        time.schedule(this::everySecond, SECOND);

        assertThat(time.advance(SECOND.multipliedBy(5))).isEqualTo(5);
        assertThat(time.pending()).isEqualTo(1);
    }

    private void everySecond() {
        time.schedule(this::everySecond, SECOND);
    }

    @Test
    void aTaskWithoutDelayWaitsForTheNextAdvance() {
        time.schedule(() -> ran.add("task"), Duration.ZERO);
        time.schedule(() -> ran.add("late"), SECOND.negated());
        assertThat(ran).isEmpty();

        assertThat(time.advance(Duration.ZERO)).isEqualTo(2);
    }

    @Test
    void aCancelledTaskNeverRuns() {
        TimeSource.Timer timer = time.schedule(() -> ran.add("task"), SECOND);
        time.schedule(timer::cancel, Duration.ofMillis(1));

        assertThat(time.advance(SECOND)).isEqualTo(1);
        assertThat(ran).isEmpty();
        assertThat(time.pending()).isZero();
    }

    @Test
    void whatATaskThrowsReachesTheTestAndTheOthersRunLater() {
        time.schedule(
                () -> {
                    throw new IllegalStateException("thrown by a task");
                },
                SECOND);
        time.schedule(() -> ran.add("other"), SECOND);

        assertThatIllegalStateException().isThrownBy(() -> time.advance(SECOND)).withMessage("thrown by a task");
        assertThat(time.advance(Duration.ZERO)).isEqualTo(1);
        assertThat(ran).containsExactly("other");
    }

    @Test
    void timeDoesNotGoBack() {
        assertThatIllegalArgumentException().isThrownBy(() -> time.advance(SECOND.negated()));
    }

    @Test
    void aTaskCannotMoveTheTimeThatRunsIt() {
        time.schedule(() -> time.advance(SECOND), SECOND);

        assertThatIllegalStateException()
                .isThrownBy(() -> time.advance(SECOND))
                .withMessageContaining("cannot advance");
    }

    @Test
    void aTaskThatNeverLetsTimeMoveOnIsReported() {
        time.schedule(this::atOnce, Duration.ZERO);

        assertThatIllegalStateException().isThrownBy(() -> time.advance(SECOND)).withMessageContaining("without delay");
    }

    private void atOnce() {
        time.schedule(this::atOnce, Duration.ZERO);
    }

    @Test
    void severalThreadsMayAdvanceIt() throws InterruptedException {
        Instant start = time.now();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(new Thread(() -> {
                for (int step = 0; step < 1000; step++) {
                    time.advance(Duration.ofNanos(1));
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(time.now()).isEqualTo(start.plusNanos(4000));
    }
}
