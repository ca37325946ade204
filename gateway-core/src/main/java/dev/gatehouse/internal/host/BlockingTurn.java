package dev.gatehouse.internal.host;

import dev.gatehouse.host.Done;
import dev.gatehouse.host.HostExchange.HostCallback;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One exchange on a thread that its server gave it: the thread waits here for what the gateway decides, from any thread,
 * and does it.
 */
public final class BlockingTurn {

    /** What the gateway decided. */
    public enum Decision {
        /** The gateway answers. */
        ANSWER,
        /** The host's own code runs, and its response goes through the gateway. */
        RUN_HOST,
        /** The host's own code runs, and the gateway is done. */
        PASS_ON
    }

    private final HostThread thread;
    private final HostThread.Signal decided;
    private final HostThread.Signal finished;

    private @Nullable Decision decision;
    private @Nullable HostRun run;
    private @Nullable BodyWriter writer;
    private @Nullable Throwable failure;
    private @Nullable Throwable gone;
    private @Nullable Consumer<Throwable> onGone;
    private @Nullable Done onFinished;

    /** What a run of the host's own code needs. */
    public record HostRun(Request request, HostCallback callback) {}

    /** A turn of the current thread. */
    public BlockingTurn() {
        this.thread = new HostThread(this::gone);
        this.decided = thread.new Signal();
        this.finished = thread.new Signal();
    }

    /**
     * The thread.
     *
     * @return where to leave blocking work
     */
    public HostThread thread() {
        return thread;
    }

    /**
     * Writes a response.
     *
     * @param response what to write
     * @param out where to
     * @param done told when all is written, or cannot be
     */
    public void respond(Response response, StreamSink.Out out, Done done) {
        BodyWriter mine = new BodyWriter(response.body(), new StreamSink(thread, out), reason -> ended(reason, done));
        Throwable over;
        synchronized (this) {
            over = gone;
            if (over == null) {
                writer = mine;
            }
        }
        if (over == null) {
            decide(Decision.ANSWER);
            mine.start();
        } else {
            mine.cancel(over);
            ended(over, done);
        }
    }

    /**
     * Lets the host's own code run.
     *
     * @param request what it shall see
     * @param callback told of its response
     */
    public void runHost(Request request, HostCallback callback) {
        Throwable over;
        synchronized (this) {
            over = gone;
            if (over == null) {
                run = new HostRun(request, callback);
            }
        }
        if (over == null) {
            decide(Decision.RUN_HOST);
        } else {
            callback.failed(over);
        }
    }

    /** Leaves the request to the host's own code. */
    public void passOn() {
        decide(Decision.PASS_ON);
    }

    /**
     * Registers who is told when the client is gone.
     *
     * @param listener called at most once, at once if it is gone already
     */
    public void onGone(Consumer<Throwable> listener) {
        Throwable already;
        synchronized (this) {
            onGone = listener;
            already = gone;
        }
        if (already != null) {
            listener.accept(already);
        }
    }

    /**
     * The client is gone, or nobody wants its answer any more.
     *
     * @param reason what the server says
     */
    public void gone(Throwable reason) {
        Consumer<Throwable> listener;
        BodyWriter writing;
        synchronized (this) {
            if (gone != null) {
                return;
            }
            gone = reason;
            listener = onGone;
            writing = writer;
        }
        if (writing == null) {
            decide(Decision.ANSWER);
            finished(reason);
        } else {
            writing.cancel(reason);
        }
        if (listener != null) {
            listener.accept(reason);
        }
    }

    /**
     * Waits until the gateway has decided.
     *
     * @return what it decided first
     */
    public Decision await() {
        thread.await(decided);
        synchronized (this) {
            return decision == null ? Decision.ANSWER : decision;
        }
    }

    /**
     * What to run, after {@link Decision#RUN_HOST}.
     *
     * @return the request for the host's own code, and who is told of its response
     */
    public synchronized HostRun hostRun() {
        if (run == null) {
            throw new IllegalStateException("the gateway did not ask for the host's code");
        }
        return run;
    }

    /**
     * Waits until the response is written.
     *
     * @throws IOException if it is not complete, so that the connection must be closed
     */
    public void finish() throws IOException {
        thread.await(finished);
        Throwable reason;
        synchronized (this) {
            reason = failure;
        }
        if (reason != null) {
            throw new BodyBrokenException(reason);
        }
    }

    /**
     * Tells somebody, instead of waiting, when the response is written.
     *
     * @param listener called once, at once if it is written already; with what broke the response, if it is not complete
     */
    public void whenFinished(Done listener) {
        Throwable reason;
        synchronized (this) {
            if (!finished.isSet()) {
                onFinished = listener;
                return;
            }
            reason = failure;
        }
        listener.done(reason);
    }

    private void decide(Decision first) {
        synchronized (this) {
            if (decision == null) {
                decision = first;
            }
        }
        decided.set();
    }

    private void ended(@Nullable Throwable reason, Done done) {
        try {
            done.done(reason);
        } finally {
            finished(reason);
        }
    }

    private void finished(@Nullable Throwable reason) {
        Done listener;
        synchronized (this) {
            failure = reason;
            finished.set();
            listener = onFinished;
            onFinished = null;
        }
        if (listener != null) {
            listener.done(reason);
        }
    }
}
