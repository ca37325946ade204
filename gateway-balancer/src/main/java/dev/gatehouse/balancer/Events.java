package dev.gatehouse.balancer;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners of changes, and the log. */
final class Events {

    private static final Logger LOG = LoggerFactory.getLogger(Balancer.class);

    private final List<BalancerListener> listeners;
    private final TimeSource time;
    private final Set<Failure> failed = ConcurrentHashMap.newKeySet();

    /** What somebody else's code failed to do; there are few of each, however often they happen. */
    private record Failure(Object culprit, String what) {}

    Events(List<BalancerListener> listeners, TimeSource time) {
        this.listeners = List.copyOf(listeners);
        this.time = time;
    }

    void tell(BalancerEvent.Type type, @Nullable String endpoint, String reason) {
        BalancerEvent event = new BalancerEvent(type, endpoint, reason, time.now());
        switch (type) {
            case DOWN, EJECTED, OPENED, PANIC, SOURCE_FAILED, DUPLICATE -> LOG.warn("{}", event);
            default -> LOG.info("{}", event);
        }
        for (BalancerListener listener : listeners) {
            try {
                listener.onEvent(event);
            } catch (RuntimeException | Error e) {
                once(listener, "listener " + listener.getClass().getName(), "failed", e);
            }
        }
    }

    /**
     * Logs a failure of somebody else's code, once for each culprit and kind.
     *
     * @param culprit one that stays the same, however often it fails
     * @param name the culprit's, for people
     * @param what it failed to do: a constant
     */
    void once(Object culprit, String name, String what, Throwable thrown) {
        if (failed.add(new Failure(culprit, what))) {
            LOG.warn("{} {}; it will not be reported again", name, what, thrown);
        }
    }

    /** How many failures are remembered. */
    int failures() {
        return failed.size();
    }
}
