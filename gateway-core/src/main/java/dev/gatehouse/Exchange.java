package dev.gatehouse;

import dev.gatehouse.http.ClientInfo;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.PathVariables;
import dev.gatehouse.http.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way through the gateway, and all that its filters share: attributes, the deadline, cancellation and
 * the end. Safe for use by several threads.
 */
public final class Exchange {

    /** What {@link #routeId()} says where no route matched. */
    public static final String NO_ROUTE = "(none)";

    private final Request request;
    private final ClientInfo client;
    private final String routeId;
    private final PathVariables pathVariables;
    private final Services services;
    private final long startNanos;
    private final long totalNanos;

    private volatile List<Attempt> attempts = List.of();
    private volatile @Nullable Map<Key<?>, Object> attributes;

    /** Guarded by this. */
    private List<Consumer<GatewayException>> cancelListeners = new ArrayList<>(1);

    private List<Consumer<Completion>> completionListeners = new ArrayList<>(2);
    private @Nullable Consumer<GatewayException> lastCancelListener;
    private @Nullable GatewayException cancelled;
    private @Nullable Completion completion;

    Exchange(
            Request request,
            ClientInfo client,
            String routeId,
            PathVariables pathVariables,
            Duration total,
            Services services) {
        this.request = request;
        this.client = client;
        this.routeId = routeId;
        this.pathVariables = pathVariables;
        this.services = services;
        this.startNanos = services.time().nanoTime();
        this.totalNanos = total.toNanos();
    }

    /**
     * The request as it came, before any filter but without what the client may not say ({@code Connection} options,
     * forwarding fields of peers that are not trusted).
     *
     * @return the request
     */
    public Request request() {
        return request;
    }

    /**
     * Who asks, as far as trusted proxies tell.
     *
     * @return the client
     */
    public ClientInfo client() {
        return client;
    }

    /**
     * The route that matched, for labels and logs.
     *
     * @return its id, or {@link #NO_ROUTE}
     */
    public String routeId() {
        return routeId;
    }

    /**
     * What the variables of the route's path stand for.
     *
     * @return the variables; empty if there are none
     */
    public PathVariables pathVariables() {
        return pathVariables;
    }

    /**
     * An attribute.
     *
     * @param key its key
     * @param <T> its type
     * @return the value; empty if none was set
     */
    @SuppressWarnings("unchecked") // set() lets only a T in
    public <T> Optional<T> get(Key<T> key) {
        Map<Key<?>, Object> map = attributes;
        return map == null ? Optional.empty() : Optional.ofNullable((T) map.get(key));
    }

    /**
     * Sets an attribute.
     *
     * @param key its key
     * @param value the value; not null
     * @param <T> its type
     */
    public <T> void set(Key<T> key, T value) {
        Objects.requireNonNull(value);
        Map<Key<?>, Object> map = attributes;
        if (map == null) {
            synchronized (this) {
                map = attributes;
                if (map == null) {
                    map = new ConcurrentHashMap<>(4);
                    attributes = map;
                }
            }
        }
        map.put(key, value);
    }

    /**
     * How long the exchange has been going on.
     *
     * @return zero or more
     */
    public Duration elapsed() {
        return Duration.ofNanos(services.time().nanoTime() - startNanos);
    }

    /**
     * How much of {@link Timeouts#total} is left.
     *
     * @return zero or less once it is over; empty if there is no limit
     */
    public Optional<Duration> remaining() {
        return totalNanos == 0
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(totalNanos).minus(elapsed()));
    }

    /**
     * The attempts so far, each once it was answered or failed.
     *
     * @return an immutable list, in order
     */
    public List<Attempt> attempts() {
        return attempts;
    }

    /**
     * Gives the exchange up: what is under way for it is told to stop, and the client gets the error if its response
     * has not begun, and a broken stream otherwise. Only the first call counts, and none does after the end.
     *
     * @param reason why
     */
    public void cancel(GatewayException reason) {
        List<Consumer<GatewayException>> listeners;
        Consumer<GatewayException> last;
        synchronized (this) {
            if (cancelled != null || completion != null) {
                return;
            }
            cancelled = reason;
            listeners = cancelListeners;
            cancelListeners = List.of();
            last = lastCancelListener;
        }
        listeners.forEach(listener -> stop(listener, reason));
        if (last != null) {
            last.accept(reason);
        }
    }

    /**
     * Whether the exchange was given up: the client is gone, the time is over, or somebody cancelled it.
     *
     * @return why; empty if it was not
     */
    public synchronized Optional<GatewayException> cancelled() {
        return Optional.ofNullable(cancelled);
    }

    /**
     * Tells when the exchange is given up, so that work for it can stop.
     *
     * @param listener called at most once, from any thread; at once if it has been given up already
     */
    public void onCancel(Consumer<GatewayException> listener) {
        GatewayException reason;
        synchronized (this) {
            reason = cancelled;
            if (reason == null) {
                if (completion == null) {
                    cancelListeners.add(listener);
                }
                return;
            }
        }
        stop(listener, reason);
    }

    /**
     * Tells when everything is over: the last byte of the response is written, or nothing more can be. What a listener
     * throws is swallowed and logged once.
     *
     * @param listener called exactly once, from any thread; at once if it is over already
     */
    public void onComplete(Consumer<Completion> listener) {
        Completion end;
        synchronized (this) {
            end = completion;
            if (end == null) {
                completionListeners.add(listener);
                return;
            }
        }
        tell(listener, end);
    }

    Services services() {
        return services;
    }

    /** Told of a cancellation after all others. */
    synchronized void lastOnCancel(Consumer<GatewayException> listener) {
        lastCancelListener = listener;
    }

    /** Attempts come one after another. */
    synchronized void attempted(Attempt attempt) {
        List<Attempt> before = attempts;
        if (before.isEmpty()) {
            attempts = List.of(attempt);
            return;
        }
        List<Attempt> all = new ArrayList<>(before);
        all.add(attempt);
        attempts = List.copyOf(all);
    }

    void complete(Completion end) {
        List<Consumer<Completion>> listeners;
        synchronized (this) {
            completion = end;
            listeners = completionListeners;
            completionListeners = List.of();
            cancelListeners = List.of();
        }
        listeners.forEach(listener -> tell(listener, end));
        services.listeners().completion(this, end);
    }

    private void stop(Consumer<GatewayException> listener, GatewayException reason) {
        try {
            listener.accept(reason);
        } catch (RuntimeException e) {
            services.listeners().failed("onCancel of " + listener.getClass().getName(), e);
        }
    }

    private void tell(Consumer<Completion> listener, Completion end) {
        try {
            listener.accept(end);
        } catch (RuntimeException e) {
            services.listeners().failed("onComplete of " + listener.getClass().getName(), e);
        }
    }

    /** The method, path and route only. */
    @Override
    public String toString() {
        return request + " by route " + routeId;
    }
}
