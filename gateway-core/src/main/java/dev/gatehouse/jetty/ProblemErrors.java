package dev.gatehouse.jetty;

import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.internal.host.BodyWriter;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Answers what Jetty refuses by itself in the form that the gateway's own answers have, without Jetty's words. */
final class ProblemErrors implements Request.Handler {

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        dev.gatehouse.http.Response problem = problem(response.getStatus());
        new BodyWriter(problem.body(), new ResponseSink(request, response, problem), failure -> {
                    if (failure == null) {
                        callback.succeeded();
                    } else {
                        callback.failed(failure);
                    }
                })
                .start();
        return true;
    }

    /** What a client is told of a request that could not be parsed. */
    static dev.gatehouse.http.Response problem(int status) {
        return dev.gatehouse.http.Response.problem(status, code(status), detail(status));
    }

    private static String code(int status) {
        if (status == HttpStatus.BAD_REQUEST_400) {
            return Kind.BAD_REQUEST.code();
        }
        String reason = HttpStatus.getMessage(status);
        return reason.toLowerCase(java.util.Locale.ROOT).replace(' ', '-');
    }

    private static String detail(int status) {
        return status == HttpStatus.BAD_REQUEST_400 ? Kind.BAD_REQUEST.detail() : HttpStatus.getMessage(status) + '.';
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
