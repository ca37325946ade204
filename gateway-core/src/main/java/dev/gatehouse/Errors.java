package dev.gatehouse;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Response;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** From what was thrown to what a client is told. */
final class Errors {

    private Errors() {}

    /** The plain report: nothing in it comes from the inside. */
    static Response problem(GatewayException failure) {
        Kind kind = failure.kind();
        return Response.problem(kind.status(), kind.code(), kind.detail()).withFailure(failure);
    }

    /** What a filter or handler threw, as the failure of that filter. */
    static GatewayException ofFilter(String name, Throwable thrown) {
        Throwable cause = unwrap(thrown);
        if (cause instanceof GatewayException failure) {
            return failure;
        }
        return new GatewayException(Kind.FILTER_FAILED, RequestSent.MAYBE, name + " failed: " + cause, cause);
    }

    /** A filter or handler broke its contract. */
    static GatewayException breach(String name, String breach) {
        return new GatewayException(Kind.FILTER_FAILED, name + " " + breach);
    }

    static GatewayException of(@Nullable Throwable thrown, Kind kind, RequestSent sent) {
        return thrown instanceof GatewayException failure
                ? failure
                : new GatewayException(kind, sent, String.valueOf(thrown), thrown);
    }

    private static Throwable unwrap(Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
