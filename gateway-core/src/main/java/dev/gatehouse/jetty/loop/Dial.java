package dev.gatehouse.jetty.loop;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Objects;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.util.IO;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Opens one connection on a loop: tries the addresses one after the other. All but {@link #close} runs on the loop's
 * thread.
 */
public final class Dial implements ManagedSelector.Selectable, Closeable {

    private final Loop loop;
    private final List<InetSocketAddress> addresses;
    private final Scheduler scheduler;
    private final Result result;
    private int next;
    private @Nullable SelectionKey key;
    private volatile @Nullable SocketChannel channel;
    private volatile boolean closed;
    private boolean over;

    /** Told once how it ended, on the loop's thread. */
    public interface Result {

        /**
         * Connected.
         *
         * @param socket open, but without a connection yet
         */
        void connected(LoopSocket socket);

        /**
         * Not connected, at none of the addresses.
         *
         * @param failure why not at the last one
         */
        void failed(IOException failure);
    }

    /**
     * A connection to be opened.
     *
     * @param loop which serves the socket
     * @param addresses where to, resolved; at least one
     * @param scheduler for the socket's timers
     * @param result told what came of it, unless the loop is gone
     */
    public Dial(Loop loop, List<InetSocketAddress> addresses, Scheduler scheduler, Result result) {
        this.loop = loop;
        this.addresses = addresses;
        this.scheduler = scheduler;
        this.result = result;
    }

    /** Begins. */
    public void start() {
        loop.execute(this::connect);
    }

    /** Gives up. */
    @Override
    public void close() {
        closed = true;
        if (loop.isRunning()) {
            loop.execute(this::giveUp);
        } else {
            giveUp();
        }
    }

    /** Unless it has succeeded: the channel is somebody else's then. */
    private void giveUp() {
        if (!over) {
            IO.close(channel);
            failed(new IOException("given up"));
        }
    }

    private void connect() {
        IOException failure = new IOException("given up");
        while (!closed && next < addresses.size()) {
            InetSocketAddress address = addresses.get(next++);
            try {
                if (connect(address)) {
                    return;
                }
            } catch (IOException | RuntimeException refused) {
                IO.close(channel);
                failure = refused instanceof IOException io ? io : new IOException(refused.toString(), refused);
            }
        }
        failed(failure);
    }

    /** Whether somebody will go on. */
    private boolean connect(InetSocketAddress address) throws IOException {
        Selector selector = loop.getSelector();
        if (selector == null) {
            throw new IOException("the loop has ended");
        }
        SocketChannel opened = SocketChannel.open();
        channel = opened;
        opened.configureBlocking(false);
        opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
        boolean connected = opened.connect(address);
        key = opened.register(selector, connected ? 0 : SelectionKey.OP_CONNECT, this);
        if (closed) {
            throw new IOException("given up");
        }
        if (connected) {
            succeeded(opened);
        }
        return true;
    }

    @Override
    public @Nullable Runnable onSelected() {
        loop.run(this::finish);
        return null;
    }

    private void finish() {
        SocketChannel connecting = Objects.requireNonNull(channel);
        try {
            if (connecting.finishConnect()) {
                Objects.requireNonNull(key).interestOps(0);
                succeeded(connecting);
            }
        } catch (IOException | RuntimeException refused) {
            IO.close(connecting);
            if (next < addresses.size()) {
                connect();
            } else {
                failed(refused instanceof IOException io ? io : new IOException(refused.toString(), refused));
            }
        }
    }

    private void succeeded(SocketChannel connected) {
        if (over) {
            IO.close(connected);
            return;
        }
        over = true;
        SelectionKey registered = Objects.requireNonNull(key);
        LoopSocket socket = new LoopSocket(connected, loop, registered, scheduler);
        registered.attach(socket);
        result.connected(socket);
    }

    private void failed(IOException failure) {
        if (!over) {
            over = true;
            result.failed(failure);
        }
    }

    @Override
    public void updateKey() {}

    @Override
    public void replaceKey(SelectionKey newKey) {
        key = newKey;
    }
}
