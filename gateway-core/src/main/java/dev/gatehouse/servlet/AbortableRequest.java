package dev.gatehouse.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * A request through which an asynchronous exchange can be broken off, so that the client can tell. Servlets have no call
 * for this, and every container has its own way.
 *
 * <p>Jetty takes the status -1 for it. Other containers close the connection when what they run fails after the response
 * was committed: so they are asked to dispatch this request, and it fails as soon as the container looks at it, before any
 * code of the application's runs.
 */
class AbortableRequest extends HttpServletRequestWrapper {

    private static final int JETTY_ABORT = -1;

    private volatile boolean aborted;

    AbortableRequest(HttpServletRequest request) {
        super(request);
    }

    /**
     * Breaks off the exchange that was started with this request.
     *
     * @param response the container's response
     */
    final void abort(AsyncContext async, HttpServletResponse response) {
        if (getServletContext().getServerInfo().startsWith("jetty/")) {
            try {
                response.sendError(JETTY_ABORT);
            } catch (IOException alreadyGone) {
                // That is what was asked for.
            }
        } else {
            aborted = true;
            async.dispatch("/");
        }
    }

    private void check() {
        if (aborted) {
            throw new AbortedException();
        }
    }

    @Override
    public String getMethod() {
        check();
        return super.getMethod();
    }

    @Override
    public HttpServletMapping getHttpServletMapping() {
        check();
        return super.getHttpServletMapping();
    }

    @Override
    public String getServletPath() {
        check();
        return super.getServletPath();
    }

    /** Not a failure of anything: the container's log need not show where it came from. */
    private static final class AbortedException extends IllegalStateException {

        private static final long serialVersionUID = 1L;

        AbortedException() {
            super("the gateway breaks off a response that cannot be completed");
            setStackTrace(new StackTraceElement[0]);
        }
    }
}
