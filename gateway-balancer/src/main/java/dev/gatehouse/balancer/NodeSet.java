package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.Collection;
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
    private final Control control = Control.held(this::rebuildIfChanged);
    private final Runnable nodeChanged = this::nodeChanged;
    private final OutlierJudge judge;
    private final CircuitJudge circuits;
    private final SlowStart slowStart;
    private final Pickers pickers;

    /** All below is the control's. */
    private Map<String, Node> nodes = new LinkedHashMap<>();

    private boolean changed;

    /** Whether an endpoint of a node that stays has another weight or the like, so that its picker is out of date. */
    private boolean reshaped;

    /** What the picker's setup knew. */
    private List<Node> known = List.of();

    private boolean closed;
    private @Nullable AutoCloseable watch;

    /** The balancer before, until the first list has come: to hold it longer would keep all of its own before. */
    private @Nullable NodeSet predecessor;

    /** What the same strategy has learnt in the balancer before; until the first picker is made. */
    private @Nullable Picker inherited;

    /** Told when places may be free; null if no call ever waits. */
    private @Nullable Runnable waiting;

    private volatile Snapshot snapshot = Snapshot.EMPTY;

    NodeSet(Settings settings, Events events, @Nullable NodeSet predecessor) {
        this.settings = settings;
        this.events = events;
        this.predecessor = predecessor;
        this.judge = new OutlierJudge(this, settings.outlierDetection(), settings.time(), events);
        this.circuits = new CircuitJudge(this, settings.circuitBreaking(), settings.time(), events);
        this.pickers = new Pickers(settings, events);
        this.slowStart = new SlowStart(this, settings.slowStart(), settings.time(), events);
        if (predecessor != null && predecessor.settings.strategy().equals(settings.strategy())) {
            this.inherited = predecessor.snapshot.madePicker();
        }
    }

    /** Tells somebody when places may be free; before {@link #start}. */
    void whenFree(Runnable told) {
        waiting = told;
    }

    /** Who is told; null if no call ever waits. */
    @Nullable
    Runnable waiting() {
        return waiting;
    }

    Settings settings() {
        return settings;
    }

    /** Null if no other strategy chooses beside the one at work. */
    @Nullable
    Shadow shadow() {
        return pickers.shadow();
    }

    Snapshot snapshot() {
        return snapshot;
    }

    List<Node> all() {
        return snapshot.all();
    }

    /**
     * Begins to watch the source; one that knows its endpoints has reported them when this returns. Nothing is taken over
     * before the source is being watched: one that throws leaves the balancer before as it was.
     */
    void start() {
        // The control is held: until it begins, its fields are this thread's.
        try {
            watch = Objects.requireNonNull(settings.source().watch(this), "watch returned null");
        } catch (RuntimeException | Error e) {
            closed = true;
            control.begin();
            throw e;
        }
        control.run(this::succeed);
        control.begin();
    }

    /** Until the source reports, what the balancer before had is better than nothing. */
    private void succeed() {
        if (predecessor != null) {
            replace(predecessor.all().stream().map(Node::endpoint).toList());
        }
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
        var unused = node.drain(settings.stickyDrains()).whenComplete((none, cancelled) -> {
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
            node.release();
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
            judge.close();
            circuits.close();
            slowStart.close();
            nodes.values().forEach(this::letGo);
            predecessor = null;
            inherited = null;
            if (watch != null) {
                closeWatch(watch);
            }
            pickers.close(snapshot.picker());
        });
    }

    private void closeWatch(AutoCloseable watched) {
        try {
            watched.close();
        } catch (Exception | Error e) {
            events.once(watched, "the watch of " + settings.source(), "did not close", e);
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
        boolean running = !before.isEmpty() || !adoptable.isEmpty();
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
                if (adoptable.get(id) == node) {
                    slowStart.goOn(node);
                } else if (running) {
                    slowStart.begin(node);
                }
            }
        });
        judge.listed();
        circuits.listed();
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
        node.watch(nodeChanged);
        node.whenFree(waiting);
        events.tell(
                BalancerEvent.Type.ADDED,
                node.endpoint().id(),
                node.endpoint().uri() + (adopted ? " is adopted" : " is in the list"));
        node.checks().take(this);
        circuits.take(node);
        node.concurrency().take(this);
        if (node.ejection().take(judge)) {
            node.pardoned();
        }
    }

    /** Checks have decided about the health of a node. */
    void decided(Node node, BalancerEvent.Type type, String reason) {
        control.run(() -> {
            node.changed();
            if (!closed && nodes.get(node.endpoint().id()) == node) {
                events.tell(type, node.endpoint().id(), reason);
                if (node.recovered()) {
                    recovered(node);
                }
            }
        });
    }

    /** Runs a decision about the nodes, alone. */
    void run(Runnable decision) {
        control.run(decision);
    }

    /** Whether a node is in the list now. */
    boolean lists(Node node) {
        return node.isWatchedBy(nodeChanged);
    }

    /** All nodes; for the control. */
    Collection<Node> known() {
        return nodes.values();
    }

    /** Whether another balancer has not taken the node over. */
    boolean decides(Node node) {
        return node.ejection().isLast(judge);
    }

    /** A node takes calls again that got none; for the control. */
    void recovered(Node node) {
        slowStart.begin(node);
    }

    /** Weights have changed, so that pickers are out of date; for the control. */
    void reshape() {
        reshaped = true;
        changed = true;
    }

    /** Whether it decides nothing any more; for the control. */
    boolean closed() {
        return closed;
    }

    private void nodeChanged() {
        control.run(() -> changed = true);
    }

    private void removed(Node node) {
        letGo(node);
        events.tell(BalancerEvent.Type.REMOVED, node.endpoint().id(), "no longer in the list");
    }

    private void letGo(Node node) {
        node.unwatch(nodeChanged);
        node.forgetFree(waiting);
        node.checks().release(this);
        circuits.release(node);
        node.concurrency().release(this);
        if (node.ejection().release(judge)) {
            node.pardoned();
        }
    }

    private void rebuildIfChanged() {
        if (!changed || closed) {
            return;
        }
        changed = false;
        judge.recount();
        Snapshot before = snapshot;
        List<Node> all = List.copyOf(nodes.values());
        Selection selected = Selection.of(all, settings.panicThreshold());
        List<Node> active = selected.active();
        List<Node> usable = selected.usable();
        boolean panic = selected.panic();
        Picker made = before.madePicker();
        boolean same = made != null && !reshaped && usable.equals(before.usable()) && active.equals(known);
        Picker picker = same ? before.picker() : pickers.make(usable, active, made == null ? inherited : made);
        known = active;
        inherited = null;
        reshaped = false;
        snapshot = new Snapshot(all, nodes, usable, picker, panic, selected.trusted());
        if (!same) {
            pickers.close(before.picker());
        }
        if (panic != before.panic()) {
            events.tell(
                    panic ? BalancerEvent.Type.PANIC : BalancerEvent.Type.PANIC_OVER,
                    null,
                    selected.good().size() + " of " + active.size() + " nodes are usable");
        }
        if (waiting != null) {
            waiting.run();
        }
    }
}
