package dev.gatehouse.balancer;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Function;

/** What is made of the answer to a question that is under way. */
final class PendingAnswer {

    private PendingAnswer() {}

    /**
     * Ends with what is made of an answer, or with what is thrown then. Whoever cancels it ends the question, so that nothing of
     * the exchange is left.
     */
    static <A, T> CompletableFuture<T> map(CompletionStage<A> answer, Function<? super A, ? extends T> made) {
        CompletableFuture<T> result = new CompletableFuture<>();
        var unusedAnswer = answer.whenComplete((given, failure) -> {
            if (failure != null) {
                result.completeExceptionally(failure);
                return;
            }
            try {
                result.complete(made.apply(given));
            } catch (RuntimeException | Error thrown) {
                result.completeExceptionally(thrown);
            }
        });
        var unusedResult = result.whenComplete((none, failure) -> {
            if (answer instanceof Future<?> future) {
                future.cancel(true);
            }
        });
        return result;
    }
}
