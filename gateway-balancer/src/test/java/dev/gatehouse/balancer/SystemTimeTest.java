package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class SystemTimeTest {

    private final TimeSource time = TimeSource.system();

    @Test
    void aTaskRunsOnADaemonThreadOfItsOwnAfterItsDelay() throws Exception {
        CompletableFuture<Thread> ran = new CompletableFuture<>();
        long start = time.nanoTime();
        time.schedule(() -> ran.complete(Thread.currentThread()), Duration.ofMillis(20));
        Thread thread = ran.get(10, TimeUnit.SECONDS);
        assertThat(time.nanoTime() - start)
                .isGreaterThanOrEqualTo(Duration.ofMillis(20).toNanos());
        assertThat(thread).isNotSameAs(Thread.currentThread());
        assertThat(thread.isDaemon()).isTrue();
    }

    @Test
    void withoutADelayATaskRunsSoonButNotInsideTheCall() throws Exception {
        CompletableFuture<Thread> ran = new CompletableFuture<>();
        time.schedule(() -> ran.complete(Thread.currentThread()), Duration.ofSeconds(-1));
        assertThat(ran.get(10, TimeUnit.SECONDS)).isNotSameAs(Thread.currentThread());
    }

    @Test
    void aCancelledTaskDoesNotRun() throws Exception {
        AtomicBoolean ran = new AtomicBoolean();
        CompletableFuture<Boolean> later = new CompletableFuture<>();
        time.schedule(() -> ran.set(true), Duration.ofMillis(20)).cancel();
        // There is one thread for all tasks, and this one is due after the other.
        time.schedule(() -> later.complete(ran.get()), Duration.ofMillis(40));
        assertThat(later.get(10, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void aTaskThatThrowsDoesNotHinderTheNext() throws Exception {
        CompletableFuture<Boolean> later = new CompletableFuture<>();
        time.schedule(
                () -> {
                    throw new AssertionError("broken on purpose");
                },
                Duration.ZERO);
        time.schedule(() -> later.complete(true), Duration.ofMillis(1));
        assertThat(later.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void theClockIsThatOfTheMachine() {
        assertThat(Duration.between(Instant.now(), time.now()).abs()).isLessThan(Duration.ofMinutes(1));
        assertThat(TimeSource.system()).isSameAs(time);
    }
}
