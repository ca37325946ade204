package dev.gatehouse.balancer;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Endpoints that the program sets. May serve several balancers; safe for use by several threads. */
public final class UpdatableEndpoints implements EndpointSource {

    private final List<Listener> listeners = new ArrayList<>();
    private @Nullable List<Endpoint> current;

    /** A source that knows no endpoints yet: a balancer over it has none until {@link #set} is called. */
    public UpdatableEndpoints() {}

    /**
     * A source with endpoints.
     *
     * @param endpoints the list to begin with; ids must differ
     */
    public UpdatableEndpoints(List<Endpoint> endpoints) {
        set(endpoints);
    }

    /**
     * Replaces the list.
     *
     * @param endpoints all endpoints; ids must differ. Empty means that there are none
     * @throws IllegalArgumentException if two have the same id; the list before stays
     */
    public synchronized void set(List<Endpoint> endpoints) {
        Set<String> ids = endpoints.stream().map(Endpoint::id).collect(Collectors.toSet());
        if (ids.size() < endpoints.size()) {
            throw new IllegalArgumentException("endpoints: " + endpoints + " (expected: different ids)");
        }
        List<Endpoint> copy = List.copyOf(endpoints);
        current = copy;
        for (Listener listener : List.copyOf(listeners)) {
            // A listener may have set another list by now, and told all of it.
            if (current == copy) {
                listener.onEndpoints(copy);
            }
        }
    }

    @Override
    public synchronized AutoCloseable watch(Listener listener) {
        listeners.add(listener);
        if (current != null) {
            listener.onEndpoints(current);
        }
        return () -> remove(listener);
    }

    private synchronized void remove(Listener listener) {
        listeners.remove(listener);
    }
}
