package dev.gatehouse.jetty.internal;

import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** What can be known of Jetty's threads. */
public final class JettyThreads {

    private JettyThreads() {}

    /** How many of a pool's threads nobody has or waits for at the moment; less than zero if its queue is longer. */
    public static int free(QueuedThreadPool pool) {
        return pool.getMaxThreads() - pool.getThreads() + pool.getIdleThreads() - pool.getQueueSize();
    }
}
