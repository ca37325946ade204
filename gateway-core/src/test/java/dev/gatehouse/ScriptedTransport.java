package dev.gatehouse;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A transport without sockets: each call is recorded, and answered by a script, at once or when the test says. */
final class ScriptedTransport implements Transport {

    final List<Sent> sent = new CopyOnWriteArrayList<>();
    private volatile Consumer<Sent> script;

    ScriptedTransport(Consumer<Sent> script) {
        this.script = script;
    }

    static ScriptedTransport answering(Function<Sent, Response> answer) {
        return new ScriptedTransport(sent -> sent.respond(answer.apply(sent)));
    }

    /** One call under way. */
    static final class Sent implements Handle {

        final Call call;
        final Callback callback;
        final int number;
        volatile @Nullable GatewayException aborted;
        private boolean ended;
        private @Nullable Content content;

        Sent(Call call, Callback callback, int number) {
            this.call = call;
            this.callback = callback;
            this.number = number;
        }

        void respond(Response response) {
            synchronized (this) {
                if (ended) {
                    return;
                }
                ended = true;
            }
            callback.response(response);
        }

        /** Answers 200 with content that comes when the test says so. */
        Content stream() {
            Content streamed = new Content();
            content = streamed;
            respond(Response.of(200, Headers.empty(), Body.of(streamed, -1)));
            return streamed;
        }

        void fail(GatewayException failure) {
            synchronized (this) {
                if (ended) {
                    return;
                }
                ended = true;
            }
            callback.failed(failure);
        }

        @Override
        public void abort(GatewayException reason) {
            aborted = reason;
            Content streamed = content;
            if (streamed != null) {
                streamed.end(Chunk.failed(reason));
            }
            fail(reason);
        }

        /** Reads what was sent of the request's content until it ends or waits. */
        String readContent() {
            StringBuilder text = new StringBuilder();
            Chunk chunk = call.request().body().read();
            while (chunk != null) {
                text.append(StandardCharsets.UTF_8.decode(chunk.data()));
                if (chunk.last()) {
                    return text.toString();
                }
                chunk = call.request().body().read();
            }
            return text + "…";
        }
    }

    /** Content that the test pushes. */
    static final class Content implements Body.Source {

        private final List<Chunk> chunks = new ArrayList<>();
        private @Nullable Runnable waiting;
        volatile @Nullable Throwable cancelled;

        void push(String text) {
            add(Chunk.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), false));
        }

        void end(Chunk last) {
            add(last);
        }

        private void add(Chunk chunk) {
            Runnable reader;
            synchronized (this) {
                if (!chunks.isEmpty() && chunks.get(chunks.size() - 1).last()) {
                    return;
                }
                chunks.add(chunk);
                reader = waiting;
                waiting = null;
            }
            if (reader != null) {
                reader.run();
            }
        }

        @Override
        public synchronized @Nullable Chunk read() {
            if (chunks.isEmpty()) {
                return null;
            }
            return chunks.get(0).last() ? chunks.get(0) : chunks.remove(0);
        }

        @Override
        public void demand(Runnable onAvailable) {
            synchronized (this) {
                if (chunks.isEmpty()) {
                    waiting = onAvailable;
                    return;
                }
            }
            onAvailable.run();
        }

        @Override
        public void cancel(Throwable reason) {
            cancelled = reason;
            add(Chunk.failed(reason));
        }
    }

    @Override
    public Handle send(Call call, Callback callback) {
        Sent entry;
        synchronized (this) {
            entry = new Sent(call, callback, sent.size() + 1);
            sent.add(entry);
        }
        script.accept(entry);
        return entry;
    }

    void script(Consumer<Sent> next) {
        script = next;
    }

    @Override
    public void close() {}
}
