package dev.gatehouse;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.EndpointSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A source that is watched already, before the balancer for it is there: one that cannot be watched is found out before
 * anything has changed. Has one listener; what comes before it is kept for it.
 */
final class OpenedSource implements EndpointSource {

    private final Relay relay = new Relay();
    private final EndpointSource source;
    private final AutoCloseable watch;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Watches a source.
     *
     * @throws RuntimeException what the source throws
     */
    OpenedSource(EndpointSource source) {
        this.source = source;
        watch = Objects.requireNonNull(source.watch(relay), "watch returned null");
    }

    @Override
    public AutoCloseable watch(Listener listener) {
        relay.to(listener);
        return this::close;
    }

    /** Ends the watch, once. */
    void close() throws Exception {
        if (closed.compareAndSet(false, true)) {
            watch.close();
        }
    }

    @Override
    public String toString() {
        return source.toString();
    }

    /** Keeps the order of the reports without a lock while it tells: a listener may call the source back. */
    private static final class Relay implements Listener {

        /** What came before the listener was told all. Guards itself and {@code listener}. */
        private final Queue<Consumer<Listener>> kept = new ArrayDeque<>();

        private @Nullable Listener listener;

        @Override
        public void onEndpoints(List<Endpoint> endpoints) {
            tell(to -> to.onEndpoints(endpoints));
        }

        @Override
        public void onFailure(Throwable failure) {
            tell(to -> to.onFailure(failure));
        }

        private void tell(Consumer<Listener> report) {
            Listener to;
            synchronized (kept) {
                to = listener;
                if (to == null) {
                    kept.add(report);
                    return;
                }
            }
            report.accept(to);
        }

        void to(Listener first) {
            for (Consumer<Listener> report = next(first); report != null; report = next(first)) {
                report.accept(first);
            }
        }

        /** The next report that was kept; if there is none, later ones go straight to the listener. */
        private @Nullable Consumer<Listener> next(Listener first) {
            synchronized (kept) {
                Consumer<Listener> report = kept.poll();
                if (report == null) {
                    listener = first;
                }
                return report;
            }
        }
    }
}
