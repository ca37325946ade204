package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Calls that wait, first come first served, since a limit of calls in flight is reached. Whoever frees a place, or changes
 * what may be chosen, calls {@link #wake}: one thread at a time then gives places to those that wait, without holding a lock
 * while it chooses.
 *
 * <p>No wake-up is lost: who begins to wait counts itself first and tries again then, and who frees a place does so before
 * it looks whether anybody waits.
 */
final class PendingCalls {

    private final Choosing choosing;
    private final TimeSource time;
    private final int limit;
    private final Duration longest;

    /** Those that wait, the first first. Guards itself and {@code closed}; never held while others' code runs. */
    private final Set<Waiter> waiters = new LinkedHashSet<>();

    private boolean closed;

    /** The size of {@code waiters}, for those who only look. */
    private volatile int waiting;

    /** More than 0 while a thread gives places to those that wait: how often it was asked to look. */
    private final AtomicInteger asked = new AtomicInteger();

    /** What is still to be told. One thread at a time tells it, so that calls that end at once do not nest. */
    private final Queue<Runnable> answers = new ConcurrentLinkedQueue<>();

    /** More than 0 while a thread tells. */
    private final AtomicInteger telling = new AtomicInteger();

    PendingCalls(Choosing choosing, TimeSource time, PendingLimit limit) {
        this.choosing = choosing;
        this.time = time;
        this.limit = limit.calls();
        this.longest = limit.longest();
    }

    /** A call that waits; it may end otherwise at any time, such as by being cancelled. */
    private static final class Waiter extends CompletableFuture<Lease> {

        private final PickContext context;

        Waiter(PickContext context) {
            this.context = context;
        }
    }

    int count() {
        return waiting;
    }

    /** A place at once; not before those that wait. */
    @Nullable
    Lease tryNow(PickContext context) {
        if (waiting > 0) {
            return null;
        }
        Lease lease = choosing.tryNow(context);
        // Counted for a moment, this call may have hidden a place from those that wait.
        wake();
        return lease;
    }

    /** A place, now or within the time. */
    CompletionStage<Lease> acquire(PickContext context) {
        Lease lease = tryNow(context);
        if (lease != null) {
            return CompletableFuture.completedFuture(lease);
        }
        NoEndpointException hopeless = choosing.hopeless();
        return hopeless == null ? enqueue(context) : CompletableFuture.failedFuture(hopeless);
    }

    /** A place, for a thread that can wait for it. */
    Lease await(PickContext context) {
        CompletableFuture<Lease> place = acquire(context).toCompletableFuture();
        try {
            return place.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (!place.cancel(false) && !place.isCompletedExceptionally()) {
                place.join().close();
            }
            throw choosing.limited("the call was interrupted while it waited");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof NoEndpointException none ? none : new IllegalStateException(e.getCause());
        }
    }

    /** A call as soon as there is a place; one whose result is there before, such as by being cancelled, waits no more. */
    <T> CompletionStage<T> call(PickContext context, Function<Lease, CompletionStage<T>> call) {
        CompletableFuture<Lease> place = acquire(context).toCompletableFuture();
        CompletableFuture<T> result = new CompletableFuture<>();
        var unusedGiven = place.whenComplete((lease, refused) -> {
            if (lease == null) {
                result.completeExceptionally(refused);
            } else if (result.isDone()) {
                lease.close();
            } else {
                var unusedCall = call.apply(lease).whenComplete((answer, thrown) -> {
                    if (thrown == null) {
                        result.complete(answer);
                    } else {
                        result.completeExceptionally(thrown);
                    }
                });
            }
        });
        var unusedEnd = result.whenComplete((answer, thrown) -> place.cancel(false));
        return result;
    }

    private CompletionStage<Lease> enqueue(PickContext context) {
        Waiter waiter = new Waiter(context);
        synchronized (waiters) {
            if (closed || waiters.size() >= limit) {
                String full = closed ? "the balancer is closed" : limit + " calls wait already";
                return CompletableFuture.failedFuture(choosing.limited(full));
            }
            waiters.add(waiter);
            waiting = waiters.size();
        }
        TimeSource.Timer timer = time.schedule(() -> expire(waiter), longest);
        var unused = waiter.whenComplete((lease, failure) -> {
            timer.cancel();
            remove(waiter);
        });
        wake();
        return waiter;
    }

    private void expire(Waiter waiter) {
        if (!waiter.isDone()) {
            remove(waiter);
            waiter.completeExceptionally(choosing.limited("the call has waited for " + longest.toMillis() + " ms"));
        }
    }

    private void remove(Waiter waiter) {
        synchronized (waiters) {
            waiters.remove(waiter);
            waiting = waiters.size();
        }
    }

    private @Nullable Waiter first() {
        synchronized (waiters) {
            Iterator<Waiter> all = waiters.iterator();
            return all.hasNext() ? all.next() : null;
        }
    }

    /** A place may be free, or none may be usable any more. */
    void wake() {
        if (waiting == 0 || asked.getAndIncrement() != 0) {
            return;
        }
        Queue<Runnable> due = new ArrayDeque<>();
        int seen;
        do {
            seen = asked.get();
            serve(due);
        } while (asked.addAndGet(-seen) != 0);
        answer(due);
    }

    /** Gives places to those that wait, until there is none for the first of them. */
    private void serve(Queue<Runnable> due) {
        for (Waiter waiter = first(); waiter != null; waiter = first()) {
            Lease lease = choosing.tryNow(waiter.context);
            NoEndpointException hopeless = lease == null ? choosing.hopeless() : null;
            if (lease == null && hopeless == null) {
                return;
            }
            remove(waiter);
            due.add(answer(waiter, lease, hopeless));
        }
    }

    private static Runnable answer(Waiter waiter, @Nullable Lease lease, @Nullable NoEndpointException hopeless) {
        return () -> {
            if (hopeless != null) {
                waiter.completeExceptionally(hopeless);
            } else if (lease != null && !waiter.complete(lease)) {
                // It has been cancelled, or its time is over: the place goes to the next one.
                lease.close();
            }
        };
    }

    private void answer(Collection<Runnable> more) {
        if (more.isEmpty()) {
            return;
        }
        answers.addAll(more);
        if (telling.getAndIncrement() > 0) {
            return;
        }
        int seen = 1;
        do {
            for (Runnable next = answers.poll(); next != null; next = answers.poll()) {
                next.run();
            }
            seen = telling.addAndGet(-seen);
        } while (seen > 0);
    }

    /** Nobody waits any more. */
    void close() {
        Queue<Runnable> due = new ArrayDeque<>();
        synchronized (waiters) {
            closed = true;
            waiters.forEach(
                    waiter -> due.add(() -> waiter.completeExceptionally(choosing.limited("the balancer is closed"))));
            waiters.clear();
            waiting = 0;
        }
        answer(due);
    }
}
