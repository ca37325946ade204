package dev.gatehouse;

import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * A policy around what comes next: it may change the request, answer by itself, let it pass, and change the response.
 *
 * <p>The first filter added is the outermost. {@code apply} is called from an I/O thread and must not block; what has to
 * block uses {@link #blocking}. It calls {@link Chain#proceed} at most once, and never returns null. What it throws
 * becomes an error response that outer filters see ({@link Response#failure()}), and so does every failure further in:
 * a stage from {@code proceed} ends normally. Implementations are safe for use by several threads.
 *
 * <p>{@code apply} costs a stage for each request. Policies that mostly decide at once cost none as {@link #onRequest},
 * {@link #onResponse} or {@link PhaseFilter}.
 */
@FunctionalInterface
public interface Filter {

    /**
     * Handles one request.
     *
     * @param request the request, as outer filters left it
     * @param next the rest of the way, and the exchange
     * @return the response, sooner or later
     */
    CompletionStage<Response> apply(Request request, Chain next);

    /**
     * What explanations, logs and errors call this filter.
     *
     * @return the simple name of the class unless overridden
     */
    default String name() {
        String simple = getClass().getSimpleName();
        int lambda = simple.indexOf("$$Lambda");
        return lambda < 0 ? simple : simple.substring(0, lambda) + " lambda";
    }

    /**
     * A filter that changes requests.
     *
     * @param change makes the changed request; must not block
     * @return a filter
     */
    static Filter onRequest(UnaryOperator<Request> change) {
        return onRequest("onRequest", change);
    }

    /**
     * A filter that changes requests.
     *
     * @param name for explanations, logs and errors
     * @param change makes the changed request; must not block
     * @return a filter
     */
    static Filter onRequest(String name, UnaryOperator<Request> change) {
        return PhaseFilter.named(name, (request, exchange) -> Verdict.proceed(change.apply(request)));
    }

    /**
     * A filter that changes responses, those that stand for errors included.
     *
     * @param change makes the changed response; must not block
     * @return a filter
     */
    static Filter onResponse(UnaryOperator<Response> change) {
        return onResponse("onResponse", change);
    }

    /**
     * A filter that changes responses, those that stand for errors included.
     *
     * @param name for explanations, logs and errors
     * @param change makes the changed response; must not block
     * @return a filter
     */
    static Filter onResponse(String name, UnaryOperator<Response> change) {
        return PhaseFilter.named(name, (request, exchange) -> Verdict.proceed(request, change));
    }

    /**
     * A filter that may block: it runs on a virtual thread where the JVM has them (Java 21), and otherwise on a bounded
     * pool of the gateway that answers 503 when it is full ({@link GatewayBuilder#blockingThreads}).
     *
     * @param filter what to do
     * @return a filter
     */
    static Filter blocking(BlockingFilter filter) {
        return blocking("blocking", filter);
    }

    /**
     * A filter that may block.
     *
     * @param name for explanations, logs and errors
     * @param filter what to do
     * @return a filter
     */
    static Filter blocking(String name, BlockingFilter filter) {
        return new BlockingAdapter(name, filter);
    }

    /**
     * An answer that is there at once, for use in {@link #apply}.
     *
     * @param response the answer
     * @return a finished stage
     */
    static CompletionStage<Response> answer(Response response) {
        return CompletableFuture.completedFuture(response);
    }
}
