package dev.gatehouse.balancer;

/** Observes a balancer. What it throws is swallowed and logged once. */
@FunctionalInterface
public interface BalancerListener {

    /**
     * Something changed. Events come one after another, from any thread; the listener must not block.
     *
     * @param event what, and why
     */
    void onEvent(BalancerEvent event);
}
