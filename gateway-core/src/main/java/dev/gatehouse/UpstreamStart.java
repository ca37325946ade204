package dev.gatehouse;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.BalancerBuilder;
import dev.gatehouse.balancer.RetryBudget;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.internal.forward.LatencyQuantile;
import dev.gatehouse.transport.Transport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Starts the upstreams of a graph, all or none. All sources are watched before the first balancer takes over from that
 * of the graph before: whatever a source throws, that graph stays as it was.
 */
final class UpstreamStart {

    private final Map<String, Upstream> before;
    private final Services services;
    private final Randomness random;
    private final Supplier<Transport> defaultTransport;

    private final Map<String, OpenedSource> sources = new HashMap<>();
    private final List<Balancer> balancers = new ArrayList<>();

    UpstreamStart(
            @Nullable Graph previous, Services services, Randomness random, Supplier<Transport> defaultTransport) {
        this.before = previous == null ? Map.of() : previous.upstreams();
        this.services = services;
        this.random = random;
        this.defaultTransport = defaultTransport;
    }

    /**
     * Starts.
     *
     * @return by name; what could be kept of the graph before is kept
     * @throws ConfigurationException listing the sources that cannot be watched; {@link #undo} is needed then, as after
     *     whatever else this throws
     */
    Map<String, Upstream> start(Collection<UpstreamSettings> wanted) {
        openSources(wanted);
        Map<String, Upstream> upstreams = new LinkedHashMap<>();
        wanted.forEach(settings -> upstreams.put(settings.name(), upstream(settings)));
        return upstreams;
    }

    /** Ends what was started. */
    void undo() {
        balancers.forEach(Balancer::close);
        sources.forEach((upstream, source) -> {
            try {
                source.close();
            } catch (Exception | Error e) {
                services.listeners().failed("closing the endpoints of upstream " + upstream, e);
            }
        });
    }

    private void openSources(Collection<UpstreamSettings> wanted) {
        List<String> problems = new ArrayList<>();
        List<RuntimeException> causes = new ArrayList<>();
        for (UpstreamSettings settings : wanted) {
            if (kept(settings) == null) {
                try {
                    sources.put(settings.name(), new OpenedSource(settings.endpoints()));
                } catch (RuntimeException e) {
                    problems.add("upstream " + settings.name() + ": its endpoints cannot be watched: " + e);
                    causes.add(e);
                }
            }
        }
        if (!problems.isEmpty()) {
            ConfigurationException failure = new ConfigurationException(problems);
            causes.forEach(failure::addSuppressed);
            throw failure;
        }
    }

    /** The balancer before, if it is what is wanted now. */
    private @Nullable SharedBalancer kept(UpstreamSettings wanted) {
        Upstream upstream = before.get(wanted.name());
        // Checks go the way of the traffic: with another transport, or version of HTTP, they are others.
        return upstream != null
                        && upstream.settings().balancesLike(wanted)
                        && upstream.settings().strategy(upstream.transport()).equals(wanted.strategy(transport(wanted)))
                        && Objects.equals(
                                upstream.settings().healthChecker(upstream.transport()),
                                wanted.healthChecker(transport(wanted)))
                ? upstream.shared()
                : null;
    }

    private Transport transport(UpstreamSettings wanted) {
        return wanted.transport() == null ? defaultTransport.get() : wanted.transport();
    }

    private Upstream upstream(UpstreamSettings wanted) {
        Transport transport = transport(wanted);
        SharedBalancer kept = kept(wanted);
        return new Upstream(
                wanted,
                kept == null ? balancer(wanted, transport) : kept,
                budget(wanted),
                slow(wanted),
                transport,
                random);
    }

    private SharedBalancer balancer(UpstreamSettings wanted, Transport transport) {
        BalancerBuilder builder = Balancer.builder(Objects.requireNonNull(sources.get(wanted.name())))
                .strategy(wanted.strategy(transport))
                .stickyDrains(wanted.affinity() != null)
                .time(services.time())
                .random(random.source());
        Strategy shadow = wanted.shadow(transport);
        if (shadow != null) {
            builder.shadow(shadow);
        }
        wanted.protection().apply(builder, wanted.healthChecker(transport));
        Upstream predecessor = before.get(wanted.name());
        if (predecessor != null) {
            builder.adopting(predecessor.balancer());
        }
        SharedBalancer shared = new SharedBalancer(wanted.name(), builder, services.listeners());
        balancers.add(shared.balancer());
        return shared;
    }

    private @Nullable LatencyQuantile slow(UpstreamSettings wanted) {
        HedgePolicy hedge = wanted.hedge();
        if (hedge == null) {
            return null;
        }
        Upstream predecessor = before.get(wanted.name());
        LatencyQuantile known =
                predecessor != null && hedge.equals(predecessor.settings().hedge()) ? predecessor.slow() : null;
        return known == null ? new LatencyQuantile(services.time(), hedge.percentile()) : known;
    }

    private RetryBudget budget(UpstreamSettings wanted) {
        Upstream predecessor = before.get(wanted.name());
        return predecessor != null && predecessor.settings().budgetsLike(wanted)
                ? predecessor.budget()
                : new RetryBudget(
                        services.time(), wanted.retry().budget(), wanted.retry().minRetriesPerSecond());
    }
}
