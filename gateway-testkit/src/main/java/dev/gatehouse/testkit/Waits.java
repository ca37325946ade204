package dev.gatehouse.testkit;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * How often a thread has waited: slept, parked, or waited for a notification. The JVM counts it, so no wait is too short to
 * be seen. Waiting for a lock of the language ({@code synchronized}) or for a socket does not count.
 */
final class Waits {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private Waits() {}

    static long ofThisThread() {
        return THREADS.getThreadInfo(Thread.currentThread().getId()).getWaitedCount();
    }
}
