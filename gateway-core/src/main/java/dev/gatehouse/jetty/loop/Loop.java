package dev.gatehouse.jetty.loop;

import dev.gatehouse.jetty.http1.LoopMemory;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.jspecify.annotations.Nullable;

/**
 * A selector, and whatever its thread does for the sockets registered with it. A request that is read by a loop is
 * forwarded over a connection of the same loop, so that no other thread need be woken for it.
 */
public final class Loop extends ManagedSelector {

    private static final ThreadLocal<@Nullable Loop> CURRENT = new ThreadLocal<>();

    private final LoopMemory memory = new LoopMemory();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    /**
     * A loop of a manager's.
     *
     * @param manager whose it is
     * @param id its number there
     */
    public Loop(SelectorManager manager, int id) {
        super(manager, id);
    }

    /**
     * What this loop's connections read with.
     *
     * @return the same one each time
     */
    public LoopMemory memory() {
        return memory;
    }

    /**
     * The loop for which the calling thread works.
     *
     * @return the loop, or null if the thread does something else
     */
    public static @Nullable Loop current() {
        return CURRENT.get();
    }

    /**
     * Runs a task on this loop's thread: at once if that is the calling one, else when it is done with what it does.
     *
     * @param task must not block
     */
    public void execute(Runnable task) {
        if (current() == this) {
            task.run();
        } else {
            afterwards(task);
        }
    }

    /**
     * Runs a task on this loop's thread when it has seen to all the sockets that were ready, so that what they bring about
     * can be done together.
     *
     * @param task must not block
     */
    public void afterwards(Runnable task) {
        tasks.add(task);
        submit(selector -> runNext());
        if (stopped) {
            runAll();
        }
    }

    private boolean runNext() {
        Runnable task = tasks.poll();
        if (task != null) {
            run(task);
        }
        return task != null;
    }

    /** The loop has no thread any more: what is left is done by whoever comes, one after the other. */
    private synchronized void runAll() {
        while (runNext()) {
            // There may be more.
        }
    }

    /**
     * Runs a task as work of this loop's, on the calling thread, which must be the loop's.
     *
     * @param task must not block
     */
    public void run(Runnable task) {
        Loop before = CURRENT.get();
        CURRENT.set(this);
        try {
            task.run();
        } finally {
            CURRENT.set(before);
        }
    }

    @Override
    protected void doStop() throws Exception {
        try {
            super.doStop();
        } finally {
            stopped = true;
            runAll();
            memory.close();
        }
    }
}
