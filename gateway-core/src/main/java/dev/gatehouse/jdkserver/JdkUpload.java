package dev.gatehouse.jdkserver;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The content of a request as the server has it, for the gateway or the code behind it. The server knows no time-out for a
 * client that stops sending, and whoever reads then waits without end; here the reader can be {@linkplain #cut() cut off}.
 * Safe for use by several threads, which the server's stream makes wait for each other.
 */
final class JdkUpload extends InputStream {

    /**
     * What is read of an upload that nobody wants, after its answer. A connection that is closed with unread bytes is
     * reset, and the client may lose the answer then (RFC 9112 §9.6); this much can be on its way already: the largest
     * window that Linux opens by default.
     */
    private static final int MAX_DISCARD_BYTES = 6 * 1024 * 1024;

    private final HttpExchange exchange;
    private final long length;

    /** Guarded by this, as are those below. */
    private final List<Thread> waiting = new ArrayList<>(2);

    private boolean stopped;
    private boolean cut;
    private long bytes;
    private boolean ended;

    /** What may wait for the client. */
    @FunctionalInterface
    interface Waiting {
        int call() throws IOException;
    }

    /**
     * The content, unread.
     *
     * @param length how many bytes it has, or -1 if it ends by itself
     */
    JdkUpload(HttpExchange exchange, long length) {
        this.exchange = exchange;
        this.length = length;
        this.ended = length == 0;
    }

    /** Whether all of it was read. */
    synchronized boolean isEnded() {
        return ended;
    }

    /**
     * No read begins any more. Called before the server is told that the exchange is over: it reads on then, and goes on to
     * the next request on the connection, whose bytes are nobody else's.
     */
    synchronized void stop() {
        stopped = true;
    }

    private synchronized void checkNotStopped() throws IOException {
        if (stopped) {
            throw new IOException("the exchange is over");
        }
    }

    /**
     * Nobody waits for the client any longer, now and from now on. The server's channels are of the kind that an interrupt
     * closes, and there is no other way to reach them: so this ends the connection.
     */
    synchronized void cut() {
        cut = true;
        waiting.forEach(Thread::interrupt);
    }

    /**
     * Does something that waits for the client, until the connection is cut. The interrupt that cuts it stays in here.
     *
     * @return what the call answers
     */
    int await(Waiting call) throws IOException {
        enter();
        try {
            return call.call();
        } finally {
            leave();
        }
    }

    private synchronized void enter() {
        waiting.add(Thread.currentThread());
        if (cut) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void leave() {
        waiting.remove(Thread.currentThread());
        if (cut) {
            Thread.interrupted();
        }
    }

    /** Reads on for nobody: to the end of the content, or as much as can be on its way. */
    void discard() {
        byte[] buffer = new byte[8 * 1024];
        long left = MAX_DISCARD_BYTES;
        try {
            int count = read(buffer);
            // The server's stream answers 0, again and again, where a chunk has no size.
            while (count > 0 && left > 0) {
                left -= count;
                count = read(buffer);
            }
        } catch (IOException broken) {
            // Then nothing more comes. The server closes a connection whose request it has not read to its end.
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int many) throws IOException {
        checkNotStopped();
        int count = await(() -> exchange.getRequestBody().read(buffer, offset, many));
        count(count);
        return count;
    }

    private synchronized void count(int more) {
        bytes += Math.max(0, more);
        ended = more < 0 || bytes == length;
    }

    @Override
    public int available() throws IOException {
        return exchange.getRequestBody().available();
    }

    /** The server reads some of what is left then. */
    @Override
    public void close() throws IOException {
        await(() -> {
            exchange.getRequestBody().close();
            return 0;
        });
    }
}
