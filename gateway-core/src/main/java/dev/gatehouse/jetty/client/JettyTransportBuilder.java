package dev.gatehouse.jetty.client;

import dev.gatehouse.balancer.TimeSource;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/** Settings of a {@link JettyTransport}. Not safe for use by several threads. */
public final class JettyTransportBuilder {

    /**
     * Room for a request's header section as HTTP/2 counts it, with 32 bytes for each field: what the gateway lets in by
     * default (60 KiB in 100 fields, and a target of 8 KiB), and as much again as a large token for what filters add.
     */
    static final int MAX_REQUEST_HEADER_BYTES = 96 * 1024;

    /**
     * What an HTTP/2 endpoint may send ahead of a slow reader on one stream. One gigabit at 4 ms needs 512 KiB; Jetty's
     * own 8 MiB for each stream would be memory for slow clients to fill.
     */
    private static final int HTTP2_STREAM_WINDOW = 512 * 1024;

    /** The same for one HTTP/2 connection: sixteen streams whose readers stand still do not stop the others. */
    private static final int HTTP2_CONNECTION_WINDOW = 16 * HTTP2_STREAM_WINDOW;

    /** How long an endpoint that nobody calls is remembered. */
    private static final Duration FORGET_ENDPOINT_AFTER = Duration.ofMinutes(1);

    int maxConnectionsPerEndpoint = 1024;
    int maxQueuedPerEndpoint = 1024;
    int maxResponseHeaderBytes = 64 * 1024;
    Duration idleTimeout = Duration.ofSeconds(4);
    private @Nullable SSLContext sslContext;
    private @Nullable KeyStore trustStore;

    @Nullable
    Executor executor;

    @Nullable
    Scheduler scheduler;

    @Nullable
    ByteBufferPool byteBufferPool;

    int selectors = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    TimeSource time = TimeSource.system();

    JettyTransportBuilder() {}

    /**
     * How many connections to open to one endpoint. <b>Default:</b> 1024, since one HTTP/1.1 connection carries one
     * request at a time, and servers stop taking more at about there (nginx: 512 for each worker, Tomcat: 8192). Lower it
     * for endpoints with few threads; a request for which no connection is free waits in the queue.
     *
     * @param value 1 or more
     * @return this builder
     */
    public JettyTransportBuilder maxConnectionsPerEndpoint(int value) {
        this.maxConnectionsPerEndpoint = atLeast(1, "maxConnectionsPerEndpoint", value);
        return this;
    }

    /**
     * How many requests may wait for a connection to one endpoint; one more is answered with
     * {@link dev.gatehouse.http.GatewayException.Kind#REJECTED_OVERLOAD}. With HTTP/2 and with TLS, requests wait here too while
     * connections are being opened. <b>Default:</b> 1024, one for each connection that may be opened.
     *
     * @param value 1 or more
     * @return this builder
     */
    public JettyTransportBuilder maxQueuedPerEndpoint(int value) {
        this.maxQueuedPerEndpoint = atLeast(1, "maxQueuedPerEndpoint", value);
        return this;
    }

    /**
     * How long an unused connection is kept. <b>Default:</b> 4 seconds, below the 5 seconds after which common servers
     * close theirs (Node.js, Apache httpd, Uvicorn), so that a request is seldom sent into a connection that is being
     * closed. Raise it to less than what your endpoints are set to if opening connections is expensive. How long a
     * connection in use may be silent is up to each {@link dev.gatehouse.transport.Call}.
     *
     * @param value more than zero
     * @return this builder
     */
    public JettyTransportBuilder idleTimeout(Duration value) {
        if (value.toMillis() <= 0) {
            throw new IllegalArgumentException("idleTimeout: " + value + " (expected: >= 1 ms)");
        }
        this.idleTimeout = value;
        return this;
    }

    /**
     * How large the header section of a response may be, and its trailer section. A larger one fails with
     * {@link dev.gatehouse.http.GatewayException.Kind#UPSTREAM_PROTOCOL}. <b>Default:</b> 64 KiB: room for the cookies of
     * large applications, and what most clients still take.
     *
     * @param value bytes, 1024 or more
     * @return this builder
     */
    public JettyTransportBuilder maxResponseHeaderBytes(int value) {
        this.maxResponseHeaderBytes = atLeast(1024, "maxResponseHeaderBytes", value);
        return this;
    }

    /**
     * Whom to trust. <b>Default:</b> the authorities that this Java trusts. The endpoint's certificate and its host name are
     * verified in any case.
     *
     * @param value the certificates of the authorities
     * @return this builder
     */
    public JettyTransportBuilder trustStore(KeyStore value) {
        this.trustStore = Objects.requireNonNull(value);
        return this;
    }

