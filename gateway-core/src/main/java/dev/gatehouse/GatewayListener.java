package dev.gatehouse;

import dev.gatehouse.balancer.BalancerEvent;
import java.time.Duration;

/**
 * Observes a gateway. Methods are called from I/O threads and must not block; what they throw is swallowed and logged
 * once.
 */
public interface GatewayListener {

    /**
     * An exchange ended.
     *
     * @param exchange the exchange
     * @param completion how it ended
     */
    default void onCompletion(Exchange exchange, Completion completion) {}

    /**
     * An attempt was answered or failed.
     *
     * @param exchange the exchange that it is part of
     * @param upstream the upstream's name
     * @param attempt what came of it
     */
    default void onAttempt(Exchange exchange, String upstream, Attempt attempt) {}

    /**
     * A request was sent to a second endpoint, since the first is slow to answer.
     *
     * @param exchange the exchange
     * @param upstream the upstream's name
     */
    default void onHedge(Exchange exchange, String upstream) {}

    /**
     * An attempt failed in a way that allows another one, but the upstream's retry budget is used up.
     *
     * @param exchange the exchange
     * @param upstream the upstream's name
     */
    default void onRetryDenied(Exchange exchange, String upstream) {}

    /**
     * The state of an upstream's endpoints changed.
     *
     * @param upstream the upstream's name
     * @param event what changed, and why
     */
    default void onBalancerEvent(String upstream, BalancerEvent event) {}

    /**
     * A filter or handler held an I/O thread for long: it blocks, or computes too much.
     *
     * @param name the filter
     * @param held how long the call took
     */
    default void onSlowFilter(String name, Duration held) {}
}
