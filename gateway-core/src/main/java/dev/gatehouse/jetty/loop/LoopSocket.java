package dev.gatehouse.jetty.loop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * A socket of a {@link Loop}. It stays registered for reading from one message to the next, which saves two calls of
 * {@code epoll_ctl} for each: it is taken out only when bytes come that nobody waits for, so that they stay where they are
 * and the peer feels it.
 */
public final class LoopSocket extends SocketChannelEndPoint {

    private final Loop loop;
    private final Work[] here = {new Work(true, false), new Work(false, true), new Work(true, true)};
    private final Work[] elsewhere = {
        new Dispatched(true, false), new Dispatched(false, true), new Dispatched(true, true)
    };
    private volatile SelectionKey key;

    /** Told of each read or write that brought something. */
    private volatile @Nullable Runnable onProgress;

    /** Whether the loop does not look for bytes to read. */
    private volatile boolean parked = true;

    /**
     * A socket.
     *
     * @param channel connected
     * @param loop where it is registered
     * @param key the registration
     * @param scheduler for its idle timeout
     */
    public LoopSocket(SocketChannel channel, Loop loop, SelectionKey key, Scheduler scheduler) {
        super(channel, loop, key, scheduler);
        this.loop = loop;
        this.key = key;
    }

    /**
     * Sets who is told of progress.
     *
     * @param listener called whenever bytes were read or written, by whoever did that; must not block
     */
    public void onProgress(Runnable listener) {
        onProgress = listener;
    }

    @Override
    public void notIdle() {
        super.notIdle();
        Runnable listener = onProgress;
        if (listener != null) {
            listener.run();
        }
    }

    /**
     * The loop that serves this socket.
     *
     * @return the loop
     */
    public Loop loop() {
        return loop;
    }

    /**
     * Reads what has arrived. A connection that broke is told apart from one that has ended: content may end with the
     * connection, and must not look complete if that was reset.
     *
     * @param buffer to read into, in the mode to be read from
     * @return how many bytes were read; 0 if there is nothing now, -1 at the end
     * @throws IOException if the connection broke
     */
    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        if (isInputShutdown()) {
            return -1;
        }
        int position = BufferUtil.flipToFill(buffer);
        try {
            int filled = getChannel().read(buffer);
            if (filled > 0) {
                notIdle();
            } else if (filled < 0) {
                shutdownInput();
            }
            return filled;
        } catch (IOException broken) {
            shutdownInput();
            throw broken;
        } finally {
            BufferUtil.flipToFlush(buffer, position);
        }
    }

    @Override
    public @Nullable Runnable onSelected() {
        int ready = key.readyOps();
        boolean flushable = (ready & SelectionKey.OP_WRITE) != 0;
        boolean fillable = (ready & SelectionKey.OP_READ) != 0 && isReadWanted();
        if (flushable) {
            key.interestOpsAnd(~SelectionKey.OP_WRITE);
        }
        if (!fillable && !flushable) {
            return null;
        }
        int work = fillable ? flushable ? 2 : 0 : 1;
        if (elsewhere[work].isOf(Invocable.InvocationType.BLOCKING)) {
            if (fillable) {
                // Another thread will read: until it has, there is nothing new to see.
                parked = true;
                key.interestOpsAnd(~SelectionKey.OP_READ);
            }
            return elsewhere[work];
        }
        return here[work];
    }

    /** Parks before it looks a second time: whoever begins to wait for bytes meanwhile is seen, or sees that. */
    private boolean isReadWanted() {
        if (getFillInterest().isInterested()) {
            return true;
        }
        parked = true;
        if (getFillInterest().isInterested()) {
            parked = false;
            return true;
        }
        key.interestOpsAnd(~SelectionKey.OP_READ);
        return false;
    }

    /** Nothing: interests are changed where they change. */
    @Override
    public void updateKey() {}

    @Override
    public void replaceKey(SelectionKey newKey) {
        key = newKey;
        super.replaceKey(newKey);
    }

    @Override
    protected void needsFillInterest() {
        if (parked) {
            loop.execute(this::unpark);
        }
    }

    private void unpark() {
        parked = false;
        add(SelectionKey.OP_READ);
    }

    @Override
    protected void onIncompleteFlush() {
        loop.execute(() -> add(SelectionKey.OP_WRITE));
    }

    private void add(int operation) {
        SelectionKey current = key;
        if (current.isValid()) {
            current.interestOpsOr(operation);
        }
    }

    /**
     * What is to be done after a selection, by the thread that selects. What could also block is told not to, and finds other
     * threads for what does.
     */
    private class Work implements Invocable.Task {

        private final boolean fillable;
        private final boolean flushable;
        private final Runnable work = this::work;
        private final Runnable guarded = this::guarded;

        Work(boolean fillable, boolean flushable) {
            this.fillable = fillable;
            this.flushable = flushable;
        }

        @Override
        public void run() {
            loop.run(guarded);
        }

        private void guarded() {
            if (isOf(InvocationType.EITHER)) {
                Invocable.invokeNonBlocking(work);
            } else {
                work();
            }
        }

        void work() {
            if (flushable) {
                getWriteFlusher().completeWrite();
            }
            if (fillable) {
                getFillInterest().fillable();
            }
        }

        /** Whether one of those who wait is of this type. */
        boolean isOf(InvocationType type) {
            return (flushable && getWriteFlusher().getCallbackInvocationType() == type)
                    || (fillable && getFillInterest().getCallbackInvocationType() == type);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }

    /** The same by another thread. */
    private final class Dispatched extends Work {

        Dispatched(boolean fillable, boolean flushable) {
            super(fillable, flushable);
        }

        @Override
        public void run() {
            work();
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.BLOCKING;
        }
    }
}
