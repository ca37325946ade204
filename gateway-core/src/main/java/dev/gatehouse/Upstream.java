package dev.gatehouse;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.internal.forward.RetryBudget;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An upstream at work: its balancer, retry budget and transport. Shared by the graphs that have it with the same
 * settings, and closed when the last of them is done.
 */
final class Upstream {

    private final UpstreamSettings settings;
    private final Balancer balancer;
    private final RetryBudget budget;
    private final Transport transport;
    private final Randomness random;
    private final AtomicInteger graphs = new AtomicInteger();

    Upstream(UpstreamSettings settings, Balancer balancer, RetryBudget budget, Transport transport, Randomness random) {
        this.settings = settings;
        this.balancer = balancer;
        this.budget = budget;
        this.transport = transport;
        this.random = random;
    }

    String name() {
        return settings.name();
    }

    UpstreamSettings settings() {
        return settings;
    }

    Balancer balancer() {
        return balancer;
    }

    RetryBudget budget() {
        return budget;
    }

    Transport transport() {
        return transport;
    }

    Call.Protocol protocol() {
        return settings.protocol();
    }

    /** As in {@code Via} (RFC 9110 §7.6.3). */
    String protocolName() {
        return settings.protocol() == Call.Protocol.HTTP_2 ? "HTTP/2.0" : "HTTP/1.1";
    }

    /** Evenly from 0 to 1. */
    double random() {
        return random.nextDouble();
    }

    void retain() {
        graphs.incrementAndGet();
    }

    void release() {
        if (graphs.decrementAndGet() == 0) {
            balancer.close();
        }
    }
}
