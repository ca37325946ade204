package dev.gatehouse.jetty.http2;

import dev.gatehouse.jetty.loop.LoopSocket;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.io.ByteBufferPool;
import org.jspecify.annotations.Nullable;

/**
 * What the streams of a connection have to send, each in its turn: gathered, and written when the loop has seen to all its
 * sockets. On the loop's thread only.
 */
final class SendQueue {

    /** Gathered frames beyond that wait until the socket has taken some. */
    private static final int MOST_UNSENT = 64 * 1024;

    /** A peer that asks and asks without reading the answers is no peer. */
    private static final int MOST_UNREAD = 8 * MOST_UNSENT;

    private static final int DEFAULT_FRAME = 16 * 1024;

    private final LoopSocket socket;
    private final FrameOutput output;
    private final FieldEncoder encoder = new FieldEncoder();
    private final Consumer<@Nullable Throwable> written;
    private final Deque<Http2Stream> ready = new ArrayDeque<>();
    private final Runnable flush = this::flush;
    private int maxFrame = DEFAULT_FRAME;
    private boolean due;

    /**
     * An empty queue.
     *
     * @param written told after each write, with null or why nothing can be written any more
     */
    SendQueue(LoopSocket socket, ByteBufferPool pool, Consumer<@Nullable Throwable> written) {
        this.socket = socket;
        this.output = new FrameOutput(socket, pool, this::written);
        this.written = written;
    }

    /** For frames that wait for nothing; {@link #later} must follow. */
    FrameOutput output() {
        return output;
    }

    FieldEncoder encoder() {
        return encoder;
    }

    /** The peer takes frames of so many bytes; we send none so long that others would have to wait for it. */
    void maxFrame(int bytes) {
        maxFrame = Math.min(bytes, DEFAULT_FRAME);
    }

    /** A stream may have something that it may send. */
    void ready(Http2Stream stream) {
        if (!stream.queued && stream.isSending()) {
            stream.queued = true;
            ready.add(stream);
            later();
        }
    }

    /** There is something to write. */
    void later() {
        if (!due) {
            due = true;
            socket.loop().afterwards(flush);
        }
    }

    private void flush() {
        while (!ready.isEmpty() && output.unsent() < MOST_UNSENT) {
            Http2Stream stream = ready.remove();
            stream.queued = false;
            send(stream);
        }
        due = false;
        if (output.unsent() > MOST_UNREAD) {
            written.accept(new IOException("the peer does not read"));
        }
        output.flush();
    }

    private void send(Http2Stream stream) {
        try {
            if (stream.isSending() && stream.sendSome(output, maxFrame)) {
                ready(stream);
            }
        } catch (RuntimeException broken) {
            // Trailers are somebody else's code.
            stream.reset(ErrorCode.INTERNAL_ERROR, broken);
        }
    }

    private void written(@Nullable Throwable failure) {
        if (failure == null && !isEmpty()) {
            later();
        }
        written.accept(failure);
    }

    boolean isEmpty() {
        return ready.isEmpty() && output.unsent() == 0;
    }

    /** Sends a section out of turn, unless the peer leaves too much unread. */
    void interim(Http2Stream stream, Section section) {
        if (output.unsent() < MOST_UNSENT) {
            stream.section(output, section, false, maxFrame);
            later();
        }
    }

    /** Nothing is sent any more. */
    void close() {
        output.close();
    }
}
