package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a balancer and what may be chosen among them. Changes run one after another in a {@link Control}; what
 * choosing reads is one immutable snapshot, replaced once after each batch of changes.
 */
final class NodeSet implements EndpointSource.Listener {

    private final Settings settings;
    private final Events events;
    private final Control control = new Control(this::rebuildIfChanged);
    private final Runnable nodeChanged = this::nodeChanged;

    /** All below is the control's. */
    private Map<String, Node> nodes = new LinkedHashMap<>();

    private final Map<Node, HealthMonitor> monitors = new HashMap<>();
    private boolean changed;

    /** Whether an endpoint of a node that stays has another weight or the like, so that its picker is out of date. */
    private boolean reshaped;

    private boolean closed;
    private @Nullable AutoCloseable watch;

    /** The balancer before, until the first list has come: to hold it longer would keep all of its own before. */
    private @Nullable NodeSet predecessor;

    /** What the same strategy has learnt in the balancer before; until the first picker is made. */
    private @Nullable Picker inherited;

    private volatile Snapshot snapshot = Snapshot.EMPTY;

    NodeSet(Settings settings, Events events, @Nullable NodeSet predecessor) {
        this.settings = settings;
        this.events = events;
        this.predecessor = predecessor;
        if (predecessor != null && predecessor.settings.strategy().equals(settings.strategy())) {
            this.inherited = predecessor.snapshot.madePicker();
        }
    }

    Snapshot snapshot() {
        return snapshot;
    }

    List<Node> all() {
        return snapshot.all();
    }

    /** Begins to watch the source; one that knows its endpoints has reported them when this returns. */
    void start() {
        AutoCloseable started = settings.source().watch(this);
        control.run(() -> {
            if (closed) {
                close(started);
            } else {
                watch = started;
            }
        });
    }

    @Override
    public void onEndpoints(List<Endpoint> endpoints) {
        List<Endpoint> copy = List.copyOf(endpoints);
        control.run(() -> replace(copy));
    }

    @Override
    public void onFailure(Throwable failure) {
        control.run(() ->
                events.tell(BalancerEvent.Type.SOURCE_FAILED, null, "the last good list stays in use: " + failure));
    }

