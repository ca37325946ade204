package dev.gatehouse.internal.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplayBufferTest {

    private final Content content = new Content();
    private final ReplayBuffer buffer = new ReplayBuffer(Body.of(content, -1), 8);

    /** Reads until nothing is there, or to the end: a stop, or an exclamation mark if it broke off. */
    private static String read(Body view) {
        StringBuilder text = new StringBuilder();
        Chunk chunk = view.read();
        while (chunk != null) {
            if (chunk.failure() != null) {
                return text + "!";
            }
            text.append(StandardCharsets.ISO_8859_1.decode(chunk.data()));
            if (chunk.last()) {
                return text + ".";
            }
            chunk = view.read();
        }
        return text.toString();
    }

    @Test
    void aReplayEndsTheViewThatIsBeingReadSoThatNothingIsMissingInTheNext() {
        Body first = buffer.view();
        content.push("1234");
        assertThat(read(first)).isEqualTo("1234");
        assertThat(buffer.tryReplay()).isTrue();
        content.push("56789");
        assertThat(read(first)).isEqualTo("!");
        Body second = buffer.view();
        content.end();
        assertThat(read(second)).isEqualTo("123456789.");
    }

    @Test
    void whoWaitsIsToldThatItsViewIsOver() {
        AtomicInteger told = new AtomicInteger();
        Body first = buffer.view();
        first.demand(told::incrementAndGet);
        assertThat(buffer.tryReplay()).isTrue();
        assertThat(told).hasValue(1);
        // The demand is still the content's: what it brings is the next reader's.
        Body second = buffer.view();
        second.demand(told::incrementAndGet);
        content.push("1");
        assertThat(told).hasValue(2);
        assertThat(read(second)).isEqualTo("1");
    }

    @Test
    void whatWasNotKeptIsNotReplayedAndTheViewGoesOn() {
        Body first = buffer.view();
        content.push("123456789");
        assertThat(read(first)).isEqualTo("123456789");
        assertThat(buffer.tryReplay()).isFalse();
        content.push("abc");
        content.end();
        assertThat(read(first)).isEqualTo("abc.");
    }

    @Test
    void aViewIsNeverATail() {
        Body first = buffer.view();
        content.push("123456789");
        assertThat(read(first)).isEqualTo("123456789");
        content.push("abc");
        assertThat(read(buffer.view())).isEqualTo("!");
    }

    /** What a client sends, as it comes. */
    private static final class Content implements Body.Source {

        private final Deque<Chunk> chunks = new ArrayDeque<>();
        private @Nullable Runnable waiting;

        void push(String text) {
            add(Chunk.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)), false));
        }

        void end() {
            add(Chunk.end());
        }

        private void add(Chunk chunk) {
            chunks.add(chunk);
            Runnable reader = waiting;
            waiting = null;
            if (reader != null) {
                reader.run();
            }
        }

        @Override
        public @Nullable Chunk read() {
            return chunks.poll();
        }

        @Override
        public void demand(Runnable onAvailable) {
            assertThat(waiting).as("demanded twice").isNull();
            waiting = onAvailable;
        }

        @Override
        public void cancel(Throwable reason) {
            throw new AssertionError("a view is not to end the client's content", reason);
        }
    }
}
