package dev.gatehouse.balancer;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Threads for looks that block: as many as there are looks at a time, and none while there are none. */
final class LookThreads {

    private LookThreads() {}

    /** Daemon threads of a name. */
    static ExecutorService named(String name) {
        return Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }
}
