package dev.gatehouse.internal.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class HostThreadTest {

    private final List<Throwable> interrupts = new ArrayList<>();

    @Test
    void theThreadDoesWhatIsPostedWhileItWaits() {
        HostThread thread = new HostThread(interrupts::add);
        HostThread.Signal end = thread.new Signal();
        AtomicReference<Thread> ran = new AtomicReference<>();
        CompletableFuture.runAsync(() -> thread.post(() -> {
            ran.set(Thread.currentThread());
            end.set();
        }));

        thread.await(end);

        assertThat(ran.get()).isSameAs(Thread.currentThread());
        assertThat(interrupts).isEmpty();
    }

    @Test
    void whatTheThreadPostsItselfWaitsUntilItComes() {
        HostThread thread = new HostThread(interrupts::add);
        List<String> ran = new ArrayList<>();
        thread.post(() -> {
            ran.add("first");
            thread.post(() -> ran.add("second"));
        });
        assertThat(ran).isEmpty();

        thread.runPosted();

        assertThat(ran).containsExactly("first", "second");
    }

    @Test
    void aSecondThreadHelpsWhileTheFirstIsBusy() throws Exception {
        HostThread thread = new HostThread(interrupts::add);
        HostThread.Signal end = thread.new Signal();
        CountDownLatch helped = new CountDownLatch(1);
        CompletableFuture<Thread> other = new CompletableFuture<>();
        thread.post(() -> {
            CompletableFuture.runAsync(() -> thread.post(() -> {
                other.complete(Thread.currentThread());
                helped.countDown();
            }));
            awaitQuietly(helped);
            end.set();
        });

        thread.await(end);

        assertThat(other.get()).isNotSameAs(Thread.currentThread());
    }

    @Test
    void aTaskThatBlocksDoesNotHoldUpTheNext() {
        HostThread thread = new HostThread(interrupts::add);
        HostThread.Signal end = thread.new Signal();
        CountDownLatch second = new CountDownLatch(1);
        thread.post(() -> {
            awaitQuietly(second);
            end.set();
        });
        thread.post(second::countDown);

        thread.await(end);
    }

    @Test
    void afterTheThreadHasLeftAnotherDoesWhatIsPosted() {
        HostThread thread = new HostThread(interrupts::add);
        AtomicReference<Thread> queued = new AtomicReference<>();
        AtomicReference<Thread> later = new AtomicReference<>();
        thread.post(() -> queued.set(Thread.currentThread()));

        thread.leave();
        thread.post(() -> later.set(Thread.currentThread()));

        await().until(() -> queued.get() != null && later.get() != null);
        assertThat(later.get()).isNotSameAs(Thread.currentThread());
        thread.runPosted();
    }

    @Test
    void aTaskThatThrowsDoesNotKeepTheOthersWaiting() throws Exception {
        HostThread thread = new HostThread(interrupts::add);
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        CompletableFuture<String> waiting = new CompletableFuture<>();
        CompletableFuture<String> later = new CompletableFuture<>();
        thread.post(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((helper, failure) -> thrown.complete(failure));
            throw new IllegalStateException("against the rule");
        });
        thread.post(() -> waiting.complete("done"));

        thread.leave();

        assertThat(thrown.get(10, TimeUnit.SECONDS)).hasMessage("against the rule");
        assertThat(waiting.get(10, TimeUnit.SECONDS)).isEqualTo("done");
        thread.post(() -> later.complete("done"));
        assertThat(later.get(10, TimeUnit.SECONDS)).isEqualTo("done");
    }

    @Test
    void aThreadThatEntersIsTheExchanges() throws Exception {
        HostThread thread = new HostThread(interrupts::add);
        thread.leave();

        Thread ran = CompletableFuture.supplyAsync(() -> {
                    thread.enter();
                    AtomicReference<Thread> mine = new AtomicReference<>();
                    thread.post(() -> mine.set(Thread.currentThread()));
                    thread.runPosted();
                    return mine.get() == Thread.currentThread() ? mine.get() : null;
                })
                .get(10, TimeUnit.SECONDS);

        assertThat(ran).isNotNull().isNotSameAs(Thread.currentThread());
    }

    @Test
    void aThreadThatIsNotTheExchangesOnlyWaits() throws Exception {
        HostThread thread = new HostThread(interrupts::add);
        HostThread.Signal end = thread.new Signal();
        AtomicReference<Thread> ran = new AtomicReference<>();
        thread.post(() -> {
            ran.set(Thread.currentThread());
            end.set();
        });
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> thread.await(end));

        thread.await(end);
        waiting.get(10, TimeUnit.SECONDS);

        assertThat(ran.get()).isSameAs(Thread.currentThread());
    }

    @Test
    void anInterruptIsToldAndNotForgotten() {
        AtomicReference<HostThread.Signal> end = new AtomicReference<>();
        HostThread thread = new HostThread(interrupt -> {
            interrupts.add(interrupt);
            end.get().set();
        });
        end.set(thread.new Signal());
        Thread.currentThread().interrupt();

        thread.await(end.get());

        assertThat(Thread.interrupted()).isTrue();
        assertThat(interrupts).hasSize(1);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
