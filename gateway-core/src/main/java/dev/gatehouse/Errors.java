package dev.gatehouse;

import dev.gatehouse.balancer.NoEndpointException;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Response;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** From what was thrown to what a client is told. */
final class Errors {

    /** Seconds; nobody knows when calls end, and this is the least that the field can say. */
    private static final String RETRY_SOON = "1";

    private Errors() {}

    /** The plain report: nothing in it comes from the inside. */
    static Response problem(GatewayException failure) {
        Kind kind = failure.kind();
        if (kind == Kind.NO_ENDPOINT && failure.getCause() instanceof NoEndpointException none) {
            return noEndpoint(kind, none).withFailure(failure);
        }
        return Response.problem(kind.status(), kind.code(), kind.detail()).withFailure(failure);
    }

    /** Which limit was reached, or that nothing is usable: numbers, but no addresses. */
    private static Response noEndpoint(Kind kind, NoEndpointException none) {
        String detail = kind.detail() + " " + sentence(Objects.requireNonNull(none.getMessage()));
        Response problem = Response.problem(kind.status(), kind.code(), detail);
        if (none.retryAfter().isPresent()) {
            return problem.withHeader("Retry-After", seconds(none.retryAfter().get()));
        }
        return none.limited() ? problem.withHeader("Retry-After", RETRY_SOON) : problem;
    }

    /** Rounded up, since a client that comes too early has come in vain. */
    private static String seconds(Duration wait) {
        return String.valueOf(
                Math.max(1, wait.plusNanos(Duration.ofSeconds(1).toNanos() - 1).toSeconds()));
    }

    private static String sentence(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".";
    }

    /** The balancer of an upstream has refused a call. */
    static Response noEndpoint(String upstream, Throwable refused) {
        return problem(new GatewayException(
                Kind.NO_ENDPOINT, RequestSent.NO, "upstream " + upstream + ": " + refused.getMessage(), refused));
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
