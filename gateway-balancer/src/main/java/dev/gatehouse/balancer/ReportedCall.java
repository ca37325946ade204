package dev.gatehouse.balancer;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** A call with a lease, which is reported and closed in every case. */
final class ReportedCall {

    private ReportedCall() {}

    static <T> CompletionStage<T> async(
            Lease lease, Function<Endpoint, CompletionStage<T>> call, Function<? super T, Outcome> outcome) {
        CompletionStage<T> stage;
        try {
            stage = Objects.requireNonNull(call.apply(lease.endpoint()), "the call returned no stage");
        } catch (RuntimeException | Error e) {
            lease.report(Outcome.ofFailure(e));
            lease.close();
            return CompletableFuture.failedFuture(e);
        }
        return stage.whenComplete((answer, thrown) -> {
            try (lease) {
                lease.report(thrown == null ? judged(outcome, answer) : Outcome.ofFailure(thrown));
            }
        });
    }

    static <T> Outcome judged(Function<? super T, Outcome> outcome, T answer) {
        return Objects.requireNonNull(outcome.apply(answer), "the outcome of an answer is null");
    }
}
