package dev.gatehouse.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** A source that gives out what a test has put in, and keeps account of its chunks. */
final class ScriptedSource implements Body.Source {

    /** What read answers next; empty stands for "nothing there yet". */
    private final Deque<Optional<Chunk>> script = new ArrayDeque<>();

    final List<String> events = new ArrayList<>();
    Headers trailers = Headers.empty();
    Runnable waiting;
    boolean callBackInside;
    int given;
    int released;

    ScriptedSource bytes(String text, boolean last) {
        ByteBuffer data = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        script.add(Optional.of(new CountedChunk(data, last)));
        return this;
    }

    ScriptedSource nothingYet() {
        script.add(Optional.empty());
        return this;
    }

    ScriptedSource failure(Throwable failure) {
        script.add(Optional.of(Chunk.failed(failure)));
        return this;
    }

    void available() {
        Runnable callback = waiting;
        waiting = null;
        callback.run();
    }

    @Override
    public Chunk read() {
        Optional<Chunk> next = script.isEmpty() ? Optional.empty() : script.remove();
        Chunk chunk = next.orElse(null);
        if (chunk instanceof CountedChunk) {
            given++;
        }
        return chunk;
    }

    @Override
    public void demand(Runnable onAvailable) {
        waiting = onAvailable;
        if (callBackInside) {
            available();
        }
    }

    @Override
    public void cancel(Throwable reason) {
        events.add("cancelled: " + reason.getMessage());
        script.clear();
        failure(reason);
        if (waiting != null) {
            available();
        }
    }

    @Override
    public Headers trailers() {
        return trailers;
    }

    private final class CountedChunk implements Chunk {

        private final ByteBuffer data;
        private final boolean last;

        CountedChunk(ByteBuffer data, boolean last) {
            this.data = data;
            this.last = last;
        }

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
    }
}
