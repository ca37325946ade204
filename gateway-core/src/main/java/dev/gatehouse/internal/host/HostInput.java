package dev.gatehouse.internal.host;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request's content as the filters left it, for the host's own code to read: it waits for what is not there yet, unless
 * it {@linkplain #isReady asks} first. Used by one thread at a time.
 */
public final class HostInput extends InputStream {

    private final HostThread thread;
    private final Body body;
    private @Nullable Chunk current;
    private boolean ended;

    /**
     * The content from its beginning.
     *
     * @param thread the exchange's thread
     * @param body what to read
     */
    public HostInput(HostThread thread, Body body) {
        this.thread = thread;
        this.body = body;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int many) throws IOException {
        Objects.checkFromIndexSize(offset, many, bytes.length);
        if (many == 0) {
            return 0;
        }
        Chunk chunk = next();
        if (chunk == null) {
            return -1;
        }
        int part = Math.min(many, chunk.data().remaining());
        chunk.data().get(bytes, offset, part);
        dropUsed(chunk);
        return part;
    }

    @Override
    public int available() {
        return current == null ? 0 : current.data().remaining();
    }

    /** Throws the rest away. */
    @Override
    public void close() {
        Chunk rest = current;
        current = null;
        ended = true;
        if (rest != null) {
            rest.release();
        }
        body.cancel(new IOException("closed by the host's code"));
    }

    /**
     * Whether everything has been read.
     *
     * @return true once a read answers -1 at once
     */
    public boolean isEnded() {
        return ended;
    }

    /**
     * Whether a read would not wait.
     *
     * @param onReady told once it would not, if it would now
     * @return true if there are bytes, the end or a failure
     */
    public boolean isReady(Runnable onReady) {
        if (ended || current != null) {
            return true;
        }
        current = nonEmpty();
        if (current != null || ended) {
            return true;
        }
        body.demand(onReady);
        return false;
    }

    /** The chunk to read from; null at the end. */
    private @Nullable Chunk next() throws IOException {
        while (!ended) {
            Chunk chunk = current == null ? nonEmpty() : current;
            if (chunk != null) {
                Throwable broken = chunk.failure();
                if (broken != null) {
                    throw new IOException("the request broke off", broken);
                }
                current = chunk;
                return chunk;
            }
            if (!ended) {
                HostThread.Signal there = thread.new Signal();
                body.demand(there::set);
                thread.await(there);
            }
        }
        return null;
    }

    /** The next chunk with bytes or a failure; null if there is none yet, or none at all. */
    private @Nullable Chunk nonEmpty() {
        while (true) {
            Chunk chunk = body.read();
            if (chunk == null || chunk.failure() != null || chunk.data().hasRemaining()) {
                return chunk;
            }
            ended = chunk.last();
            chunk.release();
            if (ended) {
                return null;
            }
        }
    }

    private void dropUsed(Chunk chunk) {
        if (!chunk.data().hasRemaining()) {
            current = null;
            ended = chunk.last();
            chunk.release();
        }
    }
}
