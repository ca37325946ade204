package dev.gatehouse.jetty;

import dev.gatehouse.Gateway;
import dev.gatehouse.internal.host.Serving;
import dev.gatehouse.jetty.internal.JettyThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server for a gateway: Jetty, set up so that the gateway is the only judge of requests. Speaks HTTP/1.1, and HTTP/2 in
 * clear text to clients that begin with its preface ({@code h2c} with prior knowledge, RFC 9113 §3.3).
 *
 * <p>Jetty still refuses by itself what it cannot parse without guessing: ambiguous lengths, folded header lines, bare
 * line feeds, header sections that are too large. Everything else reaches the gateway as it came.
 *
 * <p>Safe for use by several threads.
 */
public final class GatewayServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayServer.class);

    /** As many as nginx lets wait, and twice that. */
    private static final int ACCEPT_QUEUE = 1024;

    /** Jetty's own numbers. */
    private static final int MOST_THREADS = 200;

    private static final int FEWEST_THREADS = 8;

    private final Server server;
    private final ServerConnector connector;
    private volatile int port;

    private GatewayServer(Builder builder) {
        ThreadPool threads = builder.threadPool == null ? defaultThreads() : builder.threadPool;
        server = new Server(threads, null, builder.byteBufferPool);
        GatewayHandler handler = new GatewayHandler(builder.serving);
        connector = connector(server, builder, handler);
        server.addConnector(connector);
        server.setErrorHandler(new ProblemErrors());
        if (builder.wrapped != null) {
            handler.setHandler(builder.wrapped);
        }
        server.setHandler(handler);
        server.setStopTimeout(builder.drain.toMillis());
    }

    /**
     * Starts a server on all addresses of this machine.
     *
     * @param gateway what serves; not closed with the server
     * @param port the port, or 0 for any that is free
     * @return a server that accepts connections
     * @throws UncheckedIOException if the port cannot be had
     */
    public static GatewayServer start(Gateway gateway, int port) {
        return builder(gateway).port(port).start();
    }

    /**
     * Starts a server on one address.
     *
     * @param gateway what serves; not closed with the server
     * @param host the name or address to listen on
     * @param port the port, or 0 for any that is free
     * @return a server that accepts connections
     * @throws UncheckedIOException if the port cannot be had
     */
    public static GatewayServer start(Gateway gateway, String host, int port) {
        return builder(gateway).host(host).port(port).start();
    }

    /**
     * A builder with the defaults.
     *
     * @param gateway what serves; not closed with the server
     * @return a new builder
     */
    public static Builder builder(Gateway gateway) {
        return builder(Serving.by(gateway));
    }

    static Builder builder(Serving serving) {
        return new Builder(serving);
    }

    /**
     * The port that the server listens on.
     *
     * @return the port, also where 0 was asked for; stays the same after the server is closed
     */
    public int port() {
        return port;
    }

    /**
     * Where the server can be reached.
     *
     * @return {@code http://host:port}; with {@code localhost} if it listens on all addresses
     */
    public URI uri() {
        String host = connector.getHost() == null ? "localhost" : connector.getHost();
        String inUri = host.indexOf(':') >= 0 && !host.startsWith("[") ? '[' + host + ']' : host;
        return URI.create("http://" + inUri + ':' + port());
    }

    /**
     * Waits until the server is closed.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public void join() throws InterruptedException {
        server.join();
    }

    /**
     * Stops accepting connections, waits for the exchanges under way, at most as long as {@link Builder#drain} says, and
     * closes all connections. Does nothing the second time.
     */
    @Override
    public void close() {
        try {
            server.stop();
        } catch (TimeoutException notDrained) {
            LOG.warn("Exchanges were broken off because the server stopped.");
        } catch (Exception failure) {
            throw new IllegalStateException("the server did not stop cleanly", failure);
        }
    }

    private GatewayServer begin() {
        try {
            server.start();
            port = connector.getLocalPort();
            return this;
        } catch (IOException failure) {
            throw stopped(new UncheckedIOException(failure.getMessage(), failure));
        } catch (RuntimeException failure) {
            throw stopped(failure);
        } catch (Exception failure) {
            throw stopped(new IllegalStateException("the server did not start", failure));
        }
    }

    private RuntimeException stopped(RuntimeException failure) {
        try {
            server.stop();
        } catch (Exception further) {
            failure.addSuppressed(further);
        }
        return failure;
    }

    private static QueuedThreadPool defaultThreads() {
        QueuedThreadPool threads = JettyThreads.pool(MOST_THREADS, FEWEST_THREADS);
        threads.setName("gatehouse");
        return threads;
    }

    private static ServerConnector connector(Server server, Builder builder, GatewayHandler handler) {
        HttpConfiguration http = new HttpConfiguration();
        http.setUriCompliance(UriCompliance.UNSAFE);
        http.setHttpCompliance(Http1Connection.COMPLIANCE);
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(builder.maxHeaderBytes);
        http.setResponseHeaderSize(Math.min(http.getResponseHeaderSize(), builder.maxHeaderBytes));
        http.setMaxResponseHeaderSize(builder.maxHeaderBytes);
        // Code of the host's own is written for Jetty's requests; without any, a request need not become one.
        ServerConnector connector = builder.wrapped == null
                ? new LoopConnector(
                        server, new Http1Loop(builder.serving, handler::capabilities, builder.maxHeaderBytes))
                : new LoopConnector(server, new HttpConnectionFactory(http), new PriorKnowledgeHttp2(http));
        connector.setHost(builder.host);
        connector.setPort(builder.port);
        connector.setIdleTimeout(builder.idleTimeout.toMillis());
        // Java's own 50 would make a burst of new clients wait a second for the kernel to ask again.
        connector.setAcceptQueueSize(ACCEPT_QUEUE);
        return connector;
    }

    /** Settings of a server. Not safe for use by several threads. */
    public static final class Builder {

        private final Serving serving;
        private @Nullable String host;
        private int port = 8080;
        private int maxHeaderBytes = 72 * 1024;
        private Duration idleTimeout = Duration.ofSeconds(75);
        private Duration drain = Duration.ofSeconds(30);
        private @Nullable ThreadPool threadPool;
        private @Nullable ByteBufferPool byteBufferPool;
        private @Nullable Handler wrapped;

        private Builder(Serving serving) {
            this.serving = serving;
        }

        /**
         * Sets where to listen. <b>Default:</b> all addresses of this machine.
         *
         * @param value a host name or address of this machine
         * @return this builder
         */
        public Builder host(String value) {
            this.host = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Sets the port. <b>Default:</b> 8080.
         *
         * @param value 1 to 65535, or 0 for any port that is free
         * @return this builder
         */
        public Builder port(int value) {
            if (value < 0 || value > 65_535) {
                throw new IllegalArgumentException("port: " + value + " (expected: 0 to 65535)");
            }
            this.port = value;
            return this;
        }

        /**
         * Limits the header section of a request, request line included, and that of a response. A larger request is
         * answered 431; a larger response breaks the exchange off. <b>Default:</b> 72 KiB, a little more than the limits that
         * the gateway itself has by default ({@link dev.gatehouse.http.RequestLimits}), so that it is the one to judge. Raise
         * both together.
         *
         * @param value bytes, at least 1024
         * @return this builder
         */
        public Builder maxHeaderBytes(int value) {
            if (value < 1024) {
                throw new IllegalArgumentException("maxHeaderBytes: " + value + " (expected: >= 1024)");
            }
            this.maxHeaderBytes = value;
            return this;
        }

        /**
         * Sets how long a connection may be silent: between requests, within a request's content, or within a response that
         * its client does not take. Waiting for an upstream is not counted; that is what the gateway's own timeouts are
         * for. <b>Default:</b> 75 s, longer than the 60 s for which common balancers and proxies keep a connection, so
         * that it is they who close it, and not we just as they send.
         *
         * @param value at least 1 ms
         * @return this builder
         */
        public Builder idleTimeout(Duration value) {
            if (value.toMillis() < 1) {
                throw new IllegalArgumentException("idleTimeout: " + value + " (expected: >= 1 ms)");
            }
            this.idleTimeout = value;
            return this;
        }

        /**
         * Sets how long {@link GatewayServer#close} waits for exchanges under way before it breaks them off.
         * <b>Default:</b> 30 s.
         *
         * @param value zero to break them off at once
         * @return this builder
         */
        public Builder drain(Duration value) {
            if (value.isNegative()) {
                throw new IllegalArgumentException("drain: " + value + " (expected: >= 0)");
            }
            this.drain = value;
            return this;
        }

        /**
         * Sets the threads that accept, read, write, and run the wrapped handler. <b>Default:</b> a pool of up to 200, of
         * which a gateway that only forwards uses a few for each processor.
         *
         * @param value the pool; started and stopped with the server if it has a life cycle
         * @return this builder
         */
        public Builder threadPool(ThreadPool value) {
            this.threadPool = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Sets where buffers come from. <b>Default:</b> Jetty's own pool, one for the server.
         *
         * @param value the pool
         * @return this builder
         */
        public Builder byteBufferPool(ByteBufferPool value) {
            this.byteBufferPool = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Sets the host's own code: it gets the requests that no route matches, and those whose route ends in
         * {@code toHost()}. <b>Default:</b> none.
         *
         * @param value a handler
         * @return this builder
         */
        public Builder handler(Handler value) {
            this.wrapped = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Starts a server with these settings.
         *
         * @return a server that accepts connections
         * @throws UncheckedIOException if the port cannot be had
         */
        public GatewayServer start() {
            return new GatewayServer(this).begin();
        }
    }
}
