package dev.gatehouse.testkit;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How long a test waits for what must come, before it says that it did not: 10 seconds, or what the system property
 * {@code gatehouse.testkit.patience} says, in milliseconds. Nothing waits this long unless it fails.
 */
final class Patience {

    static final String PROPERTY = "gatehouse.testkit.patience";

    private Patience() {}

    static long millis() {
        return Long.getLong(PROPERTY, 10_000);
    }

    static void await(CountDownLatch latch, String otherwise) {
        try {
            if (!latch.await(millis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(otherwise);
            }
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
    }

    static <T> T await(BlockingQueue<T> queue, String otherwise) {
        try {
            T next = queue.poll(millis(), TimeUnit.MILLISECONDS);
            if (next == null) {
                throw new AssertionError(otherwise);
            }
            return next;
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
    }

    /** Waits for a stage that ends regularly. */
    static <T> T await(CompletionStage<T> stage, String otherwise) {
        try {
            return stage.toCompletableFuture().get(millis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException nothing) {
            throw new AssertionError(otherwise, nothing);
        } catch (ExecutionException failed) {
            throw new AssertionError(otherwise, failed.getCause());
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
    }

    private static AssertionError interrupted(InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return new AssertionError("interrupted while waiting", interrupted);
    }
}
