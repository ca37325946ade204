package dev.gatehouse.testkit;

import dev.gatehouse.Chain;
import dev.gatehouse.Exchange;
import dev.gatehouse.Filter;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A filter on its way through one request, watched: what it calls, what it gives back, and whether it waits. */
final class WatchedFilter implements Filter {

    private final Filter filter;
    private final AtomicInteger proceeded = new AtomicInteger();
    private final CountDownLatch returned = new CountDownLatch(1);
    private volatile boolean answeredNull;
    private volatile long waits;
    private volatile @Nullable Thread caller;

    WatchedFilter(Filter filter) {
        this.filter = filter;
    }

    /** How often it went on. */
    int proceeded() {
        return proceeded.get();
    }

    /** Whether it gave back no stage, or a stage without a response. */
    boolean answeredNull() {
        return answeredNull;
    }

    /** How often the thread that called it had to wait. */
    long waits() {
        return waits;
    }

    /** Becomes zero when it gives its thread back. */
    CountDownLatch returned() {
        return returned;
    }

    /** Where the thread that called it is, for messages. */
    String callerStack() {
        Thread thread = caller;
        StringBuilder stack = new StringBuilder();
        if (thread != null) {
            for (StackTraceElement element : thread.getStackTrace()) {
                stack.append("\n\tat ").append(element);
            }
        }
        return stack.toString();
    }

    @Override
    @SuppressWarnings("NullAway") // a broken filter does answer null, and the gateway must see it
    public CompletionStage<Response> apply(Request request, Chain next) {
        caller = Thread.currentThread();
        long before = Waits.ofThisThread();
        try {
            CompletionStage<Response> stage = filter.apply(request, new Counting(next));
            if (stage == null) {
                answeredNull = true;
                return null;
            }
            return stage.whenComplete((response, thrown) -> answeredNull |= response == null && thrown == null);
        } finally {
            waits = Waits.ofThisThread() - before;
            returned.countDown();
        }
    }

    @Override
    public String name() {
        return filter.name();
    }

    private final class Counting implements Chain {

        private final Chain next;

        Counting(Chain next) {
            this.next = next;
        }

        @Override
        public CompletionStage<Response> proceed(Request request) {
            proceeded.incrementAndGet();
            return next.proceed(request);
        }

        @Override
        public Exchange exchange() {
            return next.exchange();
        }
    }
}
