package dev.gatehouse;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Where blocking filters run: virtual threads where the JVM has them, else a bounded pool that rejects when it is full. */
final class BlockingExecutor implements AutoCloseable {

    private static final long IDLE_SECONDS = 60;

    private final ExecutorService executor;

    BlockingExecutor(int maxThreads) {
        this(virtualOr(maxThreads));
    }

    BlockingExecutor(ExecutorService executor) {
        this.executor = executor;
    }

    /** Runs a task on a thread that may block. */
    void run(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            throw new GatewayException(Kind.REJECTED_OVERLOAD, "all threads for blocking filters are busy");
        }
    }

    @Override
    public void close() {
        executor.shutdown();
    }

    /** The baseline is Java 17, so the factory of Java 21 is looked up by name. */
    private static ExecutorService virtualOr(int maxThreads) {
        try {
            return (ExecutorService) MethodHandles.publicLookup()
                    .findStatic(
                            Executors.class,
                            "newVirtualThreadPerTaskExecutor",
                            MethodType.methodType(ExecutorService.class))
                    .invoke();
        } catch (Throwable notThere) {
            return pool(maxThreads);
        }
    }

    static ExecutorService pool(int maxThreads) {
        AtomicInteger count = new AtomicInteger();
        return new ThreadPoolExecutor(0, maxThreads, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "gatehouse-blocking-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }
}
