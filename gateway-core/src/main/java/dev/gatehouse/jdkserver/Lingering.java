package dev.gatehouse.jdkserver;

import com.sun.net.httpserver.HttpExchange;
import dev.gatehouse.internal.host.HostThread;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The end of an exchange whose client may not have sent all of its content when the response is written. What it sends is
 * read and thrown away for a while, so that it gets to see the response: see {@link JdkUpload#discard}.
 *
 * <p>Only closing the response's stream tells the server that the exchange is over, and sends the last chunk where there
 * are chunks; but closing also ends the reading, and may wait for the client itself. So it comes last: when the client has
 * sent everything, or its time is over. A reader that still waits then is cut off, a little later, so that the last chunk
 * is on its way before the connection ends.
 */
final class Lingering {

    /** As long as nginx waits for a client that is to stop sending ({@code lingering_timeout}). */
    private static final long MAX_MILLIS = 5_000;

    /** For the last chunk, which goes to the socket's buffer: more than a thread needs to start. */
    private static final long CLOSE_MILLIS = 500;

    private final HttpExchange exchange;
    private final JdkUpload upload;
    private final OutputStream out;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    private Lingering(HttpExchange exchange, JdkUpload upload, OutputStream out) {
        this.exchange = exchange;
        this.upload = upload;
        this.out = out;
    }

    /**
     * Begins the client's time. Its response is written and sent; {@link #end()} must follow on the exchange's thread.
     *
     * @param out the response's stream
     */
    static Lingering begin(HttpExchange exchange, JdkUpload upload, OutputStream out) {
        Lingering begun = new Lingering(exchange, upload, out);
        begun.unlessOver(MAX_MILLIS, begun::close);
        begun.unlessOver(MAX_MILLIS + CLOSE_MILLIS, upload::cut);
        return begun;
    }

    private void unlessOver(long millis, Runnable task) {
        over.copy().orTimeout(millis, TimeUnit.MILLISECONDS).exceptionally(timeout -> {
            HostThread.runElsewhere(task);
            return null;
        });
    }

    /** Reads what the client still sends, and closes the exchange. Returns when its time is over at the latest. */
    void end() {
        upload.discard();
        close();
        over.complete(null);
    }

    private void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        upload.stop();
        try {
            upload.await(() -> {
                out.close();
                return 0;
            });
        } catch (IOException broken) {
            exchange.close();
        }
    }
}
