package dev.gatehouse.jetty;

import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Ends an exchange whose response is written while the client still sends. A connection that is closed with unread bytes
 * in its buffers is reset by the kernel, and a reset makes the client lose a response that it has not read yet
 * (RFC 9112 §9.6). So what the client sends is read and thrown away for a while: to the end of its message, and the
 * connection lives on; or up to the limits below, and Jetty closes it.
 *
 * <p>Reading, and the end by time-out, hold the monitor: Jetty must not be read from two threads. Jetty calls nobody
 * while it holds a lock of its own, so the two cannot wait for each other.
 *
 * <p>HTTP/2 needs none of this: a stream is reset without touching the connection (RFC 9113 §8.1).
 */
final class Lingering {

    /** What the client has in flight when the response reaches it: the largest window that Linux opens by default. */
    static final int MAX_BYTES = 6 * 1024 * 1024;

    /** As long as nginx waits for a client that is to stop sending ({@code lingering_timeout}). */
    static final long MAX_SECONDS = 5;

    private final Request request;
    private final Callback callback;
    private final Runnable available = Invocable.from(Invocable.InvocationType.NON_BLOCKING, this::discard);
    private Scheduler.Task timeout = () -> false;
    private long bytes;
    private boolean ended;

    private Lingering(Request request, Callback callback) {
        this.request = request;
        this.callback = callback;
    }

    /**
     * Completes an exchange whose response is written.
     *
     * @param request the request
     * @param body its content, as far as it was read, and cancelled
     * @param callback completed with success, now or later
     */
    static void complete(Request request, RequestBody body, Callback callback) {
        if (!body.isUnread() || !isWorthwhile(request, body)) {
            callback.succeeded();
            return;
        }
        new Lingering(request, callback).start(body);
    }

    private static boolean isWorthwhile(Request request, RequestBody body) {
        if (request.getConnectionMetaData().getHttpVersion().getVersion() >= HttpVersion.HTTP_2.getVersion()) {
            return false;
        }
        // A client that waits for 100 Continue sends nothing, and demanding would tell it to.
        return body.isTouched()
                || !request.getHeaders().contains(HttpHeader.EXPECT, HttpHeaderValue.CONTINUE.asString());
    }

    private synchronized void start(RequestBody body) {
        timeout = request.getComponents().getScheduler().schedule(this::end, MAX_SECONDS, TimeUnit.SECONDS);
        body.takeBack(this::discard);
    }

    private synchronized void discard() {
        while (!ended) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(available);
                return;
            }
            bytes += chunk.remaining();
            boolean over = chunk.isLast() || Content.Chunk.isFailure(chunk) || bytes > MAX_BYTES;
            chunk.release();
            if (over) {
                end();
            }
        }
    }

    private synchronized void end() {
        if (!ended) {
            ended = true;
            timeout.cancel();
            callback.succeeded();
        }
    }
}
