package dev.gatehouse;

import dev.gatehouse.balancer.BalancerEvent;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listeners of a gateway, fenced: what one throws is swallowed, and logged once for each listener. */
final class Listeners {

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    private final List<GatewayListener> listeners;
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    Listeners(List<GatewayListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    void completion(Exchange exchange, Completion completion) {
        if (!listeners.isEmpty()) {
            each(listener -> listener.onCompletion(exchange, completion));
        }
    }

    void attempt(Exchange exchange, String upstream, Attempt attempt) {
        if (!listeners.isEmpty()) {
            each(listener -> listener.onAttempt(exchange, upstream, attempt));
        }
    }

    void retryDenied(Exchange exchange, String upstream) {
        each(listener -> listener.onRetryDenied(exchange, upstream));
    }

    void hedged(Exchange exchange, String upstream) {
        each(listener -> listener.onHedge(exchange, upstream));
    }

    void balancerEvent(String upstream, BalancerEvent event) {
        each(listener -> listener.onBalancerEvent(upstream, event));
    }

    void slowFilter(String name, Duration held) {
        each(listener -> listener.onSlowFilter(name, held));
    }

    /** Logs what an observer threw, once for each observer. */
    void failed(String who, Throwable thrown) {
        if (logged.add(who)) {
            LOG.warn("{} failed, and will not be reported again", who, thrown);
        }
    }

    private void each(Consumer<GatewayListener> call) {
        for (GatewayListener listener : listeners) {
            try {
                call.accept(listener);
            } catch (RuntimeException e) {
                failed("listener " + listener.getClass().getName(), e);
            }
        }
    }
}
