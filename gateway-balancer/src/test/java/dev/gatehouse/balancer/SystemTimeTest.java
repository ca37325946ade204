package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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

    /** What waits longer goes through a round first. */
    @Test
    void whatWaitsForSecondsRunsOnTimeOrNotAtAll() throws Exception {
        AtomicInteger cancelled = new AtomicInteger();
        List<CompletableFuture<Long>> late = new ArrayList<>();
        long start = time.nanoTime();
        for (int i = 0; i < 1_000; i++) {
            TimeSource.Timer early = time.schedule(cancelled::incrementAndGet, Duration.ofMillis(1_100));
            if (i % 2 == 0) {
                early.cancel();
            } else {
                // After the first round.
                time.schedule(early::cancel, Duration.ofMillis(700));
            }
            CompletableFuture<Long> ran = new CompletableFuture<>();
            late.add(ran);
            time.schedule(() -> ran.complete(time.nanoTime() - start), Duration.ofMillis(1_200));
        }
        for (CompletableFuture<Long> ran : late) {
            assertThat(Duration.ofNanos(ran.get(10, TimeUnit.SECONDS)))
                    .isBetween(Duration.ofMillis(1_200), Duration.ofSeconds(5));
        }
        assertThat(cancelled).hasValue(0);
    }

    @Test
    void whoIsLeftKeepsNobodyElse() throws Exception {
        ReferenceQueue<Object> dropped = new ReferenceQueue<>();
        WeakReference<Object> cancelled = cancelledTimer(dropped);
        TimeSource.Timer left = time.schedule(() -> {}, Duration.ofMinutes(5));
        CompletableFuture<Boolean> aRoundLater = new CompletableFuture<>();
        time.schedule(() -> aRoundLater.complete(true), Duration.ofMillis(1_100));
        aRoundLater.get(10, TimeUnit.SECONDS);

        System.gc();
        assertThat(dropped.remove(10_000)).isSameAs(cancelled);
        left.cancel();
    }

    private WeakReference<Object> cancelledTimer(ReferenceQueue<Object> dropped) {
        TimeSource.Timer timer = time.schedule(() -> {}, Duration.ofMinutes(5));
        timer.cancel();
        return new WeakReference<>(timer, dropped);
    }

    @Test
    void timersOfManyThreadsAreAllKept() throws Exception {
        int each = 2_000;
        CountDownLatch ran = new CountDownLatch(4 * each);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                for (int n = 0; n < each; n++) {
                    time.schedule(ran::countDown, Duration.ofMillis(1_001));
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(ran.await(20, TimeUnit.SECONDS)).isTrue();
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