    /**
     * Whom to trust and, for endpoints that ask for a certificate, who we are. <b>Default:</b> none. It takes the place of
     * {@link #trustStore}. Host names are verified in any case.
     *
     * @param value an initialised context
     * @return this builder
     */
    public JettyTransportBuilder sslContext(SSLContext value) {
        this.sslContext = Objects.requireNonNull(value);
        return this;
    }

    /**
     * Runs what is to be done when a socket is ready. <b>Default:</b> a small pool of daemon threads of the transport's own.
     * Give it a server's pool to share threads with that server; it must be running and outlive the transport. {@link
     * #selectors} of its threads are taken for good by HTTP/1.1 in clear text, and as many by HTTP/2 and TLS, when they are
     * first needed; where a {@code QueuedThreadPool} has none to spare then, the transport has threads of its own. Code that
     * blocks all threads of the pool until HTTP/2 or TLS answers waits in vain: those need some all the time.
     *
     * @param value the executor
     * @return this builder
     */
    public JettyTransportBuilder executor(Executor value) {
        this.executor = Objects.requireNonNull(value);
        return this;
    }

    /**
     * Runs Jetty's timers. <b>Default:</b> one daemon thread of the transport's own. Give it a server's to share that one; it
     * must be running and outlive the transport.
     *
     * @param value the scheduler
     * @return this builder
     */
    public JettyTransportBuilder scheduler(Scheduler value) {
        this.scheduler = Objects.requireNonNull(value);
        return this;
    }

    /**
     * Where buffers for sockets come from. <b>Default:</b> a pool of the transport's own. Give it a server's to share memory
     * with that server, or a tracking one in tests, to find buffers that were not released.
     *
     * @param value the pool
     * @return this builder
     */
    public JettyTransportBuilder byteBufferPool(ByteBufferPool value) {
        this.byteBufferPool = Objects.requireNonNull(value);
        return this;
    }

    /**
     * How many threads wait for sockets to become ready, and do what is to be done then. <b>Default:</b> half the processors,
     * at least 1, the other half being left to the server.
     *
     * @param value 1 or more
     * @return this builder
     */
    public JettyTransportBuilder selectors(int value) {
        this.selectors = atLeast(1, "selectors", value);
        return this;
    }

    /**
     * Where the time for {@link dev.gatehouse.transport.Call#connectTimeout()} comes from. <b>Default:</b> the machine's.
     *
     * @param value the source of time
     * @return this builder
     */
    public JettyTransportBuilder time(TimeSource value) {
        this.time = Objects.requireNonNull(value);
        return this;
    }

    /**
     * Makes the transport and starts its threads.
     *
     * @return a running transport
     * @throws IllegalStateException if two settings contradict each other, or the system refuses what the client needs
     */
    public JettyTransport build() {
        if (sslContext != null && trustStore != null) {
            throw new IllegalStateException("trustStore has no effect beside sslContext: set one of them");
        }
        return new JettyTransport(new Resources(this));
    }

    /** The client for what does not go over loops: HTTP/2, and everything over TLS. */
    UpstreamClient client(Resources resources) {
        ClientConnector connector = new UpstreamSockets();
        connector.setSelectors(selectors);
        connector.setExecutor(resources.executor());
        connector.setScheduler(resources.scheduler());
        connector.setByteBufferPool(resources.buffers());
        connector.setSslContextFactory(tls());
        HTTP2Client http2 = new HTTP2Client(connector);
        http2.setInitialStreamRecvWindow(HTTP2_STREAM_WINDOW);
        http2.setInitialSessionRecvWindow(HTTP2_CONNECTION_WINDOW);
        http2.setMaxConcurrentPushedStreams(0);
        http2.setMaxRequestHeadersSize(MAX_REQUEST_HEADER_BYTES);
        http2.setMaxResponseHeadersSize(maxResponseHeaderBytes);
        UpstreamClient client = UpstreamClient.over(connector, http2);
        client.setMaxConnectionsPerDestination(maxConnectionsPerEndpoint);
        client.setMaxRequestsQueuedPerDestination(maxQueuedPerEndpoint);
        client.setMaxRequestHeadersSize(MAX_REQUEST_HEADER_BYTES);
        client.setMaxResponseHeadersSize(maxResponseHeaderBytes);
        client.setIdleTimeout(idleTimeout.toMillis());
        client.setDestinationIdleTimeout(FORGET_ENDPOINT_AFTER.toMillis());
        return client;
    }

    private SslContextFactory.Client tls() {
        SslContextFactory.Client tls = new SslContextFactory.Client();
        if (sslContext != null) {
            tls.setSslContext(sslContext);
        }
        if (trustStore != null) {
            tls.setTrustStore(trustStore);
        }
        return tls;
    }

    private static int atLeast(int min, String name, int value) {
        if (value < min) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + min + ")");
        }
        return value;
    }
}
