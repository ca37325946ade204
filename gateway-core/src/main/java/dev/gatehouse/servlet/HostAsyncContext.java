package dev.gatehouse.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;

/** The asynchronous exchange of the host's own code. Its completion waits for the gateway's response. */
final class HostAsyncContext implements AsyncContext {

    private final AsyncContext real;
    private final HostRun run;

    HostAsyncContext(AsyncContext real, HostRun run) {
        this.real = real;
        this.run = run;
    }

    @Override
    public ServletRequest getRequest() {
        return real.getRequest();
    }

    @Override
    public ServletResponse getResponse() {
        return real.getResponse();
    }

    @Override
    public boolean hasOriginalRequestAndResponse() {
        return real.getRequest() instanceof HostRequest && real.getResponse() instanceof HostResponse;
    }

    @Override
    public void dispatch() {
        run.dispatched();
        real.dispatch();
    }

    @Override
    public void dispatch(String path) {
        run.dispatched();
        real.dispatch(path);
    }

    @Override
    public void dispatch(ServletContext context, String path) {
        run.dispatched();
        real.dispatch(context, path);
    }

    @Override
    public void complete() {
        run.complete(real);
    }

    @Override
    public void start(Runnable task) {
        real.start(task);
    }

    @Override
    public void addListener(AsyncListener listener) {
        real.addListener(new Told(listener));
    }

    @Override
    public void addListener(AsyncListener listener, ServletRequest request, ServletResponse response) {
        real.addListener(new Told(listener), request, response);
    }

    @Override
    public <T extends AsyncListener> T createListener(Class<T> type) throws ServletException {
        return real.createListener(type);
    }

    @Override
    public void setTimeout(long millis) {
        real.setTimeout(millis);
    }

    @Override
    public long getTimeout() {
        return real.getTimeout();
    }

    /** A listener of the host's, told of this context and not of the container's, which it might complete. */
    private final class Told implements AsyncListener {

        private final AsyncListener listener;

        Told(AsyncListener listener) {
            this.listener = listener;
        }

        private AsyncEvent ours(AsyncEvent event) {
            return new AsyncEvent(
                    HostAsyncContext.this,
                    event.getSuppliedRequest(),
                    event.getSuppliedResponse(),
                    event.getThrowable());
        }

        @Override
        public void onComplete(AsyncEvent event) throws IOException {
            listener.onComplete(ours(event));
        }

        @Override
        public void onTimeout(AsyncEvent event) throws IOException {
            listener.onTimeout(ours(event));
        }

        @Override
        public void onError(AsyncEvent event) throws IOException {
            listener.onError(ours(event));
        }

        @Override
        public void onStartAsync(AsyncEvent event) throws IOException {
            listener.onStartAsync(ours(event));
        }
    }
}
