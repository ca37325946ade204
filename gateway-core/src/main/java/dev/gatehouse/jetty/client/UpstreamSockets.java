package dev.gatehouse.jetty.client;

import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Makes sockets that do two things which Jetty's do not. Tasks can wait for their selecting thread to be free. And their
 * idle timeout spares HTTP/2 connections that carry exchanges. Jetty would close such a connection
 * after the time that an unused one is kept, whatever its exchanges may take; they have timeouts of their own.
 */
final class UpstreamSockets extends ClientConnector {

    private final Set<Runnable> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean selecting = true;

    @Override
    protected EndPoint newEndPoint(SelectableChannel channel, ManagedSelector selector, SelectionKey key) {
        return new UpstreamSocket((SocketChannel) channel, selector, key, getScheduler());
    }

    /**
     * Runs a task when the thread that selects a connection's socket, and handles what has been selected, does neither.
     *
     * @param connection the end of a connection made here, over TLS or not
     */
    static void whenSelecting(EndPoint connection, Runnable task) {
        EndPoint endPoint = connection;
        while (endPoint instanceof EndPoint.Wrapper wrapper) {
            endPoint = wrapper.unwrap();
        }
        if (endPoint instanceof UpstreamSocket socket) {
            socket.whenSelecting(task);
        }
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        selecting = false;
        waiting.forEach(this::runOnce);
    }

    private void runOnce(Runnable task) {
        if (waiting.remove(task)) {
            task.run();
        }
    }

    private final class UpstreamSocket extends SocketChannelEndPoint {

        private final ManagedSelector selector;

        UpstreamSocket(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
            super(channel, selector, key, scheduler);
            this.selector = selector;
        }

        void whenSelecting(Runnable task) {
            waiting.add(task);
            if (selecting) {
                selector.submit(ready -> runOnce(task));
            } else {
                runOnce(task);
            }
        }

        @Override
        protected void onIdleExpired(TimeoutException timeout) {
            if (!carriesExchanges(getConnection())) {
                super.onIdleExpired(timeout);
            }
        }

        private boolean carriesExchanges(@Nullable Connection connection) {
            if (connection instanceof SslConnection tls) {
                return carriesExchanges(tls.getSslEndPoint().getConnection());
            }
            return connection instanceof HTTP2Connection http2
                    && http2.getSession().getStreamCount() > 0;
        }
    }
}
