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
    private final Set<Object> failed = ConcurrentHashMap.newKeySet();

    Events(List<BalancerListener> listeners, TimeSource time) {
        this.listeners = List.copyOf(listeners);
        this.time = time;
    }

    void tell(BalancerEvent.Type type, @Nullable String endpoint, String reason) {
        BalancerEvent event = new BalancerEvent(type, endpoint, reason, time.now());
        switch (type) {
            case DOWN, PANIC, SOURCE_FAILED, DUPLICATE -> LOG.warn("{}", event);
            default -> LOG.info("{}", event);
        }
        for (BalancerListener listener : listeners) {
            try {
                listener.onEvent(event);
            } catch (RuntimeException | Error e) {
                once(listener, "listener " + listener.getClass().getName() + " failed", e);
            }
        }
    }

    /** Logs a failure of somebody else's code, once for each. */
    void once(Object culprit, String message, Throwable thrown) {
        if (failed.add(culprit)) {
            LOG.warn("{}; it will not be reported again", message, thrown);
        }
    }
}
