package dev.gatehouse.internal.host;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The thread that a blocking server gave to one exchange, and the blocking work that others leave for it: reading the
 * client's content, writing the response. The thread waits here, does what is left for it, and goes on when what it
 * waits for has come. Tasks may be posted from any thread.
 *
 * <p>While the thread is busy, with a read that blocks or with the host's own code, a second thread does what is
 * posted, so that an early answer need not wait for a slow upload. There are never more than these two.
 */
public final class HostThread {

    /** What the thread that belongs to the exchange is doing. */
    private enum Doing {
        /** Something short; it will come here by itself. */
        COMING,
        /** It waits here. */
        WAITING,
        /** A task, or the host's own code. */
        BUSY,
        /** It has gone back to its server. */
        GONE
    }

    private static final int IDLE_SECONDS = 10;

    /**
     * Second threads: at most one for each exchange that has one of its server's already. None is kept for long, and none
     * keeps the JVM alive. The server's own executor may be full of exchanges that wait for one.
     */
    private static final ThreadPoolExecutor HELPERS = new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                Thread thread = new Thread(task, "gatehouse-host");
                thread.setDaemon(true);
                return thread;
            });

    private Thread owner = Thread.currentThread();
    private final Consumer<InterruptedException> onInterrupt;
    private final Deque<Runnable> tasks = new ArrayDeque<>(4);
    private Doing doing = Doing.COMING;
    private boolean helped;
    private @Nullable Thread helper;

    /**
     * The current thread, at the service of one exchange.
     *
     * @param onInterrupt told when the thread is interrupted while it waits, which it does not give up for
     */
    public HostThread(Consumer<InterruptedException> onInterrupt) {
        this.onInterrupt = onInterrupt;
    }

    /** Something to wait for. */
    public final class Signal {

        private boolean set;

        /** It has come. May be called from any thread, more than once. */
        public void set() {
            synchronized (HostThread.this) {
                set = true;
                HostThread.this.notifyAll();
            }
        }

        /**
         * Whether it has come.
         *
         * @return true after {@link #set()}
         */
        public boolean isSet() {
            synchronized (HostThread.this) {
                return set;
            }
        }
    }

    /**
     * Leaves blocking work for the thread.
     *
     * @param task what to do; must not throw
     */
    public synchronized void post(Runnable task) {
        tasks.add(task);
        if (Thread.currentThread() == helper || isOwner()) {
            return; // comes to it by itself
        }
        if (doing == Doing.WAITING) {
            notifyAll();
        } else if (doing != Doing.COMING) {
            help();
        }
    }

    /**
     * Waits until something has come, doing meanwhile what is posted. On any other than the exchange's own thread this
     * only waits.
     *
     * @param signal what to wait for
     */
    public void await(Signal signal) {
        boolean interrupted = false;
        while (true) {
            Runnable task;
            try {
                task = isOwner() ? next(signal) : nothing(signal);
            } catch (InterruptedException failure) {
                interrupted = true;
                onInterrupt.accept(failure);
                continue;
            }
            if (task == null) {
                break;
            }
            task.run();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Does what is posted already, without waiting. Does nothing on any other than the exchange's own thread. */
    public void runPosted() {
        if (!isOwner()) {
            return;
        }
        for (Runnable task = take(); task != null; task = take()) {
            task.run();
        }
    }

    /**
     * Does something on a second thread at once, whatever the exchange's own one is doing.
     *
     * @param task what to do; must not throw, and not block for long
     */
    public static void runElsewhere(Runnable task) {
        HELPERS.execute(task);
    }

    /** The current thread is the exchange's from now on, after another one {@linkplain #leave left}. */
    public synchronized void enter() {
        owner = Thread.currentThread();
        doing = Doing.BUSY;
    }

    /** The thread goes back to its server; what is posted from now on is done by another. */
    public synchronized void leave() {
        doing = Doing.GONE;
        if (!tasks.isEmpty()) {
            help();
        }
    }

    private synchronized boolean isOwner() {
        return Thread.currentThread() == owner && doing != Doing.GONE;
    }

    private synchronized @Nullable Runnable next(Signal signal) throws InterruptedException {
        while (!signal.set && tasks.isEmpty()) {
            doing = Doing.WAITING;
            try {
                wait();
            } finally {
                doing = Doing.BUSY;
            }
        }
        doing = Doing.BUSY;
        return signal.set ? null : take();
    }

    private synchronized @Nullable Runnable nothing(Signal signal) throws InterruptedException {
        while (!signal.set) {
            wait();
        }
        return null;
    }

    private synchronized @Nullable Runnable take() {
        Runnable task = tasks.poll();
        if (!tasks.isEmpty()) {
            help(); // the task may block
        }
        return task;
    }

    private void help() {
        if (helped) {
            return;
        }
        helped = true;
        HELPERS.execute(this::runAsHelper);
    }

    private void runAsHelper() {
        synchronized (this) {
            helper = Thread.currentThread();
        }
        boolean through = false;
        try {
            for (Runnable task = takeAsHelper(); task != null; task = takeAsHelper()) {
                task.run();
            }
            through = true;
        } finally {
            if (!through) {
                replaceHelper();
            }
        }
    }

    /** A task threw, which ends its thread: nobody else would do what is posted now or later. */
    private synchronized void replaceHelper() {
        helped = false;
        helper = null;
        if (!tasks.isEmpty()) {
            help();
        }
    }

    private synchronized @Nullable Runnable takeAsHelper() {
        Runnable task = tasks.poll();
        if (task == null) {
            helped = false;
            helper = null;
        }
        return task;
    }
}
