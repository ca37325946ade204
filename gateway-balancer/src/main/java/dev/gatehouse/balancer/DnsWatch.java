package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a time that the answer before gave, and tells what changed. One look at a time, on a daemon thread: a look blocks,
 * and neither a caller nor a timer may wait for it.
 */
final class DnsWatch implements AutoCloseable {

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);

    /** Gateways that lost the same server at once must not come back at once. */
    private static final double JITTER = 0.2;

    private final DnsSettings settings;
    private final EndpointSource.Listener listener;
    private final DnsLook look;
    private volatile boolean closed;

    /** What follows is this object's, whose lock is held while the listener is told: nothing comes after the end. */
    private @Nullable List<Endpoint> told;

    private Duration retry = FIRST_RETRY;
    private TimeSource.@Nullable Timer timer;

    DnsWatch(DnsSettings settings, EndpointSource.Listener listener) {
        this.settings = settings;
        this.listener = listener;
        this.look = new DnsLook(settings, () -> closed);
    }

    void begin() {
        try {
            Threads.ALL.execute(this::look);
        } catch (OutOfMemoryError noThread) {
            // There may be one later.
            take(new DnsLook.Found(null, new IllegalStateException("no thread for a look at the DNS", noThread), null));
        }
    }

    private void look() {
        if (closed) {
            return;
        }
        DnsLook.Found found;
        try {
            found = look.look();
        } catch (RuntimeException | Error e) {
            found = new DnsLook.Found(null, new IllegalStateException("a look at the DNS failed", e), null);
        }
        take(found);
    }

    private synchronized void take(DnsLook.Found found) {
        if (closed) {
            return;
        }
        // The timer first: a listener that throws must not end the looks.
        timer = settings.time().schedule(this::begin, found.next() == null ? backOff() : found.next());
        if (found.problem() == null) {
            retry = FIRST_RETRY;
        }
        List<Endpoint> endpoints = found.endpoints();
        if (endpoints != null && !endpoints.equals(told)) {
            told = endpoints;
            listener.onEndpoints(endpoints);
        }
        if (found.problem() != null && !closed) {
            listener.onFailure(found.problem());
        }
    }

    private Duration backOff() {
        Duration delay = retry;
        Duration twice = retry.multipliedBy(2);
        retry = twice.compareTo(LAST_RETRY) > 0 ? LAST_RETRY : twice;
        double factor = 1 + JITTER * (2 * settings.random().nextDouble() - 1);
        return Duration.ofNanos((long) (delay.toNanos() * factor));
    }

    @Override
    public void close() {
        // Before the lock: a look that is under way ends sooner.
        closed = true;
        synchronized (this) {
            if (timer != null) {
                timer.cancel();
            }
        }
    }

    /** Made for the first watch. */
    private static final class Threads {
        static final ExecutorService ALL = LookThreads.named("gatehouse-dns");
    }
}
