package dev.gatehouse.servlet;

import dev.gatehouse.host.Done;
import dev.gatehouse.host.HostExchange.HostCallback;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.internal.host.BlockingTurn;
import dev.gatehouse.internal.host.HostThread;
import dev.gatehouse.internal.host.StreamBody;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An exchange whose route ends in the host's own code. It stays on the container's thread, which waits for the filters,
 * runs the rest of the chain, and writes what the gateway makes of the response. Code that goes asynchronous itself takes
 * the exchange off the thread; it comes back with a dispatch, or ends without one.
 */
final class HostRun implements Way {

    private static final String ATTRIBUTE = HostRun.class.getName();

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final Request received;
    private final BlockingTurn turn = new BlockingTurn();
    private final StreamBody content;
    private final Headers outer;

    private @Nullable HostRequest hostRequest;
    private volatile @Nullable HostResponse hostResponse;
    private volatile @Nullable ServletOut out;
    private volatile @Nullable AsyncContext async;
    private volatile boolean dispatched;
    private volatile boolean away;

    HostRun(HttpServletRequest request, HttpServletResponse response, Request received) {
        this.request = request;
        this.response = response;
        this.received = received;
        this.content = new StreamBody(
                turn.thread(), request::getInputStream, received.body().length(), () -> Requests.trailers(request));
        this.outer = ResponseHead.read(response);
    }

    /**
     * A dispatch within the container. If the host's own code of a request dispatched it, its response still passes the
     * gateway; any other passes by.
     */
    static void redispatched(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        boolean ours = request.getDispatcherType() == DispatcherType.ASYNC
                && request.getAttribute(ATTRIBUTE) instanceof HostRun run
                && run.away;
        if (ours) {
            ((HostRun) request.getAttribute(ATTRIBUTE)).comeBack(request, response, chain);
        } else {
            chain.doFilter(request, response);
        }
    }

    @Override
    public Body.Source content() {
        return content;
    }

    @Override
    public void respond(Response answer, Done done) {
        ServletOut mine = new ServletOut(request, response, answer, hostResponse, outer);
        out = mine;
        turn.respond(answer, mine, done);
    }

    @Override
    public void onGone(Consumer<Throwable> listener) {
        turn.onGone(listener);
    }

    /** Has the container's thread run the rest of the chain. */
    void start(Request changed, HostCallback callback) {
        turn.runHost(changed, callback);
    }

    /** Waits on the container's thread for what the filters decide, and does it. */
    void await(FilterChain chain) throws IOException {
        if (turn.await() == BlockingTurn.Decision.RUN_HOST) {
            run(turn.hostRun(), chain);
        }
        if (!away) {
            finish();
        }
    }

    private void run(BlockingTurn.HostRun call, FilterChain chain) {
        Request changed = call.request();
        if (!changed.target().rawPath().equals(received.target().rawPath())) {
            call.callback()
                    .failed(new IllegalStateException(
                            "a filter changed the path before toHost(), but the container has chosen the"
                                    + " servlet already"));
            return;
        }
        HostResponse answer = new HostResponse(this, request, response, call.callback());
        HostRequest asked = new HostRequest(this, request, received, changed);
        hostResponse = answer;
        hostRequest = asked;
        request.setAttribute(ATTRIBUTE, this);
        runChain(asked, answer, chain);
    }

    /** The container comes with a dispatch of the host's own code. */
    private void comeBack(HttpServletRequest again, HttpServletResponse to, FilterChain chain) throws IOException {
        away = false;
        dispatched = false;
        async = null;
        turn.thread().enter();
        runChain(again, to, chain);
        if (!away) {
            finish();
        }
    }

    private void runChain(HttpServletRequest asked, HttpServletResponse to, FilterChain chain) {
        HostResponse answer = answer();
        try {
            chain.doFilter(asked, to);
        } catch (IOException | ServletException | RuntimeException | Error failure) {
            answer.failed(failure);
        }
        if (async != null) {
            away = true;
            turn.thread().leave();
        } else {
            answer.finish();
        }
    }

    /** Waits until the response is written. A container closes the connection when a filter fails after the commit. */
    private void finish() throws IOException {
        try {
            turn.finish();
        } catch (IOException broken) {
            ServletOut begun = out;
            if (begun != null) {
                begun.beginIfNot();
            }
            throw broken;
        }
    }

    /** The host's own code went asynchronous. */
    AsyncContext started(AsyncContext real) {
        async = real;
        real.addListener(new HostAsyncWatch(this));
        return new HostAsyncContext(real, this);
    }

    /** The host's own code has asked for a dispatch. */
    void dispatched() {
        dispatched = true;
    }

    /** Has the container run what its listeners of the host's code are told. */
    void onContainerThread(Runnable task) {
        AsyncContext context = async;
        if (context == null) {
            throw new IllegalStateException("listeners are for asynchronous processing, which was not started");
        }
        context.start(task);
    }

    /** The host's own code has completed its asynchronous work. */
    void complete(AsyncContext real) {
        answer().finish();
        turn.whenFinished(failure -> end(real, failure));
    }

    private void end(AsyncContext real, @Nullable Throwable failure) {
        try {
            if (failure == null || hostRequest == null) {
                real.complete();
            } else {
                hostRequest.abort(real, response);
            }
        } catch (IllegalStateException ended) {
            // The container has ended the exchange itself, after an error or its time-out.
        }
    }

    /** The container ended the exchange. */
    void ended(Throwable reason) {
        turn.gone(reason);
        answer().failed(reason);
    }

    /** Whether the container dispatched to the host's own code without passing the gateway's filter. */
    boolean isPassedBy() {
        return away && dispatched;
    }

    HostResponse answer() {
        HostResponse answer = hostResponse;
        if (answer == null) {
            throw new IllegalStateException("the host's code did not run");
        }
        return answer;
    }

    HostThread thread() {
        return turn.thread();
    }

    /** Whether the container's own stream can be left to the host's code. */
    boolean isUnread(Body body) {
        return body == received.body() && !content.isTouched();
    }
}
