package dev.gatehouse.jetty;

import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.host.Done;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.io.EOFException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One request of a client's over HTTP/1.1, on its way through the gateway. */
final class Http1Exchange extends LoopHostExchange {

    private final Http1Connection connection;
    private final Request request;
    private final Http1Content content;
    private final boolean http11;
    private final Http1Reply reply;
    private final AtomicBoolean over = new AtomicBoolean();
    private int unwantedBytes;
    private TimeSource.@Nullable Timer unwantedTimer;

    Http1Exchange(
            Http1Connection connection, Request request, Http1Content content, boolean http11, boolean keepAlive) {
        super(connection.factory());
        this.connection = connection;
        this.request = request;
        this.content = content;
        this.http11 = http11;
        this.reply = new Http1Reply(connection, request.method(), http11, keepAlive);
    }

    Http1Content content() {
        return content;
    }

    void serve() {
        if (content.isOver()) {
            connection.awaitReadable();
        } else {
            content.onContinue(() -> reply.interim(100, Headers.empty()));
        }
        connection.factory().serving().serve(request, this);
    }

    /** Whether the client is to send or to take something. */
    boolean isWaitingForClient() {
        return content.isAwaited() || reply.isWriting();
    }

    @Override
    public void interim(int status, Headers headers) {
        if (http11) {
            reply.interim(status, headers);
        }
    }

    @Override
    public void respond(Response response, Done done) {
        reply.begin(response);
        write(response, reply, failure -> ended(failure, done));
    }

    private void ended(@Nullable Throwable failure, Done done) {
        try {
            done.done(failure);
        } finally {
            if (failure != null) {
                content.cancel(failure);
                reply.breakOff();
                end(false);
            } else if (content.isOver()) {
                end(reply.isReusable());
            } else {
                content.cancel(new EOFException("the response is complete"));
                readUnwanted();
            }
        }
    }

    /**
     * The response is written while the client still sends. A connection that is closed with unread bytes in its buffers is
     * reset by the kernel, and a reset makes the client lose a response that it has not read yet (RFC 9112 §9.6). So what
     * the client sends is read and thrown away for a while.
     */
    private void readUnwanted() {
        if (content.isUnasked()) {
            // A client that waits for 100 Continue sends nothing, and demanding would tell it to.
            end(false);
            return;
        }
        unwantedTimer = TimeSource.system().schedule(() -> end(false), Duration.ofSeconds(Lingering.MAX_SECONDS));
        discard();
    }

    private void discard() {
        while (!over.get()) {
            Chunk chunk = content.readAnyway();
            if (chunk == null) {
                content.demandAnyway(this::discard);
                return;
            }
            unwantedBytes += chunk.data().remaining();
            boolean last = chunk.last();
            chunk.release();
            if (last || unwantedBytes > Lingering.MAX_BYTES) {
                end(last && reply.isReusable());
            }
        }
    }

    private void end(boolean reusable) {
        if (over.compareAndSet(false, true)) {
            TimeSource.Timer timer = unwantedTimer;
            if (timer != null) {
                timer.cancel();
            }
            connection.ended(this, reusable);
        }
    }

    /** Nobody is there any more. */
    void gone(Throwable reason) {
        tellGone(reason);
        content.cancel(reason);
        cancelWriting(reason);
        if (over.get()) {
            return;
        }
        reply.gone();
    }
}
