package dev.gatehouse.internal.host;

import dev.gatehouse.http.Headers;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the host's own code writes its response to. Bytes are collected up to a size, and then handed to the gateway; the
 * writer waits until they are used, unless it {@linkplain #listen chose not to wait}. Used by one thread at a time.
 */
public final class HostOutput extends OutputStream {

    private final HostThread thread;
    private final HostBody body;
    private final Commit commit;

    private byte[] buffer;
    private int count;
    private long handed;
    private long length = -1;
    private boolean committed;
    private boolean closed;
    private Supplier<Headers> trailers = Headers::empty;

    private @Nullable Runnable onPossible;
    private boolean pending;
    private boolean asked;
    private boolean closing;
    private @Nullable Throwable failure;

    /** Told before the first bytes are handed over. */
    @FunctionalInterface
    public interface Commit {

        /**
         * The response begins.
         *
         * @param complete how many bytes it has, if all of them are known, or else -1
         * @throws IOException if it must not begin
         */
        void commit(long complete) throws IOException;
    }

    /**
     * An output that nothing has been written to.
     *
     * @param thread the exchange's thread
     * @param body where the bytes go
     * @param bytes how many to collect before they are handed over
     * @param commit told when the response begins
     */
    public HostOutput(HostThread thread, HostBody body, int bytes, Commit commit) {
        this.thread = thread;
        this.body = body;
        this.buffer = new byte[Math.max(1, bytes)];
        this.commit = commit;
    }

    /**
     * Sets how many bytes there will be; after these the response is complete.
     *
     * @param bytes the length, or -1 if unknown
     */
    public void length(long bytes) {
        length = bytes;
    }

    /**
     * Sets the trailers that the end comes with.
     *
     * @param fields asked for the trailer section when the end is handed over
     */
    public void trailers(Supplier<Headers> fields) {
        trailers = fields;
    }

    /**
     * Sets how many bytes to collect.
     *
     * @param bytes at least so many
     * @throws IllegalStateException if something has been written
     */
    public void bufferBytes(int bytes) {
        if (committed || count > 0) {
            throw new IllegalStateException("content has been written already");
        }
        if (bytes > buffer.length) {
            buffer = new byte[bytes];
        }
    }

    /**
     * How many bytes are collected before they are handed over.
     *
     * @return the size of the buffer
     */
    public int bufferBytes() {
        return buffer.length;
    }

    /** Forgets what was written, if nothing was handed over yet. */
    public void reset() {
        if (committed) {
            throw new IllegalStateException("the response has begun");
        }
        count = 0;
    }

    /**
     * Whether the response has begun.
     *
     * @return true once its header section cannot be changed any more
     */
    public boolean isCommitted() {
        return committed;
    }

    /**
     * Whether the response has ended for its writer.
     *
     * @return true after {@link #close()} or the last byte
     */
    public boolean isClosed() {
        return closed;
    }

    /**
     * From now on writes do not wait.
     *
     * @param possible told when one may be made again, after {@link #isReady()} answered false
     */
    public synchronized void listen(Runnable possible) {
        onPossible = possible;
    }

    /**
     * Whether a write may be made without waiting. If not, the listener is told once it may.
     *
     * @return false while the reader has not used what was written before
     */
    public synchronized boolean isReady() {
        asked = pending;
        return !pending;
    }

    @Override
    public void write(int value) throws IOException {
        checkRoom(1);
        buffer[count++] = (byte) value;
        if (count == buffer.length || isLast()) {
            hand(isLast());
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int many) throws IOException {
        Objects.checkFromIndexSize(offset, many, bytes.length);
        checkRoom(many);
        if (many >= buffer.length && !isListening()) {
            hand(false);
            handed += many;
            give(ByteBuffer.wrap(bytes, offset, many), isLast());
            return;
        }
        int done = 0;
        while (done < many) {
            if (count == buffer.length) {
                grow(many - done);
            }
            int part = Math.min(many - done, buffer.length - count);
            System.arraycopy(bytes, offset + done, buffer, count, part);
            count += part;
            done += part;
            if (count == buffer.length && !isListening()) {
                hand(isLast());
            }
        }
        if (count > 0 && (count == buffer.length || isLast())) {
            hand(isLast());
        }
    }

    @Override
    public void flush() throws IOException {
        if (!closed) {
            begin(-1);
            hand(false);
            thread.runPosted();
        }
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        begin(count);
        if (length >= 0 && handed + count < length) {
            IOException tooShort =
                    new IOException("the response ends after " + (handed + count) + " of " + length + " bytes");
            fail(tooShort);
            throw tooShort;
        }
        closed = true;
        synchronized (this) {
            closing = pending;
        }
        if (!closing) {
            hand(true);
        }
    }

    /**
     * Breaks the response off.
     *
     * @param reason why
     */
    public void fail(Throwable reason) {
        closed = true;
        body.fail(reason);
    }

    /** All bytes of the response are written, as far as its announced length tells. */
    private boolean isLast() {
        return length >= 0 && handed + count == length;
    }

    private synchronized boolean isListening() {
        return onPossible != null;
    }

    private void checkRoom(int many) throws IOException {
        if (closed) {
            throw new IOException("the response is closed");
        }
        if (length >= 0 && handed + count + many > length) {
            throw new IOException("more than the announced " + length + " bytes are written");
        }
        synchronized (this) {
            if (onPossible != null && pending) {
                throw new IllegalStateException("a write is under way: isReady() was not asked, or answered false");
            }
        }
    }

    /** A write that must not wait takes all of its bytes. */
    private void grow(int more) {
        byte[] larger = new byte[count + more];
        System.arraycopy(buffer, 0, larger, 0, count);
        buffer = larger;
    }

    private void begin(long complete) throws IOException {
        if (!committed) {
            committed = true;
            commit.commit(complete);
        }
    }

    private void hand(boolean last) throws IOException {
        if (count == 0 && !last) {
            return;
        }
        begin(last ? handed + count : -1);
        ByteBuffer data = ByteBuffer.wrap(buffer, 0, count);
        handed += count;
        count = 0;
        if (isListening()) {
            buffer = new byte[buffer.length]; // the reader keeps the other one for a while
        }
        give(data, last);
    }

    private void give(ByteBuffer data, boolean last) throws IOException {
        begin(-1);
        if (last) {
            closed = true;
            body.trailers(trailers.get());
        }
        if (isListening()) {
            giveWithoutWaiting(data, last);
            return;
        }
        HostThread.Signal used = thread.new Signal();
        Throwable[] refused = new Throwable[1];
        body.write(data, last, reason -> {
            refused[0] = reason;
            used.set();
        });
        thread.await(used);
        if (refused[0] != null) {
            closed = true;
            throw new IOException("the response is not wanted any more", refused[0]);
        }
    }

    private void giveWithoutWaiting(ByteBuffer data, boolean last) throws IOException {
        Throwable before;
        synchronized (this) {
            before = failure;
            pending = before == null;
        }
        if (before != null) {
            throw new IOException("the response is not wanted any more", before);
        }
        body.write(data, last, this::used);
    }

    private void used(@Nullable Throwable reason) {
        Runnable told;
        boolean end;
        synchronized (this) {
            pending = false;
            failure = reason;
            told = asked ? onPossible : null;
            asked = false;
            end = closing && reason == null;
        }
        if (end) {
            body.end(trailers.get(), ended -> {});
        } else if (told != null) {
            told.run();
        }
    }
}
