package dev.gatehouse.jetty.client;

import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.jetty.internal.JettyThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/** What a transport needs: threads, timers, buffers, loops and Jetty's client. None is there before it is needed. */
final class Resources {

    private final JettyTransportBuilder settings;
    private final ByteBufferPool buffers;

    /** Guarded by this. */
    private @Nullable QueuedThreadPool ownThreads;

    private @Nullable Scheduler scheduler;
    private volatile @Nullable OwnLoops loops;
    private volatile @Nullable UpstreamClient client;
    private boolean closed;

    Resources(JettyTransportBuilder settings) {
        this.settings = settings;
        this.buffers = settings.byteBufferPool == null ? new ArrayByteBufferPool() : settings.byteBufferPool;
        this.scheduler = settings.scheduler;
    }

    int maxConnectionsPerEndpoint() {
        return settings.maxConnectionsPerEndpoint;
    }

    int maxQueuedPerEndpoint() {
        return settings.maxQueuedPerEndpoint;
    }

    int maxResponseHeaderBytes() {
        return settings.maxResponseHeaderBytes;
    }

    Duration idleTimeout() {
        return settings.idleTimeout;
    }

    TimeSource time() {
        return settings.time;
    }

    ByteBufferPool buffers() {
        return buffers;
    }

    /**
     * The one that was set, or threads of our own. A pool with no threads to spare at the moment is left alone: what serves
     * sockets waits for its threads when it starts, and its caller with it; and what waits in a pool's queue while all
     * its threads wait for calls of ours would wait for ever.
     */
    synchronized Executor executor() {
        Executor set = settings.executor;
        boolean spare =
                set instanceof QueuedThreadPool pool ? JettyThreads.free(pool) > settings.selectors : set != null;
        return set != null && spare ? set : ownThreads();
    }

    /** Holds the monitor. */
    private QueuedThreadPool ownThreads() {
        QueuedThreadPool known = ownThreads;
        if (known == null) {
            // One for each selector, as many to take over while one selects, and some for name look-ups, which block.
            known = JettyThreads.pool(2 * settings.selectors + 8, settings.selectors + 1);
            known.setName("gatehouse-upstream");
            known.setDaemon(true);
            ownThreads = closed ? known : started(known);
        }
        return known;
    }

    synchronized Scheduler scheduler() {
        Scheduler known = scheduler;
        if (known == null) {
            known = started(new ScheduledExecutorScheduler("gatehouse-upstream-timer", true));
            scheduler = known;
        }
        return known;
    }

    OwnLoops loops() {
        OwnLoops known = loops;
        if (known != null) {
            return known;
        }
        synchronized (this) {
            known = loops;
            if (known == null) {
                known = started(new OwnLoops(executor(), scheduler(), settings.selectors));
                loops = known;
            }
            return known;
        }
    }

    UpstreamClient client() {
        UpstreamClient known = client;
        if (known != null) {
            return known;
        }
        synchronized (this) {
            known = client;
            if (known == null) {
                known = settings.client(this);
                client = closed ? known : started(known);
            }
            return known;
        }
    }

    private static <T extends LifeCycle> T started(T part) {
        try {
            part.start();
            return part;
        } catch (Exception failure) {
            throw new IllegalStateException("the transport did not start", failure);
        }
    }

    /** Without the monitor while parts stop: they wait for their threads, which may be asking for a part just now. */
    void close() {
        List<@Nullable Object> parts = new ArrayList<>();
        synchronized (this) {
            closed = true;
            parts.add(client);
            parts.add(loops);
            parts.add(settings.scheduler == null ? scheduler : null);
            parts.add(ownThreads);
        }
        parts.forEach(Resources::stop);
    }

    private static void stop(@Nullable Object part) {
        if (part instanceof LifeCycle lifeCycle) {
            try {
                lifeCycle.stop();
            } catch (Exception failure) {
                throw new IllegalStateException("the transport did not stop", failure);
            }
        }
    }
}
