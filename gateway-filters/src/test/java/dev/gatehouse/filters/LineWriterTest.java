package dev.gatehouse.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;
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

    private LineWriter writer(int capacity) {
        return writer(capacity, AT_ONCE, written::add);
    }

    private LineWriter writer(int capacity, Duration collect, Consumer<String> lines) {
        return writerTo(new TextLines(lines, losses), capacity, collect);
    }

    private static LineBuffer line(String text) {
        return new LineBuffer(1).append(text);
    }

    private LineWriter writerTo(LineSink sink, int capacity, Duration collect) {
        return new LineWriter("line-writer-test", capacity, collect, sink, losses);
    }

    @Test
    void closingWritesWhatIsWaitingInItsOrder() {
        LineWriter writer = writer(10_000);
        IntStream.range(0, 1000).forEach(i -> writer.add(line("line " + i)));

        writer.close(LONG);

        assertThat(written)
                .containsExactlyElementsOf(
                        IntStream.range(0, 1000).mapToObj(i -> "line " + i).toList());
        assertThat(losses.count()).isZero();
    }

    @Test
    void whatComesAfterClosingIsDropped() {
        LineWriter writer = writer(10);
        writer.close(LONG);
        writer.add(line("late"));
        writer.close(LONG);

        assertThat(written).isEmpty();
        assertThat(losses.count()).isEqualTo(1);
    }

    @Test
    void whatComesWhileTooMuchIsWaitingIsDroppedAndTheCallerDoesNotWait() throws InterruptedException {
        CountDownLatch inWork = new CountDownLatch(1);
        CountDownLatch slow = new CountDownLatch(1);
        LineWriter writer = writer(3, AT_ONCE, line -> {
            inWork.countDown();
            awaitQuietly(slow);
            written.add(line);
        });
        writer.add(line("first"));
        assertThat(inWork.await(10, TimeUnit.SECONDS)).isTrue();
        IntStream.range(0, 5).forEach(i -> writer.add(line("waiting " + i)));

        assertThat(losses.count()).isEqualTo(2);
        slow.countDown();
        writer.close(LONG);
        assertThat(written).containsExactly("first", "waiting 0", "waiting 1", "waiting 2");
    }

    @Test
    void everyLineOfManyThreadsIsWrittenOrCounted() throws InterruptedException {
        LineWriter writer = writer(16);
        List<Thread> threads = IntStream.range(0, 8)
                .mapToObj(t -> new Thread(() -> IntStream.range(0, 5000).forEach(i -> writer.add(line(t + "-" + i)))))
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
        LineWriter writer = writer(10, AT_ONCE, line -> {
            if (line.equals("bad")) {
                throw new IllegalStateException("the disk is full");
            }
            written.add(line);
        });
        writer.add(line("bad"));
        writer.add(line("good"));
        writer.close(LONG);

        assertThat(written).containsExactly("good");
        assertThat(losses.count()).isEqualTo(1);
    }

    @Test
    void closingDoesNotWaitForEverForAStuckDisk() throws InterruptedException {
        CountDownLatch inWork = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        LineWriter writer = writer(10, AT_ONCE, line -> {
            inWork.countDown();
            awaitQuietly(never);
        });
        writer.add(line("stuck"));
        assertThat(inWork.await(10, TimeUnit.SECONDS)).isTrue();

        writer.close(Duration.ofMillis(10));

        never.countDown();
        writer.close(LONG);
    }

    @Test
    void itsThreadKeepsNoProgramAlive() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        Thread[] thread = new Thread[1];
        LineWriter writer = writer(10, AT_ONCE, line -> {
            thread[0] = Thread.currentThread();
            done.countDown();
        });
        writer.add(line("line"));
        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();

        assertThat(thread[0].isDaemon()).isTrue();
        assertThat(thread[0].getName()).isEqualTo("line-writer-test");
        writer.close(LONG);
        assertThat(thread[0].isAlive()).isFalse();
    }

    @Test
    void whatComesWithinThePeriodIsWrittenTogetherAndWakesNobody() throws InterruptedException {
        Batches batches = new Batches();
        LineWriter writer = writerTo(batches, 1 << 20, NEVER);
        writer.add(line("first"));
        Thread thread = theThread();
        await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        long waitsBefore = waits(thread);
        // Long enough for a thread that is woken to wait again.
        IntStream.range(0, 200_000).forEach(i -> writer.add(line("line " + i)));
        long waits = waits(thread) - waitsBefore;
        writer.close(LONG);

        assertThat(waits).isZero();
        assertThat(written).hasSize(200_001);
        // All that fit were full when they were written, and no line was cut.
        assertThat(batches.lengths.subList(0, batches.lengths.size() - 1)).allMatch(length -> length > 65_000);
    }

    @Test
    void aLineIsWrittenWholeHoweverLongItIs() {
        Batches batches = new Batches();
        LineWriter writer = writerTo(batches, 10, NEVER);
        String much = "x".repeat(200_000);
        List.of("short", much, "between", much).forEach(text -> writer.add(line(text)));
        writer.close(LONG);

        assertThat(written).containsExactly("short", much, "between", much);
    }

    @Test
    void allLinesOfAWriteThatFailsAreCounted() {
        LineWriter writer = writerTo(
                lines -> {
                    throw new IOException("the disk is full");
                },
                10,
                NEVER);
        IntStream.range(0, 3).forEach(i -> writer.add(line("line " + i)));
        writer.close(LONG);

        assertThat(losses.count()).isEqualTo(3);
    }

    @Test
    void thePeriodEnds() throws InterruptedException {
        CountDownLatch came = new CountDownLatch(1);
        LineWriter writer = writer(1000, Duration.ofMillis(20), line -> came.countDown());
        writer.add(line("line"));

        assertThat(came.await(10, TimeUnit.SECONDS)).isTrue();
        writer.close(LONG);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 2", "100, 50"})
    void aHalfFullQueueIsNotWaitedFor(int capacity, int half) throws InterruptedException {
        CountDownLatch urgent = new CountDownLatch(half);
        LineWriter writer = writer(capacity, NEVER, line -> urgent.countDown());
        IntStream.range(0, half).forEach(i -> writer.add(line("line " + i)));

        assertThat(urgent.await(10, TimeUnit.SECONDS)).isTrue();
        writer.close(LONG);
        assertThat(losses.count()).isZero();
    }

    @Test
    void whileNothingComesItSleepsWithoutATimer() {
        LineWriter writer = writer(1000, Duration.ofMillis(1), written::add);
        for (int i = 1; i <= 3; i++) {
            writer.add(line("line " + i));
            Thread thread = theThread();
            int lines = i;
            await().until(() -> written.size() == lines && thread.getState() == Thread.State.WAITING);
        }
        writer.close(LONG);

        assertThat(written).containsExactly("line 1", "line 2", "line 3");
    }

    @Test
    void anInterruptNeitherStopsItNorKeepsItAwake() throws InterruptedException {
        LineWriter writer = writer(1000, Duration.ofMillis(1), line -> {
            written.add(line);
            Thread.currentThread().interrupt();
        });
        writer.add(line("line 1"));
        Thread thread = theThread();
        await().until(() -> written.size() == 1 && thread.getState() == Thread.State.WAITING);
        thread.interrupt();
        await().until(() -> !thread.isInterrupted() && thread.getState() == Thread.State.WAITING);
        writer.add(line("line 2"));
        writer.close(LONG);

        assertThat(written).containsExactly("line 1", "line 2");
    }

    @Test
    void closingUnderLoadLosesNothingThatWasTaken() throws InterruptedException {
        Batches batches = new Batches();
        LineWriter writer = writerTo(batches, 1 << 20, Duration.ofMillis(1));
        CountDownLatch underLoad = new CountDownLatch(4 * 1000);
        AtomicBoolean closed = new AtomicBoolean();
        AtomicIntegerArray sent = new AtomicIntegerArray(4);
        List<Thread> threads = IntStream.range(0, sent.length())
                .mapToObj(t -> new Thread(() -> {
                    while (!closed.get()) {
                        writer.add(line(t + "-" + sent.getAndIncrement(t)));
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
        writerTo(unused, 10, NEVER).close(LONG);
        Batches used = new Batches();
        LineWriter writer = writerTo(used, 10, NEVER);
        writer.add(line("line"));
        writer.close(LONG);
        writer.close(LONG);

        assertThat(unused.closed).isEqualTo(1);
        assertThat(used.closed).isEqualTo(1);
        assertThat(used.lengths).containsExactly("line\n".length());
    }

    @Test
    void itMayBeClosedByWhoReadsItsLines() throws InterruptedException {
        List<LineWriter> self = new ArrayList<>();
        CountDownLatch closing = new CountDownLatch(1);
        LineWriter writer = writer(10, NEVER, line -> {
            written.add(line);
            self.get(0).close(LONG);
            closing.countDown();
        });
        self.add(writer);
        IntStream.range(0, 5).forEach(i -> writer.add(line("line " + i)));
        assertThat(closing.await(10, TimeUnit.SECONDS)).isTrue();
        writer.close(LONG);

        assertThat(written).hasSize(5);
    }

    /** Notes how much was written together. Only the thread that writes changes it, and the end of that is awaited. */
    private final class Batches implements LineSink {

        final List<Integer> lengths = new ArrayList<>();
        int closed;

        @Override
        public void write(LineBuffer lines) {
            assertThat(closed).isZero();
            assertThat(lines.last()).isEqualTo('\n');
            lengths.add(lines.length());
            new TextLines(written::add, losses).write(lines);
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
