package dev.gatehouse.internal.host;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.host.Done;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class BodyWriterTest {

    private final Fed fed = new Fed();
    private final Recorded sink = new Recorded();
    private final List<Object> ends = new ArrayList<>();
    private final BodyWriter writer =
            new BodyWriter(Body.of(fed, -1), sink, failure -> ends.add(failure == null ? "complete" : failure));

    @Test
    void aChunkIsWrittenAtATimeAndReleasedAfterwards() {
        fed.add("one", false).add("two", true);
        writer.start();
        assertThat(sink.writes).containsExactly("one");
        assertThat(fed.released).isZero();

        sink.written(null);
        assertThat(sink.writes).containsExactly("one", "two.");
        assertThat(fed.released).isEqualTo(1);
        assertThat(ends).isEmpty();

        sink.written(null);
        assertThat(fed.released).isEqualTo(2);
        assertThat(ends).containsExactly("complete");
    }

    @Test
    void aBodyWithoutBytesYetBeginsWithAnEmptyWrite() {
        writer.start();
        assertThat(sink.writes).containsExactly("");
        assertThat(fed.waiting).isNull();

        sink.written(null);
        fed.add("late", true).available();
        assertThat(sink.writes).containsExactly("", "late.");
    }

    @Test
    void chunksWithoutBytesAreSkipped() {
        fed.add("", false).add("x", false).add("", false).add("", true);
        sink.immediate = true;
        writer.start();
        assertThat(sink.writes).containsExactly("x", ".");
        assertThat(fed.released).isEqualTo(4);
        assertThat(ends).containsExactly("complete");
    }

    @Test
    void aBodyThatIsAlwaysReadyDoesNotGrowTheStack() {
        fed.endless = 100_000;
        sink.immediate = true;
        writer.start();
        assertThat(sink.writes).hasSize(100_000);
        assertThat(ends).containsExactly("complete");
    }

    @Test
    void aBodyThatBreaksOffEndsTheWriterWithItsFailure() {
        IllegalStateException broken = new IllegalStateException("broke off");
        fed.add("one", false).chunks.add(Chunk.failed(broken));
        sink.immediate = true;
        writer.start();
        assertThat(sink.writes).containsExactly("one");
        assertThat(ends).containsExactly(broken);
        assertThat(fed.cancelled).isNull();
    }

    @Test
    void aSinkThatFailsCancelsTheBodyBeforeItsChunkIsReleased() {
        IllegalStateException broken = new IllegalStateException("client gone");
        fed.add("one", false);
        writer.start();
        sink.written(broken);
        assertThat(fed.cancelled).isSameAs(broken);
        assertThat(fed.releasedWhenCancelled).isZero();
        assertThat(fed.released).isEqualTo(1);
        assertThat(ends).containsExactly(broken);
    }

    @Test
    void aSinkThatThrowsIsASinkThatFails() {
        fed.add("one", false);
        sink.broken = new IllegalStateException("bug");
        writer.start();
        assertThat(fed.cancelled).isSameAs(sink.broken);
        assertThat(fed.released).isEqualTo(1);
        assertThat(ends).containsExactly(sink.broken);
    }

    @Test
    void cancellingASilentBodyEndsTheWriter() {
        IllegalStateException gone = new IllegalStateException("client gone");
        sink.immediate = true;
        writer.start();
        assertThat(fed.waiting).isNotNull();
        writer.cancel(gone);
        assertThat(ends).containsExactly(gone);
    }

    @Test
    void cancellingDuringAWriteWaitsForIt() {
        IllegalStateException gone = new IllegalStateException("client gone");
        fed.add("one", false);
        writer.start();
        writer.cancel(gone);
        assertThat(ends).isEmpty();
        assertThat(fed.released).isZero();
        sink.written(null);
        assertThat(ends).containsExactly(gone);
        assertThat(fed.released).isEqualTo(1);
    }

    /** A source that a test feeds. */
    private static final class Fed implements Body.Source {

        private final Deque<Chunk> chunks = new ArrayDeque<>();
        private int endless;
        private int released;
        private int releasedWhenCancelled;
        private Runnable waiting;
        private Throwable cancelled;

        Fed add(String text, boolean last) {
            ByteBuffer data = ByteBuffer.wrap(text.getBytes(US_ASCII));
            chunks.add(new Chunk() {
                @Override
                public ByteBuffer data() {
                    return data;
                }

                @Override
                public boolean last() {
                    return last;
                }

                @Override
                public void release() {
                    released++;
                }
            });
            return this;
        }

        void available() {
            Runnable reader = waiting;
            waiting = null;
            reader.run();
        }

        @Override
        public Chunk read() {
            if (cancelled != null) {
                return Chunk.failed(cancelled);
            }
            if (endless > 0) {
                return Chunk.of(ByteBuffer.wrap(new byte[] {'x'}), --endless == 0);
            }
            return chunks.poll();
        }

        @Override
        public void demand(Runnable onAvailable) {
            waiting = onAvailable;
        }

        @Override
        public void cancel(Throwable reason) {
            cancelled = reason;
            releasedWhenCancelled = released;
            if (waiting != null) {
                available();
            }
        }
    }

    /** A sink that is done with a write when the test says so. */
    private static final class Recorded implements BodyWriter.Sink {

        private final List<String> writes = new ArrayList<>();
        private boolean immediate;
        private RuntimeException broken;
        private Done writing;

        @Override
        public void write(ByteBuffer data, boolean last, Done done) {
            if (broken != null) {
                throw broken;
            }
            writes.add(US_ASCII.decode(data) + (last ? "." : ""));
            if (immediate) {
                done.done(null);
            } else {
                writing = done;
            }
        }

        void written(Throwable failure) {
            writing.done(failure);
        }
    }
}
