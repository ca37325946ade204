package dev.gatehouse.balancer;

import org.jspecify.annotations.Nullable;

/**
 * Chooses one node for one call, among the nodes that its {@link Setup} had.
 *
 * <p>{@link #pick} runs concurrently on every request: it takes no lock, does no input or output, and makes no garbage.
 */
@FunctionalInterface
public interface Picker extends AutoCloseable {

    /**
     * Chooses a node.
     *
     * @param context what is known of the call
     * @return one of the setup's nodes, or null if none is usable
     */
    @Nullable
    Node pick(PickContext context);

    /**
     * Tells that a call to a node ended, or that its response headers came; called once for each call, concurrently. A
     * choice that the balancer did not use, since the node was to be avoided or began to drain, has no call.
     *
     * @param node the node that was picked
     * @param context the context of the pick
     * @param outcome how the call went
     * @param latencyNanos from the pick to the response headers or the failure, in nanoseconds
     */
    default void completed(Node node, PickContext context, Outcome outcome, long latencyNanos) {}

    /**
     * Whether {@link #pick} itself has taken the call's place with {@link Node#tryReserve(int)}, so that the balancer
     * must not count it again. Such a picker also sees to {@link PickContext#avoids} itself, since only it knows where
     * there is room.
     *
     * @return false unless the strategy reserves
     */
    default boolean reserves() {
        return false;
    }

    /** Ends the picker after another one has replaced it. Picks that began before may still be running. */
    @Override
    default void close() {}
}
