package dev.gatehouse;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.internal.host.GatewayAccess;
import dev.gatehouse.jetty.client.internal.OwnTransport;
import dev.gatehouse.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An API gateway and load balancer within the process. It has no port of its own: a host ({@code GatewayServer},
 * {@code GatewayHandler}, {@code GatewayServletFilter}, {@code GatewayHttpHandler}) gives it requests, or the application
 * does by {@link #handle}. Immutable but for {@link #update}; safe for use by several threads.
 */
public final class Gateway implements AutoCloseable {

    private static final Duration DEFAULT_DRAIN = Duration.ofSeconds(10);

    static {
        GatewayAccess.open(gateway -> gateway.ownTransport);
    }

    private final TimeSource time;
    private final BlockingExecutor blocking;
    private final OwnTransport ownTransport = new OwnTransport();
    private final Randomness random;
    private final Set<HostCapabilities> hosts = new CopyOnWriteArraySet<>();
    private final Set<Graph> graphs = ConcurrentHashMap.newKeySet();
    private final Set<ExchangeRun> running = ConcurrentHashMap.newKeySet();
    private final Consumer<ExchangeRun> onBegin = running::add;
    private final Consumer<ExchangeRun> onEnd = running::remove;
    private volatile Graph graph;
    private volatile boolean closing;

    private Gateway(GatewayBuilder builder) {
        time = builder.time == null ? TimeSource.system() : builder.time;
        random = new Randomness(builder.seed);
        blocking = new BlockingExecutor(
                builder.blockingThreads == null ? GatewayBuilder.DEFAULT_BLOCKING_THREADS : builder.blockingThreads);
        try {
            graph = compile(builder, null);
        } catch (RuntimeException | Error e) {
            closeOwn();
            throw e;
        }
    }

    /**
     * Begins a configuration.
     *
     * @return an empty builder
     */
    public static GatewayBuilder builder() {
        return new GatewayBuilder();
    }

    static Gateway start(GatewayBuilder builder) {
        return new Gateway(builder);
    }

    /**
     * Serves a request within the process: the same filters and routes, no server in between.
     *
     * @param request the request; it needs no {@code Host}
     * @return ends with the response, error responses included; its body must be read to its end or cancelled. A route
     *     that ends in the host's own code answers 500. Cancelling the stage ({@code toCompletableFuture().cancel(true)})
     *     gives the exchange up
     */
    public CompletionStage<Response> handle(Request request) {
        InProcess host = new InProcess();
        serve(request, host);
        return host.result();
    }

    /**
     * Serves a request of a host. Called by adapters for servers; returns without waiting for the answer.
     *
     * @param received the request as the server received it
     * @param host the way to answer
     */
    public void serve(Request received, HostExchange host) {
        Graph current = graph;
        while (!current.enter()) {
            if (closing) {
                refuse(received, host);
                return;
            }
            // Retired between the two reads: the next one is there already.
            current = graph;
        }
        if (closing) {
            current.exit();
            refuse(received, host);
            return;
        }
        ExchangeRun.serve(current, received, host, onBegin, onEnd);
    }

    private static void refuse(Request received, HostExchange host) {
        GatewayException failure = new GatewayException(Kind.CLOSING, "the gateway is closing");
        received.body().cancel(failure);
        host.respond(Errors.problem(failure).withHeader("Connection", "close"), aborted -> {});
    }

    /**
     * Announces a host, before it gives the gateway requests. Called by adapters for servers.
     *
     * @param host what the host can carry
     * @throws ConfigurationException if the gateway needs something that the host lacks
     */
    public synchronized void attach(HostCapabilities host) {
        List<String> problems = new ArrayList<>();
        GraphCompiler.checkHost(graph.needsHost(), host, problems);
        throwIfAny(problems);
        hosts.add(host);
    }

    /**
     * Explains what would become of a request, without sending it anywhere: computed by the code that decides.
     *
     * @param request the request, as a host would give it
     * @return the explanation; its {@code toString} is for people
     */
    public Explanation explain(Request request) {
        return Explanation.of(graph, request);
    }

    /**
     * The balancer of an upstream at work: to drain an endpoint, to see its nodes, or what a
     * {@linkplain UpstreamBuilder#shadow shadow} would do. Not to be closed: the gateway does that. An {@linkplain #update update}
     * that changes what it balances replaces it; its nodes, and that they drain, are taken over.
     *
     * @param upstream the upstream's name
     * @return the balancer that new requests use
     * @throws IllegalArgumentException if there is no such upstream; names those that there are
     */
    public Balancer balancer(String upstream) {
        Map<String, Upstream> known = graph.upstreams();
        Upstream found = known.get(upstream);
        if (found == null) {
            throw new IllegalArgumentException("upstream: " + upstream + " (known: "
                    + (known.isEmpty() ? "none" : String.join(", ", new TreeSet<>(known.keySet()))) + ")");
        }
        return found.balancer();
    }

    /**
     * Replaces the configuration. Requests under way end on the old one, later ones begin on the new one; none fails for
     * the change. Upstreams whose endpoints, strategy, panic threshold and health checks are equal keep their balancer;
     * others keep what they know of endpoints that stay. See docs/running.md.
     *
     * @param changed the whole new configuration
     * @throws ConfigurationException listing everything that is wrong; the old configuration stays in force
     */
    public synchronized void update(GatewayBuilder changed) {
        List<String> problems = new ArrayList<>();
        if (changed.time != null && changed.time != time) {
            problems.add("an update cannot change the time source");
        }
        if (changed.seed != null) {
            problems.add("an update cannot change the seed");
        }
        if (changed.blockingThreads != null) {
            problems.add("an update cannot change blockingThreads");
        }
        if (closing) {
            problems.add("the gateway is closed");
        }
        throwIfAny(problems);
        Graph before = graph;
        Graph next = compile(changed, before);
        graph = next;
        next.isCurrent();
        before.exit();
    }

    /** Closes, waiting up to 10 s for requests under way: as long as most clients wait for one. */
    @Override
    public void close() {
        close(DEFAULT_DRAIN);
    }

    /**
     * Closes: new requests are answered 503, those under way may end, and are aborted when the time is over. Connections
     * to upstreams are closed at the end. Does nothing the second time.
     *
     * @param drain how long to wait; zero aborts at once
     */
    public void close(Duration drain) {
        synchronized (this) {
            if (closing) {
                return;
            }
            closing = true;
        }
        graph.exit();
        await(drain);
        GatewayException reason = new GatewayException(Kind.CLOSING, "the gateway closed before the exchange ended");
        running.forEach(run -> run.abort(reason));
        closeOwn();
    }

    private void closeOwn() {
        ownTransport.close();
        blocking.close();
    }

    /** Waits until no request is under way, or the time is over. */
    private void await(Duration limit) {
        CompletableFuture<Void> idle =
                CompletableFuture.allOf(graphs.stream().map(Graph::ended).toArray(CompletableFuture<?>[]::new));
        if (idle.isDone() || limit.isZero()) {
            return;
        }
        CompletableFuture<Void> over = new CompletableFuture<>();
        TimeSource.Timer timer = time.schedule(() -> over.complete(null), limit);
        CompletableFuture.anyOf(idle, over).join();
        timer.cancel();
    }

    /** An upstream of the current configuration. */
    @Nullable
    Upstream upstream(String name) {
        return graph.upstreams().get(name);
    }

    private Graph compile(GatewayBuilder builder, @Nullable Graph previous) {
        Listeners listeners = new Listeners(builder.listeners);
        Services services = new Services(time, blocking, new Watchdog(listeners), listeners, builder.errorHandler);
        Graph compiled =
                new GraphCompiler(builder, previous, hosts, services, random, () -> transport(builder)).compile();
        graphs.add(compiled);
        var unused = compiled.ended().thenRun(() -> graphs.remove(compiled));
        return compiled;
    }

    private Transport transport(GatewayBuilder builder) {
        return builder.transport == null ? ownTransport : builder.transport;
    }

    private static void throwIfAny(List<String> problems) {
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
    }
}
