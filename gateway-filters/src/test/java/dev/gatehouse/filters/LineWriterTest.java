package dev.gatehouse.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LineWriterTest {

    private static final Duration LONG = Duration.ofSeconds(10);
    private static final Duration AT_ONCE = Duration.ZERO;
    private static final Duration NEVER = Duration.ofHours(1);

    private final List<String> written = Collections.synchronizedList(new ArrayList<>());
    private final Losses losses = new Losses("line-writer-test");

    private LineWriter<String> writer(int capacity) {
        return writer(capacity, AT_ONCE, written::add);
    }

    private LineWriter<String> writer(int capacity, Duration collect, LineSink<String> sink) {
        return new LineWriter<>("line-writer-test", capacity, collect, sink, losses);
    }

    @Test
    void closingWritesWhatIsWaitingInItsOrder() {
        LineWriter<String> writer = writer(10_000);
        IntStream.range(0, 1000).forEach(i -> writer.add("line " + i));

        writer.close(LONG);

        assertThat(written)
                .containsExactlyElementsOf(
                        IntStream.range(0, 1000).mapToObj(i -> "line " + i).toList());
        assertThat(losses.count()).isZero();
    }

    @Test
    void whatComesAfterClosingIsDropped() {
        LineWriter<String> writer = writer(10);
        writer.close(LONG);
        writer.add("late");
        writer.close(LONG);

        assertThat(written).isEmpty();
        assertThat(losses.count()).isEqualTo(1);
    }

    @Test
    void whatComesWhileTooMuchIsWaitingIsDroppedAndTheCallerDoesNotWait() throws InterruptedException {
        CountDownLatch inWork = new CountDownLatch(1);
        CountDownLatch slow = new CountDownLatch(1);
        LineWriter<String> writer = writer(3, AT_ONCE, line -> {
            inWork.countDown();
            awaitQuietly(slow);
            written.add(line);
        });
        writer.add("first");
        assertThat(inWork.await(10, TimeUnit.SECONDS)).isTrue();
        IntStream.range(0, 5).forEach(i -> writer.add("waiting " + i));

        assertThat(losses.count()).isEqualTo(2);
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
        assertThat(written.size() + losses.count()).isEqualTo(8 * 5000);
    }

    @Test
    void aLineThatCannotBeWrittenIsCountedAndTheNextIsWritten() {
        LineWriter<String> writer = writer(10, AT_ONCE, line -> {
            if (line.equals("bad")) {
                throw new IllegalStateException("the disk is full");
            }
            written.add(line);
        });
        writer.add("bad");
        writer.add("good");
        writer.close(LONG);

        assertThat(written).containsExactly("good");
        assertThat(losses.count()).isEqualTo(1);
    }

    @Test
    void closingDoesNotWaitForEverForAStuckDisk() throws InterruptedException {
        CountDownLatch inWork = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        LineWriter<String> writer = writer(10, AT_ONCE, line -> {
            inWork.countDown();
            awaitQuietly(never);
        });
        writer.add("stuck");
        assertThat(inWork.await(10, TimeUnit.SECONDS)).isTrue();

        writer.close(Duration.ofMillis(10));

        never.countDown();
        writer.close(LONG);
    }

    @Test
    void itsThreadKeepsNoProgramAlive() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        Thread[] thread = new Thread[1];
        LineWriter<String> writer = writer(10, AT_ONCE, line -> {
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

    @Test
    void whatComesWithinThePeriodIsWrittenTogetherAndWakesNobody() throws InterruptedException {
        Batches batches = new Batches();
        LineWriter<String> writer = writer(1 << 20, NEVER, batches);
        writer.add("first");
        Thread thread = theThread();
        await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        long waitsBefore = waits(thread);
        // Long enough for a thread that is woken to wait again.
        IntStream.range(0, 200_000).forEach(i -> writer.add("line " + i));
        long waits = waits(thread) - waitsBefore;
        writer.close(LONG);

        assertThat(waits).isZero();
        assertThat(batches.sizes).containsExactly(200_001);
    }

    @Test
    void thePeriodEnds() throws InterruptedException {
        CountDownLatch flushed = new CountDownLatch(1);
        LineWriter<String> writer = writer(1000, Duration.ofMillis(20), new Batches() {
            @Override
            public void flush() {
                flushed.countDown();
            }
        });
        writer.add("line");

        assertThat(flushed.await(10, TimeUnit.SECONDS)).isTrue();
        writer.close(LONG);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 2", "100, 50"})
    void aHalfFullQueueIsNotWaitedFor(int capacity, int half) throws InterruptedException {
        CountDownLatch urgent = new CountDownLatch(half);
        LineWriter<String> writer = writer(capacity, NEVER, line -> urgent.countDown());
        IntStream.range(0, half).forEach(i -> writer.add("line " + i));

        assertThat(urgent.await(10, TimeUnit.SECONDS)).isTrue();
        writer.close(LONG);
        assertThat(losses.count()).isZero();
    }

    @Test
    void whileNothingComesItSleepsWithoutATimer() {
        LineWriter<String> writer = writer(1000, Duration.ofMillis(1), written::add);
        for (int i = 1; i <= 3; i++) {
            writer.add("line " + i);
            Thread thread = theThread();
            int lines = i;
            await().until(() -> written.size() == lines && thread.getState() == Thread.State.WAITING);
        }
        writer.close(LONG);

        assertThat(written).containsExactly("line 1", "line 2", "line 3");
    }

    @Test
    void anInterruptNeitherStopsItNorKeepsItAwake() throws InterruptedException {
        LineWriter<String> writer = writer(1000, Duration.ofMillis(1), line -> {
            written.add(line);
            Thread.currentThread().interrupt();
        });
        writer.add("line 1");
        Thread thread = theThread();
        await().until(() -> written.size() == 1 && thread.getState() == Thread.State.WAITING);
        thread.interrupt();
        await().until(() -> !thread.isInterrupted() && thread.getState() == Thread.State.WAITING);
        writer.add("line 2");
        writer.close(LONG);

        assertThat(written).containsExactly("line 1", "line 2");
    }

    @Test
    void closingUnderLoadLosesNothingThatWasTaken() throws InterruptedException {
        Batches batches = new Batches();
        LineWriter<String> writer = writer(1 << 20, Duration.ofMillis(1), batches);
        CountDownLatch underLoad = new CountDownLatch(4 * 1000);
        AtomicBoolean closed = new AtomicBoolean();
        AtomicIntegerArray sent = new AtomicIntegerArray(4);
        List<Thread> threads = IntStream.range(0, sent.length())
                .mapToObj(t -> new Thread(() -> {
                    while (!closed.get()) {
                        writer.add(t + "-" + sent.getAndIncrement(t));
                        underLoad.countDown();
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        underLoad.await();
        writer.close(LONG);
        int writtenAtClose = written.size();
        closed.set(true);
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(written).hasSize(writtenAtClose);
        assertThat(writtenAtClose + losses.count())
                .isEqualTo(IntStream.range(0, sent.length()).map(sent::get).sum());
        assertThat(batches.closed).isEqualTo(1);
        // What was dropped came after the end, so there is no gap before.
        int[] next = new int[sent.length()];
        for (String line : written) {
            int thread = line.charAt(0) - '0';
            assertThat(line).isEqualTo(thread + "-" + next[thread]++);
        }
    }

    @Test
    void theSinkIsClosedAfterTheLastLineEvenIfThereWasNone() {
        Batches unused = new Batches();
        writer(10, NEVER, unused).close(LONG);
        Batches used = new Batches();
        LineWriter<String> writer = writer(10, NEVER, used);
        writer.add("line");
        writer.close(LONG);
        writer.close(LONG);

        assertThat(unused.closed).isEqualTo(1);
        assertThat(used.closed).isEqualTo(1);
        assertThat(used.sizes).containsExactly(1);
    }

    @Test
    void itMayBeClosedByWhoReadsItsLines() throws InterruptedException {
        List<LineWriter<String>> self = new ArrayList<>();
        CountDownLatch closing = new CountDownLatch(1);
        LineWriter<String> writer = writer(10, NEVER, line -> {
            written.add(line);
            self.get(0).close(LONG);
            closing.countDown();
        });
        self.add(writer);
        IntStream.range(0, 5).forEach(i -> writer.add("line " + i));
        assertThat(closing.await(10, TimeUnit.SECONDS)).isTrue();
        writer.close(LONG);

        assertThat(written).hasSize(5);
    }

    /** Notes how many lines were written together. Only the thread that writes changes it, and the end of that is awaited. */
    private class Batches implements LineSink<String> {

        final List<Integer> sizes = new ArrayList<>();
        int closed;
        private int size;

        @Override
        public void write(String line) {
            written.add(line);
            size++;
        }

        @Override
        public void flush() {
            assertThat(closed).isZero();
            sizes.add(size);
            size = 0;
        }

        @Override
        public void close() {
            closed++;
        }
    }

    private static Thread theThread() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("line-writer-test"))
                .findAny()
                .orElseThrow();
    }

    private static long waits(Thread thread) {
        return ManagementFactory.getThreadMXBean().getThreadInfo(thread.getId()).getWaitedCount();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
