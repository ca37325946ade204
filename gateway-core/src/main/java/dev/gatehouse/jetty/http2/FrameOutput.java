package dev.gatehouse.jetty.http2;

import dev.gatehouse.jetty.loop.LoopSocket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.eclipse.jetty.http2.Flags;
import org.eclipse.jetty.http2.frames.FrameType;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * The frames that a connection sends, gathered into few buffers and written many at a time (RFC 9113 §4.1). On the loop's
 * thread only.
 */
final class FrameOutput implements Callback {

    private static final int BUFFER_BYTES = 32 * 1024;
    private static final int HEADER_BYTES = 9;

    private final LoopSocket socket;
    private final ByteBufferPool pool;
    private final Consumer<@Nullable Throwable> written;
    private final byte[] header = new byte[HEADER_BYTES];
    private final ByteBuffer headerBytes = ByteBuffer.wrap(header);

    /** In the mode to be written to. */
    private final Deque<RetainableByteBuffer> gathered = new ArrayDeque<>();

    /** In the mode to be read from, and the socket's for now. */
    private final List<RetainableByteBuffer> writing = new ArrayList<>();

    private int unsent;
    private boolean closed;

    /**
     * An output.
     *
     * @param written told after each write, with null or why it failed
     */
    FrameOutput(LoopSocket socket, ByteBufferPool pool, Consumer<@Nullable Throwable> written) {
        this.socket = socket;
        this.pool = pool;
        this.written = written;
    }

    /** How many bytes the socket has not taken yet. */
    int unsent() {
        return unsent;
    }

    boolean isWriting() {
        return !writing.isEmpty();
    }

    /** Sends what a client begins with (RFC 9113 §3.4). */
    void raw(byte[] bytes) {
        put(ByteBuffer.wrap(bytes));
    }

    /**
     * Adds a frame.
     *
     * @param payload read to its limit
     */
    void frame(FrameType type, int flags, int stream, ByteBuffer payload) {
        if (closed) {
            return;
        }
        int length = payload.remaining();
        header[0] = (byte) (length >> 16);
        header[1] = (byte) (length >> 8);
        header[2] = (byte) length;
        header[3] = (byte) type.getType();
        header[4] = (byte) flags;
        header[5] = (byte) (stream >> 24);
        header[6] = (byte) (stream >> 16);
        header[7] = (byte) (stream >> 8);
        header[8] = (byte) stream;
        put(headerBytes.rewind());
        put(payload);
    }

    /** Adds a piece of content. */
    void data(int stream, ByteBuffer bytes, boolean endStream) {
        frame(FrameType.DATA, endStream ? Flags.END_STREAM : Flags.NONE, stream, bytes);
    }

    /** Adds a frame whose payload is one number. */
    void number(FrameType type, int stream, int value) {
        frame(type, Flags.NONE, stream, ByteBuffer.allocate(4).putInt(0, value));
    }

    /** Adds a field section, in as many frames as it needs. */
    void section(int stream, ByteBuffer block, boolean endStream, int maxFrame) {
        FrameType type = FrameType.HEADERS;
        int flags = endStream ? Flags.END_STREAM : Flags.NONE;
        int end = block.limit();
        do {
            block.limit(Math.min(end, block.position() + maxFrame));
            int endHeaders = block.limit() == end ? Flags.END_HEADERS : Flags.NONE;
            frame(type, flags | endHeaders, stream, block);
            type = FrameType.CONTINUATION;
            flags = Flags.NONE;
        } while (block.limit() < end);
    }

    private void put(ByteBuffer bytes) {
        unsent += bytes.remaining();
        while (bytes.hasRemaining()) {
            ByteBuffer room = room();
            int taken = Math.min(room.remaining(), bytes.remaining());
            room.put(room.position(), bytes, bytes.position(), taken);
            room.position(room.position() + taken);
            bytes.position(bytes.position() + taken);
        }
    }

    private ByteBuffer room() {
        RetainableByteBuffer last = gathered.peekLast();
        if (last == null || !last.getByteBuffer().hasRemaining()) {
            last = pool.acquire(BUFFER_BYTES, true);
            last.getByteBuffer().clear();
            gathered.addLast(last);
        }
        return last.getByteBuffer();
    }

    /** Writes what has been gathered, unless a write is under way. */
    void flush() {
        if (closed || isWriting() || gathered.isEmpty()) {
            return;
        }
        ByteBuffer[] buffers = new ByteBuffer[gathered.size()];
        for (int i = 0; i < buffers.length; i++) {
            RetainableByteBuffer buffer = gathered.removeFirst();
            writing.add(buffer);
            buffers[i] = buffer.getByteBuffer().flip();
        }
        socket.write(this, buffers);
    }

    @Override
    public void succeeded() {
        socket.loop().execute(() -> done(null));
    }

    @Override
    public void failed(Throwable cause) {
        socket.loop().execute(() -> done(cause));
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    private void done(@Nullable Throwable failure) {
        release(writing);
        unsent = 0;
        for (RetainableByteBuffer buffer : gathered) {
            unsent += buffer.getByteBuffer().position();
        }
        written.accept(failure);
    }

    /** Nothing is sent any more; what the socket has now is its own until it is done with it. */
    void close() {
        closed = true;
        release(gathered);
    }

    private static void release(Collection<RetainableByteBuffer> buffers) {
        buffers.forEach(RetainableByteBuffer::release);
        buffers.clear();
    }
}
