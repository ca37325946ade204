package dev.gatehouse;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/** A blocking filter as a filter: it moves to a thread that may wait. */
final class BlockingAdapter implements Filter {

    private final String name;
    private final BlockingFilter filter;

    BlockingAdapter(String name, BlockingFilter filter) {
        this.name = name;
        this.filter = filter;
    }

    @Override
    public CompletionStage<Response> apply(Request request, Chain next) {
        CompletableFuture<Response> answer = new CompletableFuture<>();
        next.exchange().services().blocking().run(() -> {
            Thread thread = Thread.currentThread();
            next.exchange().onCancel(reason -> {
                if (!answer.isDone()) {
                    thread.interrupt();
                }
            });
            try {
                answer.complete(filter.apply(request, new Waiting(next)));
            } catch (Throwable thrown) {
                answer.completeExceptionally(thrown);
            }
            // A pooled thread must not carry a late interrupt into the next task.
            Thread.interrupted();
        });
        return answer;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String toString() {
        return name;
    }

    private record Waiting(Chain chain) implements BlockingFilter.Next {

        @Override
        public Response proceed(Request request) throws InterruptedException {
            try {
                return chain.proceed(request).toCompletableFuture().get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof GatewayException failure
                        ? failure
                        : new GatewayException(
                                Kind.FILTER_FAILED, GatewayException.RequestSent.MAYBE, "next failed", e.getCause());
            }
        }

        @Override
        public Exchange exchange() {
            return chain.exchange();
        }
    }
}
