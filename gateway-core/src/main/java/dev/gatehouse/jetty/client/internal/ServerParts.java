package dev.gatehouse.jetty.client.internal;

import dev.gatehouse.jetty.internal.JettyThreads;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * What a server of Jetty's lends to the transport of its gateway while it runs.
 *
 * @param threads its threads
 * @param timers its timers
 * @param buffers its buffers
 */
public record ServerParts(Executor threads, Scheduler timers, ByteBufferPool buffers) {

    /**
     * As many as a transport's own pool may have: those that serve sockets, which do not come back, as many to take over, and
     * some for name look-ups.
     */
    private static final int THREADS_TO_SPARE = Math.max(2, Runtime.getRuntime().availableProcessors()) + 8;

    /**
     * Whether a transport can live on these.
     *
     * @return false if they do not run, if not enough threads are free at the moment, or if that cannot be known
     */
    public boolean suffice() {
        return threads instanceof QueuedThreadPool pool
                && pool.isRunning()
                && timers.isRunning()
                && JettyThreads.free(pool) >= THREADS_TO_SPARE;
    }
}
