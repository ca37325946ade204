package dev.gatehouse.filters;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LineWriterTest {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final List<String> written = Collections.synchronizedList(new ArrayList<>());

    private LineWriter<String> writer(int capacity) {
        return new LineWriter<>("line-writer-test", capacity, written::add);
    }

    @Test
    void closingWritesWhatIsWaitingInItsOrder() {
        LineWriter<String> writer = writer(10_000);
        IntStream.range(0, 1000).forEach(i -> writer.add("line " + i));

        writer.close(LONG);

        assertThat(written)
                .containsExactlyElementsOf(
                        IntStream.range(0, 1000).mapToObj(i -> "line " + i).toList());
        assertThat(writer.dropped()).isZero();
    }

    @Test
    void whatComesAfterClosingIsDropped() {
        LineWriter<String> writer = writer(10);
        writer.close(LONG);
        writer.add("late");
        writer.close(LONG);

        assertThat(written).isEmpty();
        assertThat(writer.dropped()).isEqualTo(1);
    }

    @Test
    void whatComesWhileTooMuchIsWaitingIsDroppedAndTheCallerDoesNotWait() throws InterruptedException {
        CountDownLatch inWork = new CountDownLatch(1);
        CountDownLatch slow = new CountDownLatch(1);
        LineWriter<String> writer = new LineWriter<>("line-writer-test", 3, line -> {
            inWork.countDown();
            await(slow);
            written.add(line);
        });
        writer.add("first");
        assertThat(inWork.await(10, TimeUnit.SECONDS)).isTrue();
        IntStream.range(0, 5).forEach(i -> writer.add("waiting " + i));

        assertThat(writer.dropped()).isEqualTo(2);
        slow.countDown();
        writer.close(LONG);
        assertThat(written).containsExactly("first", "waiting 0", "waiting 1", "waiting 2");
    }

    @Test
    void everyLineOfManyThreadsIsWrittenOrCounted() throws InterruptedException {
        LineWriter<String> writer = writer(16);
        List<Thread> threads = IntStream.range(0, 8)
                .mapToObj(t -> new Thread(() -> IntStream.range(0, 5000).forEach(i -> writer.add(t + "-" + i))))
                .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        writer.close(LONG);

        assertThat(written).doesNotHaveDuplicates();
        assertThat(written.size() + writer.dropped()).isEqualTo(8 * 5000);
    }

    @Test
    void aLineThatCannotBeWrittenIsCountedAndTheNextIsWritten() {
        LineWriter<String> writer = new LineWriter<>("line-writer-test", 10, line -> {
            if (line.equals("bad")) {
                throw new IllegalStateException("the disk is full");
            }
            written.add(line);
        });
        writer.add("bad");
        writer.add("good");
        writer.close(LONG);

        assertThat(written).containsExactly("good");
        assertThat(writer.dropped()).isEqualTo(1);
    }

    @Test
    void closingDoesNotWaitForEverForAStuckDisk() throws InterruptedException {
        CountDownLatch inWork = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        LineWriter<String> writer = new LineWriter<>("line-writer-test", 10, line -> {
            inWork.countDown();
            await(never);
        });
        writer.add("stuck");
        assertThat(inWork.await(10, TimeUnit.SECONDS)).isTrue();

        writer.close(Duration.ofMillis(10));

        never.countDown();
    }

    @Test
    void itsThreadKeepsNoProgramAlive() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        Thread[] thread = new Thread[1];
        LineWriter<String> writer = new LineWriter<>("line-writer-test", 10, line -> {
            thread[0] = Thread.currentThread();
            done.countDown();
        });
        writer.add("line");
        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();

        assertThat(thread[0].isDaemon()).isTrue();
        assertThat(thread[0].getName()).isEqualTo("line-writer-test");
        writer.close(LONG);
        assertThat(thread[0].isAlive()).isFalse();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