    CompletionStage<Void> drain(String id, Duration deadline) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        control.run(() -> {
            Node node = nodes.get(id);
            if (node == null) {
                result.completeExceptionally(unknown(id));
            } else {
                drain(node, deadline, result);
            }
        });
        return result;
    }

    private void drain(Node node, Duration deadline, CompletableFuture<Void> result) {
        TimeSource.Timer limit = settings.time().schedule(() -> control.run(() -> drained(node, result)), deadline);
        events.tell(
                BalancerEvent.Type.DRAINING,
                node.endpoint().id(),
                node.inFlight() + " calls in flight, deadline " + deadline);
        var unused = node.drain().whenComplete((none, cancelled) -> {
            limit.cancel();
            if (cancelled == null) {
                control.run(() -> drained(node, result));
            } else {
                result.completeExceptionally(cancelled);
            }
        });
    }

    private void drained(Node node, CompletableFuture<Void> result) {
        if (!result.isDone()) {
            events.tell(BalancerEvent.Type.DRAINED, node.endpoint().id(), node.inFlight() + " calls in flight");
            result.complete(null);
        }
    }

    void undrain(String id) {
        Node known = snapshot.all().stream()
                .filter(node -> node.endpoint().id().equals(id))
                .findFirst()
                .orElseThrow(() -> unknown(id));
        control.run(() -> {
            if (known.draining()) {
                known.undrain();
                events.tell(BalancerEvent.Type.UNDRAINED, id, "asked for");
            }
        });
    }

    void close() {
        control.run(() -> {
            if (closed) {
                return;
            }
            closed = true;
            monitors.values().forEach(HealthMonitor::close);
            monitors.clear();
            nodes.values().forEach(node -> node.unwatch(nodeChanged));
            predecessor = null;
            inherited = null;
            if (watch != null) {
                close(watch);
            }
            close(snapshot.picker());
        });
    }

    private void close(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            events.once(closeable, closeable + " did not close", e);
        }
    }

    private static IllegalArgumentException unknown(String id) {
        return new IllegalArgumentException("there is no endpoint " + id);
    }

    private void replace(List<Endpoint> endpoints) {
        if (closed) {
            return;
        }
        Map<String, Node> adoptable = adoptable();
        Map<String, Node> next = new LinkedHashMap<>();
        for (Endpoint endpoint : endpoints) {
            if (next.containsKey(endpoint.id())) {
                events.tell(BalancerEvent.Type.DUPLICATE, endpoint.id(), endpoint.uri() + " has the id of another one");
            } else {
                next.put(endpoint.id(), known(endpoint, adoptable));
            }
        }
        Map<String, Node> before = nodes;
        nodes = next;
        changed = true;
        before.forEach((id, node) -> {
            if (next.get(id) != node) {
                removed(node);
            }
        });
        next.forEach((id, node) -> {
            if (before.get(id) != node) {
                added(node, adoptable.get(id) == node);
            }
        });
        predecessor = null;
    }

    private Map<String, Node> adoptable() {
        return predecessor == null
                ? Map.of()
                : predecessor.all().stream()
                        .collect(Collectors.toMap(node -> node.endpoint().id(), node -> node));
    }

    /** The node that is there already for this id and URI, here or in the balancer that this one succeeds. */
    private Node known(Endpoint endpoint, Map<String, Node> adoptable) {
        Node node = nodes.getOrDefault(endpoint.id(), adoptable.get(endpoint.id()));
        if (node == null || !node.endpoint().uri().equals(endpoint.uri())) {
            return new Node(endpoint);
        }
        if (!node.endpoint().equals(endpoint)) {
            node.endpoint(endpoint);
            reshaped = true;
            events.tell(
                    BalancerEvent.Type.CHANGED,
                    endpoint.id(),
                    "weight " + endpoint.weight() + ", zone \"" + endpoint.zone() + "\", priority "
                            + endpoint.priority() + ", tags " + endpoint.tags());
        }
        return node;
    }

    private void added(Node node, boolean adopted) {
        if (adopted && predecessor != null) {
            predecessor.stopChecking(node);
        }
        node.watch(nodeChanged);
        events.tell(
                BalancerEvent.Type.ADDED,
                node.endpoint().id(),
                node.endpoint().uri() + (adopted ? " is adopted" : " is in the list"));
        HealthChecker checker = settings.healthChecker();
        if (checker != null) {
            HealthMonitor monitor = new HealthMonitor(node, checker, settings, control, events);
            monitors.put(node, monitor);
            monitor.start();
        } else if (adopted) {
            node.forgetHealth();
        }
    }

    private void nodeChanged() {
        control.run(() -> changed = true);
    }

    /** Another balancer checks the node from now on. */
    private void stopChecking(Node node) {
        control.run(() -> closeMonitor(node));
    }

    private void removed(Node node) {
        node.unwatch(nodeChanged);
        closeMonitor(node);
        events.tell(BalancerEvent.Type.REMOVED, node.endpoint().id(), "no longer in the list");
    }

    private void closeMonitor(Node node) {
        HealthMonitor monitor = monitors.remove(node);
        if (monitor != null) {
            monitor.close();
        }
    }

    private void rebuildIfChanged() {
        if (!changed || closed) {
            return;
        }
        changed = false;
        Snapshot before = snapshot;
        List<Node> all = List.copyOf(nodes.values());
        List<Node> active = all.stream().filter(node -> !node.draining()).toList();
        List<Node> up =
                active.stream().filter(node -> node.health() != Health.DOWN).toList();
        boolean panic = up.size() < settings.panicThreshold() * active.size();
        List<Node> usable = panic ? active : up;
        Picker made = before.madePicker();
        boolean same = made != null && !reshaped && usable.equals(before.usable());
        Picker picker = same ? before.picker() : newPicker(usable, made == null ? inherited : made);
        inherited = null;
        reshaped = false;
        snapshot = new Snapshot(all, usable, picker, panic);
        if (!same) {
            close(before.picker());
        }
        if (panic != before.panic()) {
            events.tell(
                    panic ? BalancerEvent.Type.PANIC : BalancerEvent.Type.PANIC_OVER,
                    null,
                    up.size() + " of " + active.size() + " nodes are usable");
        }
    }

    private Picker newPicker(List<Node> usable, @Nullable Picker previous) {
        Strategy strategy = settings.strategy();
        try {
            return Objects.requireNonNull(
                    strategy.newPicker(new Setup(usable, previous, settings.time(), settings.random())),
                    "newPicker returned null");
        } catch (RuntimeException | Error e) {
            events.once(strategy, "strategy " + strategy + " failed; choosing at random", e);
            return new RandomChoice().newPicker(new Setup(usable, null, settings.time(), settings.random()));
        }
    }
}
