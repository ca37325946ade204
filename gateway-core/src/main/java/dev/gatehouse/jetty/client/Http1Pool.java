package dev.gatehouse.jetty.client;

import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.jetty.loop.Dial;
import dev.gatehouse.jetty.loop.Loop;
import dev.gatehouse.jetty.loop.LoopSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one endpoint, those of all loops in one account: a request takes an unused one of its own loop, or
 * opens one there, and only where no more may be opened one of another loop.
 */
final class Http1Pool implements LoopClient.Pool {

    private final LoopClient client;
    private final String key;
    private final Map<Loop, Deque<Http1Connection>> unused = new HashMap<>();
    private final Deque<LoopExchange> queue = new ArrayDeque<>();
    private int open;

    /** While there is anything unused. */
    private TimeSource.@Nullable Timer sweep;

    /** Nobody finds it any more. */
    private boolean retired;

    Http1Pool(LoopClient client, String key) {
        this.client = client;
        this.key = key;
    }

    @Override
    public boolean send(LoopExchange exchange, Loop loop) {
        Http1Connection taken;
        boolean dial = false;
        boolean queued = false;
        synchronized (this) {
            if (retired) {
                return false;
            }
            taken = take(loop);
            if (taken == null) {
                dial = open < client.maxConnections();
                queued = !dial && queue.size() < client.maxQueued();
                if (dial) {
                    open++;
                } else if (queued) {
                    queue.add(exchange);
                }
            }
        }
        if (taken != null) {
            taken.loop().execute(() -> taken.send(exchange));
        } else if (dial) {
            dial(exchange, loop);
        } else if (queued) {
            exchange.await(client.time(), false, () -> leave(exchange));
        } else {
            exchange.notConnected(Failures.queueFull(exchange.call(), null));
        }
        return true;
    }

    private @Nullable Http1Connection take(Loop loop) {
        Deque<Http1Connection> here = unused.get(loop);
        Http1Connection taken = here == null ? null : here.pollLast();
        if (taken == null && open >= client.maxConnections()) {
            for (Deque<Http1Connection> there : unused.values()) {
                taken = taken == null ? there.pollLast() : taken;
            }
        }
        return taken;
    }

    private synchronized void leave(LoopExchange exchange) {
        queue.remove(exchange);
    }

    private void dial(LoopExchange exchange, Loop loop) {
        exchange.await(client.time(), true, null);
        client.resolve(exchange.call().endpoint(), new LoopClient.Resolved() {
            @Override
            public void addresses(List<InetSocketAddress> addresses) {
                connect(exchange, loop, addresses);
            }

            @Override
            public void failed(Throwable failure) {
                notOpened();
                exchange.notConnected(Failures.beforeConnection(failure, exchange.call(), true));
            }
        });
    }

    private void connect(LoopExchange exchange, Loop loop, List<InetSocketAddress> addresses) {
        Dial dial = new Dial(loop, addresses, client.scheduler(), new Dial.Result() {
            @Override
            public void connected(LoopSocket socket) {
                Http1Connection connection = new Http1Connection(client, Http1Pool.this, socket);
                socket.setConnection(connection);
                socket.onOpen();
                connection.onOpen();
                if (client.opened(connection)) {
                    connection.send(exchange);
                } else {
                    connection.close();
                    exchange.notConnected(LoopClient.closing());
                }
            }

            @Override
            public void failed(IOException failure) {
                notOpened();
                exchange.notConnected(Failures.beforeConnection(failure, exchange.call(), true));
            }
        });
        exchange.dialled(dial);
        dial.start();
    }

    /** A connection is free. */
    void release(Http1Connection connection) {
        LoopExchange next;
        synchronized (this) {
            next = queue.poll();
            if (next == null) {
                connection.unusedSince(client.time().nanoTime());
                unused.computeIfAbsent(connection.loop(), loop -> new ArrayDeque<>())
                        .addLast(connection);
                if (sweep == null) {
                    sweepIn(client.idleTimeout());
                }
            }
        }
        if (next != null) {
            connection.loop().execute(() -> connection.send(next));
        }
    }

    /** A connection has come to its end. */
    void closed(Http1Connection connection) {
        client.forget(connection);
        synchronized (this) {
            Deque<Http1Connection> here = unused.get(connection.loop());
            if (here != null && here.remove(connection) && here.isEmpty()) {
                unused.remove(connection.loop());
            }
        }
        notOpened();
    }

    /** There is room for another connection, which the first of those who wait may open. */
    private void notOpened() {
        LoopExchange next;
        boolean last;
        synchronized (this) {
            next = queue.poll();
            if (next == null) {
                open--;
                retired = open == 0;
            }
            last = retired;
            if (last && sweep != null) {
                sweep.cancel();
            }
        }
        if (next != null) {
            dial(next, client.loop());
        } else if (last) {
            client.retired(key, this);
        }
    }

    /** Closes what has not been used for too long, and comes again while there is anything left. */
    private void sweep() {
        List<Http1Connection> old = new ArrayList<>();
        long now = client.time().nanoTime();
        long limit = client.idleTimeout().toNanos();
        long next = Long.MAX_VALUE;
        synchronized (this) {
            sweep = null;
            for (Deque<Http1Connection> here : unused.values()) {
                while (!here.isEmpty() && now - here.getFirst().unusedSince() >= limit) {
                    old.add(here.removeFirst());
                }
                if (!here.isEmpty()) {
                    next = Math.min(next, limit - (now - here.getFirst().unusedSince()));
                }
            }
            if (next < Long.MAX_VALUE) {
                sweepIn(Duration.ofNanos(next));
            }
        }
        old.forEach(Http1Connection::close);
    }

    /** Holds the monitor. */
    private void sweepIn(Duration delay) {
        sweep = client.time().schedule(this::sweep, delay);
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
