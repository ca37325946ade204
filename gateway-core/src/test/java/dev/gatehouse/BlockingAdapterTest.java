package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gatehouse.http.ClientInfo;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.PathVariables;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a blocking filter's thread is interrupted for, and what it takes with it. */
final class BlockingAdapterTest {

    private final CountDownLatch interrupting = new CountDownLatch(1);
    private final CompletableFuture<Boolean> next = new CompletableFuture<>();
    private final ExecutorService pool = Executors.newSingleThreadExecutor(LateInterrupts::new);

    @AfterEach
    void stop() {
        pool.shutdownNow();
    }

    /** A thread that is interrupted as late as can be: when it waits for whoever interrupts it, or does the next task. */
    private final class LateInterrupts extends Thread {

        LateInterrupts(Runnable task) {
            super(task);
        }

        @Override
        public void interrupt() {
            interrupting.countDown();
            await().until(() -> getState() == State.BLOCKED || next.isDone());
            super.interrupt();
        }
    }

    private record Handler(Exchange exchange) implements Chain {

        @Override
        public CompletionStage<Response> proceed(Request request) {
            return CompletableFuture.completedFuture(Response.of(204));
        }
    }

    private Exchange exchange(Request request) {
        Listeners listeners = new Listeners(List.of());
        Services services = new Services(
                new VirtualClock(),
                new BlockingExecutor(pool),
                new Watchdog(listeners),
                listeners,
                ErrorHandler.problem());
        return new Exchange(
                request, ClientInfo.of(null, "http", "a"), "route", PathVariables.none(), Duration.ZERO, services);
    }

    @Test
    void aCancellationReachesTheFilterThatWaits() throws Exception {
        Request request = Request.get("/x").build();
        Exchange exchange = exchange(request);
        CompletableFuture<Throwable> interrupted = new CompletableFuture<>();
        CountDownLatch waits = new CountDownLatch(1);
        next.complete(false);
        CompletionStage<Response> answer = Filter.blocking((asked, chain) -> {
                    waits.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException cancelled) {
                        interrupted.complete(cancelled);
                    }
                    return chain.proceed(asked);
                })
                .apply(request, new Handler(exchange));
        assertThat(waits.await(10, TimeUnit.SECONDS)).isTrue();

        exchange.cancel(new GatewayException(Kind.CLIENT_GONE, "gone"));

        assertThat(interrupted.get(10, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        assertThat(answer.toCompletableFuture().get(10, TimeUnit.SECONDS).status())
                .isEqualTo(204);
    }

    @Test
    void anInterruptThatComesTooLateIsNotTheNextTasks() throws Exception {
        Request request = Request.get("/x").build();
        Exchange exchange = exchange(request);
        CompletableFuture<Boolean> seen = new CompletableFuture<>();
        CountDownLatch running = new CountDownLatch(1);
        CompletionStage<Response> answer = Filter.blocking((asked, chain) -> {
                    running.countDown();
                    interrupting.await();
                    return chain.proceed(asked);
                })
                .apply(request, new Handler(exchange));
        CountDownLatch interrupted = new CountDownLatch(1);
        pool.execute(() -> {
            next.complete(true);
            awaitUninterrupted(interrupted);
            seen.complete(Thread.currentThread().isInterrupted());
        });
        assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();

        exchange.cancel(new GatewayException(Kind.CLIENT_GONE, "gone"));
        interrupted.countDown();

        assertThat(seen.get(10, TimeUnit.SECONDS)).isFalse();
        assertThat(answer.toCompletableFuture().get(10, TimeUnit.SECONDS).status())
                .isEqualTo(204);
    }

    /** What follows the answer runs on the same thread, and is no part of the filter. */
    @Test
    void anInterruptDoesNotReachWhatFollowsTheFilter() throws Exception {
        Request request = Request.get("/x").build();
        Exchange exchange = exchange(request);
        next.complete(false);
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        CompletionStage<Response> answer = Filter.blocking((asked, chain) -> {
                    goOn.join();
                    Thread.currentThread().interrupt();
                    return chain.proceed(asked.withMethod("PUT"));
                })
                .apply(request, new Handler(exchange));
        CompletableFuture<Boolean> after = answer.thenApply(
                        response -> Thread.currentThread().isInterrupted())
                .toCompletableFuture();

        goOn.complete(null);

        assertThat(after.get(10, TimeUnit.SECONDS)).isFalse();
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        boolean wasInterrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException leaked) {
                wasInterrupted = true;
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
