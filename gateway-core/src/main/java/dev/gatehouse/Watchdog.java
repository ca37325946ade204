package dev.gatehouse;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names the filters that hold an I/O thread too long. While one does, all connections of that thread stand still, and
 * nothing else would tell why.
 */
final class Watchdog {

    /** A pause that a person notices; no policy that only computes comes near it. */
    static final long LIMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    private final Listeners listeners;
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    Watchdog(Listeners listeners) {
        this.listeners = listeners;
    }

    void held(String name, long nanos) {
        if (nanos > LIMIT_NANOS) {
            Duration held = Duration.ofNanos(nanos);
            if (logged.add(name)) {
                LOG.warn(
                        "{} held an I/O thread for {} ms; what waits belongs into Filter.blocking",
                        name,
                        held.toMillis());
            }
            listeners.slowFilter(name, held);
        }
    }
}
