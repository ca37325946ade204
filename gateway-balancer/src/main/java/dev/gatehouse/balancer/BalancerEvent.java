package dev.gatehouse.balancer;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A change of state, with its reason.
 *
 * @param type what changed
 * @param endpoint the endpoint's id; null for what concerns the balancer as a whole
 * @param reason why, for people
 * @param at when
 */
public record BalancerEvent(Type type, @Nullable String endpoint, String reason, Instant at) {

    /** What changed. */
    public enum Type {
        /** An endpoint joined the list. */
        ADDED,
        /** An endpoint left the list. */
        REMOVED,
        /** An endpoint has another weight, zone, priority or tags; its node stays. */
        CHANGED,
        /** An endpoint was left out of the list, since another one has its id. */
        DUPLICATE,
        /** Checks found a node well. */
        UP,
        /** Checks found a node down. */
        DOWN,
        /** Calls have shown a node to be unfit; it gets none for a while. */
        EJECTED,
        /** A node that was ejected has answered a probe. */
        RETURNED,
        /** Too many calls to a node have failed: it gets none at all for a while. */
        OPENED,
        /** A few trial calls go to a node whose circuit was open. */
        HALF_OPEN,
        /** The trial calls went well: a node gets calls as before. */
        CLOSED,
        /** A node gets little load at first, since it has just joined or recovered. */
        SLOW_START,
        /** A node that started slowly has its whole weight. */
        WARM,
        /** A node takes no new calls. */
        DRAINING,
        /** A node has drained, or its time to do so is over. */
        DRAINED,
        /** A node takes new calls again. */
        UNDRAINED,
        /** Too few nodes are usable: all are used that are not draining. */
        PANIC,
        /** Enough nodes are usable again. */
        PANIC_OVER,
        /** The source could not look; the last good list stays. */
        SOURCE_FAILED
    }

    @Override
    public String toString() {
        return at + " " + type + (endpoint == null ? "" : " " + endpoint) + ": " + reason;
    }
}
