package dev.gatehouse.jetty;

import dev.gatehouse.Gateway;
import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.internal.host.Serving;
import dev.gatehouse.jetty.client.internal.ServerParts;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway as a handler of a Jetty server that is there already.
 *
 * <p>Requests that no route matches go to the wrapped handler, untouched, and so do those whose route ends in
 * {@code toHost()}, once the filters have let them through. Without a wrapped handler an unmatched request is answered
 * 404 by the gateway.
 *
 * <p><b>Threads.</b> The handler never blocks and says so, and Jetty runs it on the thread that read the request. The
 * wrapped handler runs on the server's executor, unless it says that it does not block either. Jetty judges a whole tree of
 * handlers by its slowest: where another one beside or above this one may block, every request is handed to another
 * thread, and a warning says so at start.
 *
 * <p><b>Sharing.</b> A gateway that was given no transport calls upstreams over HTTP/1.1 in clear text with the server's
 * threads, timers and buffers while the server runs. It keeps half as many threads as there are processors, at least 1; name
 * look-ups take others for a moment. It has parts of its own for HTTP/2 and TLS, while it is in two servers, and where the
 * server's pool is not a {@code QueuedThreadPool} or has, at the first call, fewer free threads than one for each processor
 * and 8. Calls that go over the server's threads when it stops fail, or are tried again as the retry policy says; later
 * ones go over threads of the gateway's own.
 *
 * <p><b>Paths.</b> Routes match the whole path of the request, also inside a {@code ContextHandler}. Jetty's own rules
 * for paths and messages still apply before; {@link GatewayServer} relaxes them so that the gateway's decide.
 */
public final class GatewayHandler extends Handler.Wrapper {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayHandler.class);

    private final Serving serving;
    private volatile @Nullable HostCapabilities capabilities;

    /** What the server lends while this runs. */
    private @Nullable ServerParts lent;

    GatewayHandler(Serving serving) {
        this.serving = serving;
    }

    /**
     * A handler without a wrapped one; {@link #setHandler} sets it, before the start.
     *
     * @param gateway what serves; not closed when the handler stops
     * @return a new handler
     */
    public static GatewayHandler of(Gateway gateway) {
        return new GatewayHandler(Serving.by(gateway));
    }

    /**
     * A handler around another one.
     *
     * @param gateway what serves; not closed when the handler stops
     * @param wrapped the host's own code
     * @return a new handler
     */
    public static GatewayHandler of(Gateway gateway, Handler wrapped) {
        GatewayHandler handler = of(gateway);
        handler.setHandler(Objects.requireNonNull(wrapped));
        return handler;
    }

    @Override
    protected void doStart() throws Exception {
        // The last one: over HTTP/1.1, Jetty does not look at a connection whose client only waits.
        HostCapabilities current = new HostCapabilities("jetty", true, true, true, true, getHandler() != null, false);
        capabilities = current;
        serving.attach(current);
        super.doStart();
        lend();
        List<String> blocking = blockingHandlers();
        if (!blocking.isEmpty()) {
            LOG.warn(
                    "Every request changes threads before it reaches the gateway, because Jetty must expect these"
                            + " handlers to block: {}. Put them inside the gateway's handler, or make them NON_BLOCKING.",
                    blocking);
        }
    }

    private void lend() {
        Server server = getServer();
        if (server != null) {
            ServerParts parts =
                    new ServerParts(server.getThreadPool(), server.getScheduler(), server.getByteBufferPool());
            lent = parts;
            serving.lend(parts);
        }
    }

    @Override
    protected void doStop() throws Exception {
        try {
            super.doStop();
        } finally {
            ServerParts parts = lent;
            if (parts != null) {
                lent = null;
                serving.takeBack(parts);
            }
        }
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        JettyExchange exchange = new JettyExchange(this, request, response, callback);
        serving.serve(exchange.received(), exchange);
        if (exchange.served()) {
            return true;
        }
        Handler wrapped = getHandler();
        if (wrapped != null && wrapped.getInvocationType() != InvocationType.BLOCKING) {
            return wrapped.handle(exchange.untouched(), response, callback);
        }
        dispatchUnmatched(exchange.untouched(), response, callback);
        return true;
    }

    /** NON_BLOCKING, whatever is wrapped: it gets threads of its own. */
    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    HostCapabilities capabilities() {
        return Objects.requireNonNull(capabilities, "the handler was not started");
    }

    /** Leaves a request to the wrapped handler, on the server's executor. */
    void dispatchUnmatched(Request request, Response response, Callback callback) {
        boolean accepted = dispatch(request, () -> {
            try {
                if (!handleWrapped(request, response, callback)) {
                    Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
                }
            } catch (Exception | Error failure) {
                callback.failed(failure);
            }
        });
        if (!accepted) {
            Response.writeError(request, response, callback, HttpStatus.SERVICE_UNAVAILABLE_503);
        }
    }

    boolean handleWrapped(Request request, Response response, Callback callback) throws Exception {
        Handler wrapped = getHandler();
        return wrapped != null && wrapped.handle(request, response, callback);
    }

    /** Runs code that may block, in the request's context; false if the executor is full. */
    boolean dispatch(Request request, Runnable code) {
        try {
            request.getContext().execute(code);
            return true;
        } catch (RejectedExecutionException full) {
            LOG.debug("the server's executor is full", full);
            return false;
        }
    }

    static GatewayException overloaded() {
        return new GatewayException(GatewayException.Kind.REJECTED_OVERLOAD, "the server's executor is full");
    }

    /** The handlers around this one that may block, and so make Jetty dispatch every request. */
    private List<String> blockingHandlers() {
        List<String> blocking = new ArrayList<>();
        if (getServer() != null) {
            collectBlocking(getServer(), blocking);
        }
        return blocking;
    }

    private static void collectBlocking(Handler handler, List<String> blocking) {
        if (handler.getInvocationType() != InvocationType.BLOCKING) {
            return;
        }
        int before = blocking.size();
        if (handler instanceof Handler.Container container) {
            for (Handler child : container.getHandlers()) {
                collectBlocking(child, blocking);
            }
        }
        if (blocking.size() == before) {
            blocking.add(handler.getClass().getName());
        }
    }
}
