package dev.gatehouse.jetty.client;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.internal.syntax.IpAddress;
import dev.gatehouse.jetty.loop.Loop;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * HTTP in clear text on {@linkplain Loop loops}: on the one that the caller works for, so that a request need not change
 * threads, or on loops of the transport's own.
 */
final class LoopClient {

    private static final int HTTP_PORT = 80;

    private final Resources resources;
    private final Map<String, Pool> http1 = new ConcurrentHashMap<>();
    private final Map<String, Pool> http2 = new ConcurrentHashMap<>();
    private final Set<AbstractConnection> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    LoopClient(Resources resources) {
        this.resources = resources;
    }

    /** The connections to one endpoint. */
    interface Pool {

        /**
         * Sends a request as soon as there is a connection for it.
         *
         * @return false if the pool is retired, and another one must be asked
         */
        boolean send(LoopExchange exchange, Loop loop);

        /** Lets nobody wait any longer. */
        void close();
    }

    /** Told the addresses of a host, on any thread. */
    interface Resolved {

        /** One or more. */
        void addresses(List<InetSocketAddress> addresses);

        void failed(Throwable failure);
    }

    Transport.Handle send(Call call, Transport.Callback callback) {
        LoopExchange exchange = new LoopExchange(call, callback);
        Loop here = Loop.current();
        send(exchange, here == null ? loop() : here);
        return exchange;
    }

    /** Sends a request over a connection of a loop, if nobody has given it up. */
    void send(LoopExchange exchange, Loop loop) {
        if (closed) {
            exchange.notConnected(closing());
            return;
        }
        String key = exchange.call().endpoint().authority();
        boolean multiplexed = exchange.call().protocol() == Call.Protocol.HTTP_2;
        Map<String, Pool> pools = multiplexed ? http2 : http1;
        Pool pool = pool(pools, key, multiplexed);
        while (!pool.send(exchange, loop)) {
            pools.remove(key, pool);
            pool = pool(pools, key, multiplexed);
        }
    }

    private Pool pool(Map<String, Pool> pools, String key, boolean multiplexed) {
        Pool known = pools.get(key);
        return known != null
                ? known
                : pools.computeIfAbsent(
                        key, absent -> multiplexed ? new Http2Pool(this, absent) : new Http1Pool(this, absent));
    }

    void retired(String key, Pool pool) {
        http1.remove(key, pool);
        http2.remove(key, pool);
    }

    /** A connection is there; false if it comes too late. */
    boolean opened(AbstractConnection connection) {
        connections.add(connection);
        return !closed;
    }

    void forget(AbstractConnection connection) {
        connections.remove(connection);
    }

    /** A loop for callers who work for none. */
    Loop loop() {
        return resources.loops().next();
    }

    /** The response was complete before the request was. */
    void finishLater(Http1Connection connection, LoopExchange exchange, Http1Request request) {
        Runnable end = () ->
                connection.giveUp(exchange, new IllegalStateException("the response was complete before the request"));
        if (request.isLast()) {
            TimeSource.Timer unused = time().schedule(end, Exchange.LAST_BYTES);
        } else {
            end.run();
        }
    }

    /** Looks a host up. Addresses need no look-up; names block, and so are left to another thread. */
    void resolve(Endpoint endpoint, Resolved resolved) {
        URI uri = endpoint.uri();
        String host = Objects.requireNonNull(uri.getHost());
        int port = uri.getPort() < 0 ? HTTP_PORT : uri.getPort();
        InetAddress literal = host.startsWith("[") ? IpAddress.parseBracketed(host) : IpAddress.parse(host);
        if (literal != null) {
            resolved.addresses(List.of(new InetSocketAddress(literal, port)));
            return;
        }
        try {
            executor().execute(() -> lookUp(host, port, resolved));
        } catch (RejectedExecutionException full) {
            resolved.failed(full);
        }
    }

    private static void lookUp(String host, int port, Resolved resolved) {
        List<InetSocketAddress> addresses;
        try {
            addresses = Arrays.stream(InetAddress.getAllByName(host))
                    .map(address -> new InetSocketAddress(address, port))
                    .toList();
        } catch (UnknownHostException | RuntimeException unknown) {
            resolved.failed(unknown);
            return;
        }
        resolved.addresses(addresses);
    }

    void close() {
        closed = true;
        http1.values().forEach(Pool::close);
        http2.values().forEach(Pool::close);
        connections.forEach(connection -> {
            connection.onFillInterestedFailed(closing());
            connection.close();
        });
    }

    static GatewayException closing() {
        return new GatewayException(Kind.CLOSING, "the transport is closed");
    }

    int maxConnections() {
        return resources.maxConnectionsPerEndpoint();
    }

    int maxQueued() {
        return resources.maxQueuedPerEndpoint();
    }

    int maxResponseHeaderBytes() {
        return resources.maxResponseHeaderBytes();
    }

    Duration idleTimeout() {
        return resources.idleTimeout();
    }

    TimeSource time() {
        return resources.time();
    }

    Executor executor() {
        return resources.executor();
    }

    Scheduler scheduler() {
        return resources.scheduler();
    }

    ByteBufferPool buffers() {
        return resources.buffers();
    }
}
