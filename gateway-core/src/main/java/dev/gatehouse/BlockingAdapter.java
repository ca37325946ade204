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
            Waiter waiter = new Waiter(Thread.currentThread());
            next.exchange().onCancel(reason -> waiter.interrupt());
            Response response;
            try {
                response = filter.apply(request, new Waiting(next));
            } catch (Throwable thrown) {
                waiter.leave();
                answer.completeExceptionally(thrown);
                return;
            }
            waiter.leave();
            answer.complete(response);
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

    /** The pool's thread, while it is the filter's: interrupted then, and never in what it does next. */
    private static final class Waiter {

        private final Thread thread;
        private boolean left;

        Waiter(Thread thread) {
            this.thread = thread;
        }

        synchronized void interrupt() {
            if (!left) {
                thread.interrupt();
            }
        }

        /** Called by the thread: what interrupts it had so far are forgotten. */
        synchronized void leave() {
            left = true;
            Thread.interrupted();
        }
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
