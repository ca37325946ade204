package dev.gatehouse.jetty.internal;

import java.util.concurrent.LinkedBlockingQueue;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** What can be known of Jetty's threads. */
public final class JettyThreads {

    private JettyThreads() {}

    /**
     * A pool of Jetty's with the JDK's queue: Jetty's own asks the JVM's management beans how large a cache line is, whose
     * classes take a tenth of a second to load.
     *
     * @param max the most threads
     * @param min how many are kept
     */
    public static QueuedThreadPool pool(int max, int min) {
        return new QueuedThreadPool(max, min, new LinkedBlockingQueue<>());
    }

    /** How many of a pool's threads nobody has or waits for at the moment; less than zero if its queue is longer. */
    public static int free(QueuedThreadPool pool) {
        return pool.getMaxThreads() - pool.getThreads() + pool.getIdleThreads() - pool.getQueueSize();
    }
}
