package dev.gatehouse.jetty;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import dev.gatehouse.jetty.internal.JettyChunks;
import dev.gatehouse.jetty.internal.JettyFields;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.Trailers;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

/**
 * The content of a request as Jetty reads it. Jetty sends 100 Continue when it is first demanded.
 *
 * <p>Once the exchange is over, the host {@linkplain #takeBack takes it back} from whoever reads it. Jetty's reading is
 * not safe for two threads and a demand cannot be withdrawn, so the host is called when the reader's last call into
 * Jetty has ended.
 */
final class RequestBody implements Body.Source {

    private final Request request;
    private final Consumer<Throwable> onGone;
    private final Runnable onDemandServed = Invocable.from(Invocable.InvocationType.NON_BLOCKING, this::demandServed);

    private Content.@Nullable Chunk first;
    private boolean reading;
    private boolean demanding;
    private boolean touched;
    private @Nullable Runnable waiting;
    private @Nullable Runnable successor;
    private @Nullable Throwable cancelled;
    private @Nullable Chunk end;
    private volatile Headers trailers = Headers.empty();

    /**
     * The content of a request.
     *
     * @param request what to read
     * @param first a chunk that was read already, or null
     * @param onGone told when reading shows that the client is gone
     */
    RequestBody(Request request, Content.@Nullable Chunk first, Consumer<Throwable> onGone) {
        this.request = request;
        this.first = first;
        this.onGone = onGone;
    }

    /** What was read from Jetty before anyone asked for it, for a request that is left to other code. */
    synchronized Content.@Nullable Chunk takeFirst() {
        Content.Chunk taken = first;
        first = null;
        return taken;
    }

    /** Whether the client may still have something to send that nobody has read. */
    synchronized boolean isUnread() {
        return end == null;
    }

    /** Whether anybody began to read: if not, a client that waits for 100 Continue was never asked to go on. */
    synchronized boolean isTouched() {
        return touched;
    }

    @Override
    public @Nullable Chunk read() {
        synchronized (this) {
            if (end != null) {
                return end;
            }
            if (cancelled != null) {
                return Chunk.failed(cancelled);
            }
            reading = true;
        }
        Content.Chunk taken = takeFirst();
        Content.Chunk theirs = taken == null ? request.read() : taken;
        Chunk ours = theirs == null ? null : convert(theirs);
        Runnable next;
        synchronized (this) {
            reading = false;
            touched |= ours != null;
            if (ours != null && ours.last()) {
                end = ours.failure() == null ? Chunk.end() : ours;
            }
            if (cancelled != null && end == null) {
                if (ours != null) {
                    ours.release();
                }
                ours = Chunk.failed(cancelled);
            }
            next = demanding ? null : successor;
        }
        run(next);
        return ours;
    }

    @Override
    public void demand(Runnable onAvailable) {
        boolean over;
        synchronized (this) {
            over = end != null || cancelled != null;
            if (!over) {
                waiting = onAvailable;
                demanding = true;
                touched = true;
            }
        }
        if (over) {
            onAvailable.run();
            return;
        }
        try {
            request.demand(onDemandServed);
        } catch (IllegalStateException exchangeIsOver) {
            demandServed();
        }
    }

    @Override
    public void cancel(Throwable reason) {
        Runnable reader;
        synchronized (this) {
            if (end != null || cancelled != null) {
                return;
            }
            cancelled = reason;
            reader = waiting;
            waiting = null;
        }
        Content.Chunk unread = takeFirst();
        if (unread != null) {
            unread.release();
        }
        run(reader);
    }

    @Override
    public Headers trailers() {
        return trailers;
    }

    /**
     * Takes over from the reader, after {@link #cancel}.
     *
     * @param onFree called once when Jetty's request may be read by the caller; never if the client stays silent
     */
    void takeBack(Runnable onFree) {
        synchronized (this) {
            if (reading || demanding) {
                successor = onFree;
                return;
            }
        }
        onFree.run();
    }

    private void demandServed() {
        Runnable reader;
        Runnable next;
        synchronized (this) {
            demanding = false;
            reader = waiting;
            waiting = null;
            next = successor;
        }
        run(reader);
        run(next);
    }

    private Chunk convert(Content.Chunk theirs) {
        Throwable failure = theirs.getFailure();
        if (failure != null) {
            theirs.release();
            if (isGone(failure)) {
                onGone.accept(failure);
            }
            return Chunk.failed(new GatewayException(
                    Kind.REQUEST_BODY_CLIENT, RequestSent.NO, "reading the request failed", failure));
        }
        if (theirs instanceof Trailers section) {
            trailers = JettyFields.fromJetty(section.getTrailers());
        }
        return JettyChunks.fromJetty(theirs);
    }

    /**
     * Whether a failure means that nobody is there to read an answer. A malformed chunk or an idle connection can still be
     * answered.
     */
    static boolean isGone(Throwable failure) {
        return !(failure instanceof HttpException) && !(failure instanceof java.util.concurrent.TimeoutException);
    }

    private static void run(@Nullable Runnable task) {
        if (task != null) {
            task.run();
        }
    }
}
