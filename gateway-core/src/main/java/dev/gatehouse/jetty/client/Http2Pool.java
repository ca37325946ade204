package dev.gatehouse.jetty.client;

import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.jetty.loop.Dial;
import dev.gatehouse.jetty.loop.Loop;
import dev.gatehouse.jetty.loop.LoopSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The connections over HTTP/2 to one endpoint, those of all loops in one account: a request goes over one of its own loop,
 * which is opened if there is none with a stream to spare, and only where no more may be opened over one of another loop.
 */
final class Http2Pool implements LoopClient.Pool {

    private final LoopClient client;
    private final String key;

    /** Guarded by this, as are the three below. */
    private final List<Http2Connection> connections = new ArrayList<>();

    /** Where a connection is being opened: those who come meanwhile wait for it. */
    private final Set<Loop> dialling = new HashSet<>();

    private final Deque<LoopExchange> queue = new ArrayDeque<>();

    /** Nobody finds it any more. */
    private boolean retired;

    Http2Pool(LoopClient client, String key) {
        this.client = client;
        this.key = key;
    }

    @Override
    public boolean send(LoopExchange exchange, Loop loop) {
        Http2Connection taken;
        boolean dial = false;
        boolean opens;
        boolean queued = false;
        synchronized (this) {
            if (retired) {
                return false;
            }
            taken = take(loop);
            if (taken == null) {
                dial = mayDial(loop);
                queued = dial || queue.size() < client.maxQueued();
                if (queued) {
                    queue.add(exchange);
                }
            }
            opens = !dialling.isEmpty();
        }
        if (taken != null) {
            send(taken, exchange);
        } else if (queued) {
            exchange.await(client.time(), opens, () -> leave(exchange));
            if (dial) {
                dial(exchange, loop);
            }
        } else {
            exchange.notConnected(Failures.queueFull(exchange.call(), null));
        }
        return true;
    }

    private static void send(Http2Connection connection, LoopExchange exchange) {
        connection.loop().execute(() -> connection.send(exchange));
    }

    /** A connection with a stream to spare, which is taken; null if there is none. Holds the monitor. */
    private @Nullable Http2Connection take(Loop loop) {
        Http2Connection here = takeIf(connection -> connection.loop() == loop);
        boolean full = connections.size() + dialling.size() >= client.maxConnections();
        return here == null && full ? takeIf(connection -> true) : here;
    }

    /** Holds the monitor. */
    private @Nullable Http2Connection takeIf(Predicate<Http2Connection> wanted) {
        for (Http2Connection connection : connections) {
            if (connection.used < connection.maxStreams && wanted.test(connection)) {
                connection.used++;
                return connection;
            }
        }
        return null;
    }

    /** Holds the monitor. */
    private boolean mayDial(Loop loop) {
        return connections.size() + dialling.size() < client.maxConnections() && dialling.add(loop);
    }

    private synchronized void leave(LoopExchange exchange) {
        queue.remove(exchange);
    }

    private void dial(LoopExchange exchange, Loop loop) {
        client.resolve(exchange.call().endpoint(), new LoopClient.Resolved() {
            @Override
            public void addresses(List<InetSocketAddress> addresses) {
                connect(exchange, loop, addresses);
            }

            @Override
            public void failed(Throwable failure) {
                notOpened(loop, failure);
            }
        });
    }

    private void connect(LoopExchange exchange, Loop loop, List<InetSocketAddress> addresses) {
        Opening opening = new Opening(loop);
        Dial dial = new Dial(loop, addresses, client.scheduler(), opening);
        // Others may come while it is tried, so it ends with the patience of the first one, and not when that is given
        // up.
        opening.limit = client.time().schedule(dial::close, exchange.call().connectTimeout());
        dial.start();
    }

    private final class Opening implements Dial.Result {

        private final Loop loop;
        private volatile TimeSource.@Nullable Timer limit;

        Opening(Loop loop) {
            this.loop = loop;
        }

        @Override
        public void connected(LoopSocket socket) {
            stop();
            Http2Connection connection = new Http2Connection(client, Http2Pool.this, socket);
            socket.setIdleTimeout(client.idleTimeout().toMillis());
            socket.setConnection(connection);
            socket.onOpen();
            connection.onOpen();
            opened(connection);
        }

        @Override
        public void failed(IOException failure) {
            stop();
            notOpened(loop, failure);
        }

        private void stop() {
            TimeSource.Timer timer = limit;
            if (timer != null) {
                timer.cancel();
            }
        }
    }

    private void opened(Http2Connection connection) {
        if (client.opened(connection)) {
            synchronized (this) {
                dialling.remove(connection.loop());
                connections.add(connection);
            }
            serveQueue(connection.loop());
        } else {
            connection.close();
            notOpened(connection.loop(), LoopClient.closing());
        }
    }

    /** Those who wait for nothing else are told; the others go on waiting. */
    private void notOpened(Loop loop, Throwable failure) {
        List<LoopExchange> waiting = List.of();
        boolean last;
        synchronized (this) {
            dialling.remove(loop);
            if (connections.isEmpty() && dialling.isEmpty()) {
                waiting = List.copyOf(queue);
                queue.clear();
            }
            last = retire();
        }
        for (LoopExchange exchange : waiting) {
            exchange.notConnected(
                    failure instanceof GatewayException ours
                            ? ours
                            : Failures.beforeConnection(failure, exchange.call(), true));
        }
        if (last) {
            client.retired(key, this);
        } else {
            serveQueue(loop);
        }
    }

    /** Holds the monitor. */
    private boolean retire() {
        retired |= connections.isEmpty() && dialling.isEmpty() && queue.isEmpty();
        return retired;
    }

    /** A stream of a connection's is free again. */
    void release(Http2Connection connection) {
        synchronized (this) {
            connection.used--;
        }
        serveQueue(connection.loop());
    }

    /** An endpoint has said how many streams it takes. */
    void limit(Http2Connection connection, int streams) {
        synchronized (this) {
            connection.maxStreams = streams;
        }
        serveQueue(connection.loop());
    }

    /** A connection takes nothing new. */
    void closed(Http2Connection connection) {
        boolean last;
        synchronized (this) {
            connections.remove(connection);
            last = retire();
        }
        if (last) {
            client.retired(key, this);
        } else {
            serveQueue(connection.loop());
        }
    }

    /** Sends what waits while there are streams for it, and opens a connection where there is none any more. */
    private void serveQueue(Loop loop) {
        LoopExchange next;
        Http2Connection taken;
        do {
            synchronized (this) {
                taken = queue.isEmpty() ? null : takeIf(connection -> true);
                next = taken == null ? queue.peek() : queue.remove();
            }
            if (taken != null) {
                send(taken, next);
            }
        } while (taken != null);
        if (next != null) {
            openFor(next, loop);
        }
    }

    private void openFor(LoopExchange waiting, Loop loop) {
        boolean dial;
        synchronized (this) {
            dial = connections.isEmpty() && dialling.isEmpty() && mayDial(loop);
        }
        if (dial) {
            dial(waiting, loop);
        }
    }

    @Override
    public void close() {
        List<LoopExchange> waiting;
        synchronized (this) {
            waiting = List.copyOf(queue);
            queue.clear();
        }
        waiting.forEach(exchange -> exchange.notConnected(LoopClient.closing()));
    }
}
