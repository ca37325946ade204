package dev.gatehouse.jetty;

import dev.gatehouse.jetty.loop.Loop;
import dev.gatehouse.jetty.loop.LoopSocket;
import java.io.Closeable;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.IO;
import org.eclipse.jetty.util.thread.Scheduler;

/** Accepts connections into {@linkplain Loop loops}, one for each processor. */
final class LoopConnector extends ServerConnector {

    private final List<Loop> loops = new CopyOnWriteArrayList<>();

    /**
     * A connector.
     *
     * @param server whose threads, timers and buffers it uses
     * @param factories what is spoken, the first one at first
     */
    LoopConnector(Server server, ConnectionFactory... factories) {
        // No thread of its own to accept: a loop does that, too.
        super(server, null, null, null, 0, Runtime.getRuntime().availableProcessors(), factories);
    }

    @Override
    protected SelectorManager newSelectorManager(Executor executor, Scheduler scheduler, int selectors) {
        return new ServerConnectorManager(executor, scheduler, selectors) {
            @Override
            protected ManagedSelector newSelector(int id) {
                Loop loop = new Loop(this, id);
                loops.add(loop);
                return loop;
            }
        };
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
        LoopSocket socket = new LoopSocket(channel, (Loop) selector, key, getScheduler());
        socket.setIdleTimeout(getIdleTimeout());
        return socket;
    }

    /** Clients of HTTP/1.1 are told with the next response, those of HTTP/2 at once. */
    @Override
    public CompletableFuture<Void> shutdown() {
        CompletableFuture<Void> done = super.shutdown();
        for (EndPoint endPoint : getConnectedEndPoints()) {
            if (endPoint.getConnection() instanceof Http2Connection http2) {
                http2.shutDown();
            }
        }
        return done;
    }

    /** Stops listening. A channel that a selector waits for is closed only when the selector has been woken. */
    @Override
    public void close() {
        Object listening = getTransport();
        super.close();
        if (listening instanceof Closeable channel) {
            IO.close(channel);
            loops.forEach(loop -> loop.submit(selector -> {}));
        }
    }
}
