package dev.gatehouse;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.BalancerBuilder;
import dev.gatehouse.balancer.BalancerEvent;
import java.util.concurrent.atomic.AtomicInteger;

/** The balancer of an upstream, for all graphs that may have it as it is; closed when the last of them is done. */
final class SharedBalancer {

    private final String upstream;
    private final Balancer balancer;
    private final AtomicInteger graphs = new AtomicInteger();

    /** Those of the newest graph that has it. */
    private volatile Listeners listeners;

    /**
     * Starts a balancer.
     *
     * @param upstream the name of its upstream
     * @param listeners told of what happens until {@link #tells}
     */
    SharedBalancer(String upstream, BalancerBuilder settings, Listeners listeners) {
        this.upstream = upstream;
        this.listeners = listeners;
        this.balancer = settings.listener(this::onEvent).build();
    }

    Balancer balancer() {
        return balancer;
    }

    /** Tells others of what happens from now on. */
    void tells(Listeners others) {
        listeners = others;
    }

    void retain() {
        graphs.incrementAndGet();
    }

    void release() {
        if (graphs.decrementAndGet() == 0) {
            balancer.close();
        }
    }

    private void onEvent(BalancerEvent event) {
        listeners.balancerEvent(upstream, event);
    }
}
