package dev.gatehouse.jetty;

import dev.gatehouse.host.HostExchange.HostCallback;
import java.util.concurrent.RejectedExecutionException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;

/** One run of the wrapped handler that answers to the gateway. */
final class HostCode implements Runnable, Callback {

    private final GatewayHandler handler;
    private final HostRequest request;
    private final HostResponse response;

    HostCode(GatewayHandler handler, HostRequest request, Response response, HostCallback answer) {
        this.handler = handler;
        this.request = request;
        this.response = new HostResponse(request, response, answer);
    }

    @Override
    public void run() {
        try {
            if (!handler.handleWrapped(request, response, this)) {
                Response.writeError(request, response, this, HttpStatus.NOT_FOUND_404);
            }
        } catch (Exception | Error thrown) {
            failed(thrown);
        }
    }

    @Override
    public void succeeded() {
        response.complete();
    }

    @Override
    public void failed(Throwable failure) {
        if (failure instanceof HttpException && !response.isCommitted()) {
            // The status is part of what the host's code says, and so is the page that its server makes of it.
            Response.writeError(request, response, Callback.from(response::complete, response::fail), failure);
        } else {
            response.fail(failure);
        }
    }

    /**
     * What the host's code wants to have called back, as something that may be run on any thread: if it may block, it
     * goes to the server's executor, since bytes arrive and leave on threads that must not.
     */
    static Runnable onItsThread(Request request, Runnable task) {
        if (Invocable.getInvocationType(task) != Invocable.InvocationType.BLOCKING) {
            return task;
        }
        return () -> {
            try {
                request.getContext().execute(task);
            } catch (RejectedExecutionException full) {
                task.run(); // only a server that stops refuses: better late on this thread than never
            }
        };
    }
}
