package dev.gatehouse.balancer;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one after another, on the thread of whoever comes first, without holding a lock while they run (the
 * synchronisation context of grpc-java has this shape). After a batch, one more step runs, once: many changes that come
 * together are merged into one rebuild.
 */
final class Control {

    private static final Logger LOG = LoggerFactory.getLogger(Balancer.class);

    /** Guards itself and {@code running}; never held while a task runs. */
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    private final Runnable afterBatch;
    private boolean running;

    Control(Runnable afterBatch) {
        this(afterBatch, false);
    }

    private Control(Runnable afterBatch, boolean held) {
        this.afterBatch = afterBatch;
        this.running = held;
    }

    /** One that keeps what it shall run until {@link #begin}. */
    static Control held(Runnable afterBatch) {
        return new Control(afterBatch, true);
    }

    /** Runs what was kept, and from now on what comes. */
    void begin() {
        runAll();
    }

    /** Runs a task, now if nobody else is at it, else after what they do. */
    void run(Runnable task) {
        synchronized (tasks) {
            tasks.add(task);
            if (running) {
                return;
            }
            running = true;
        }
        runAll();
    }

    private void runAll() {
        do {
            for (Runnable next = poll(); next != null; next = poll()) {
                attempt(next);
            }
            attempt(afterBatch);
        } while (goesOn());
    }

    private @Nullable Runnable poll() {
        synchronized (tasks) {
            return tasks.poll();
        }
    }

    private boolean goesOn() {
        synchronized (tasks) {
            running = !tasks.isEmpty();
            return running;
        }
    }

    /** One task that fails must not stop all those after it, for ever. */
    private static void attempt(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.error("a change of the balancer's state failed", e);
        }
    }
}
