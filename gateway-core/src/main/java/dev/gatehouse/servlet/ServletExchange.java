package dev.gatehouse.servlet;

import dev.gatehouse.host.Done;
import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request of the container's, on its way through the gateway. It goes one of three ways, which the container's thread
 * settles before it returns: asynchronously; on that thread, if the route ends in the host's own code; or down the chain,
 * untouched. What other threads want before that is held back until then.
 */
final class ServletExchange implements HostExchange {

    private final HostCapabilities capabilities;
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final Request received;

    private final Thread container = Thread.currentThread();
    private final List<Runnable> held = new ArrayList<>(2);
    private boolean settled;
    private volatile @Nullable Way way;
    private @Nullable HostRun hostRun;
    private @Nullable Consumer<Throwable> onGone;
    private boolean passedOn;

    ServletExchange(HostCapabilities capabilities, HttpServletRequest request, HttpServletResponse response) {
        this.capabilities = capabilities;
        this.request = request;
        this.response = response;
        this.received = Requests.received(request, new Content());
    }

    /**
     * What servlets can carry. Trailers of requests are up to the container's settings.
     *
     * @param server the container's name and version
     */
    static HostCapabilities capabilities(String server) {
        String name = server.isEmpty() ? "servlet" : "servlet in " + server;
        return new HostCapabilities(name, false, true, true, true, true, false);
    }

    /** The request for the gateway. */
    Request received() {
        return received;
    }

    /** Ends the gateway's turn on the container's thread: returns to the container, waits, or goes down the chain. */
    void goOn(FilterChain chain) throws IOException, ServletException {
        if (passedOn) {
            chain.doFilter(request, response);
            return;
        }
        way();
        settle();
        if (hostRun != null) {
            hostRun.await(chain);
        }
    }

    /** The way of this exchange. On first use, which is on the container's thread, it becomes the asynchronous one. */
    private Way way() {
        Way chosen = way;
        if (chosen == null) {
            chosen = choose(new AsyncWay(request, response, received));
        }
        return chosen;
    }

    private void settle() {
        List<Runnable> tasks;
        synchronized (this) {
            settled = true;
            tasks = List.copyOf(held);
            held.clear();
        }
        tasks.forEach(Runnable::run);
    }

    /** Does something with the way of this exchange, as soon as that is known. */
    private void onWay(Consumer<Way> action) {
        synchronized (this) {
            if (!settled && Thread.currentThread() != container) {
                held.add(() -> action.accept(way()));
                return;
            }
        }
        action.accept(way());
    }

    private Way choose(Way chosen) {
        way = chosen;
        if (onGone != null) {
            chosen.onGone(onGone);
        }
        return chosen;
    }

    @Override
    public HostCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public void interim(int status, Headers headers) {
        // Servlets have none.
    }

    @Override
    public void respond(Response answer, Done done) {
        onWay(chosen -> chosen.respond(answer, done));
    }

    @Override
    public void onClientGone(Consumer<Throwable> listener) {
        onGone = listener;
        Way chosen = way;
        if (chosen != null) {
            chosen.onGone(listener);
        }
    }

    @Override
    public void willRunHost() {
        if (way == null) {
            hostRun = new HostRun(request, response, received);
            choose(hostRun);
        }
    }

    @Override
    public void toHost(Request changed, HostCallback callback) {
        Objects.requireNonNull(hostRun, "willRunHost was not called").start(changed, callback);
    }

    @Override
    public boolean passesUnmatched() {
        return true;
    }

    @Override
    public void passOn() {
        if (way != null) {
            throw new IllegalStateException("the request was touched before it was passed on");
        }
        passedOn = true;
    }

    /** The content, on whichever way it goes. */
    private final class Content implements Body.Source {

        @Override
        public @Nullable Chunk read() {
            Way chosen = way;
            if (chosen != null) {
                return chosen.content().read();
            }
            return Thread.currentThread() == container ? way().content().read() : null;
        }

        @Override
        public void demand(Runnable onAvailable) {
            onWay(chosen -> chosen.content().demand(onAvailable));
        }

        @Override
        public void cancel(Throwable reason) {
            Way chosen = way;
            if (chosen != null) {
                chosen.content().cancel(reason);
            } else if (Thread.currentThread() != container) {
                onWay(later -> later.content().cancel(reason));
            }
        }

        @Override
        public Headers trailers() {
            Way chosen = way;
            return chosen == null ? Headers.empty() : chosen.content().trailers();
        }
    }
}
