package dev.gatehouse;

import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What the request phase of a {@link PhaseFilter} decided. */
public final class Verdict {

    /** Exactly one of these three is there; {@code onResponse} only beside {@code request}. */
    final @Nullable Request request;

    final @Nullable Response response;
    final @Nullable CompletionStage<Verdict> later;

    final @Nullable UnaryOperator<Response> onResponse;

    private Verdict(
            @Nullable Request request,
            @Nullable Response response,
            @Nullable CompletionStage<Verdict> later,
            @Nullable UnaryOperator<Response> onResponse) {
        this.request = request;
        this.response = response;
        this.later = later;
        this.onResponse = onResponse;
    }

    /**
     * Goes on.
     *
     * @param request the request for the rest of the way
     * @return a verdict
     */
    public static Verdict proceed(Request request) {
        return new Verdict(Objects.requireNonNull(request), null, null, null);
    }

    /**
     * Goes on, and sees the response.
     *
     * @param request the request for the rest of the way
     * @param onResponse the response phase: called once with the response from further in, also with one that stands
     *     for an error; must not block
     * @return a verdict
     */
    public static Verdict proceed(Request request, UnaryOperator<Response> onResponse) {
        return new Verdict(Objects.requireNonNull(request), null, null, Objects.requireNonNull(onResponse));
    }

    /**
     * Answers; nothing further in sees the request.
     *
     * @param response the answer
     * @return a verdict
     */
    public static Verdict answer(Response response) {
        return new Verdict(null, Objects.requireNonNull(response), null, null);
    }

    /**
     * Has to wait for something before it can decide.
     *
     * @param verdict ends with the decision; its failure is the filter's failure
     * @return a verdict
     */
    public static Verdict later(CompletionStage<Verdict> verdict) {
        return new Verdict(null, null, Objects.requireNonNull(verdict), null);
    }

    /** The verdict carried out by a filter of the general form. */
    CompletionStage<Response> apply(Chain next) {
        if (later != null) {
            return later.thenCompose(verdict -> verdict.apply(next));
        }
        if (response != null) {
            return CompletableFuture.completedFuture(response);
        }
        CompletionStage<Response> answer = next.proceed(Objects.requireNonNull(request));
        return onResponse == null ? answer : answer.thenApply(onResponse);
    }
}
