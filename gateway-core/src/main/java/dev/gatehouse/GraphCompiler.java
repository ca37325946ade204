package dev.gatehouse;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.BalancerBuilder;
import dev.gatehouse.internal.forward.RetryBudget;
import dev.gatehouse.internal.routing.RouteTable;
import dev.gatehouse.internal.rules.ForwardingPolicy;
import dev.gatehouse.transport.Transport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link Graph} of a builder: first everything is checked, without any effect, and all problems are listed; then
 * the upstreams start. What the graph before has with equal settings is taken over as it is.
 */
final class GraphCompiler {

    private final GatewayBuilder builder;
    private final @Nullable Graph previous;
    private final Services services;
    private final Randomness random;
    private final Supplier<Transport> defaultTransport;

    private final List<String> problems = new ArrayList<>();
    private final Map<String, UpstreamSettings> settings = new LinkedHashMap<>();
    private final List<RouteDraft> drafts = new ArrayList<>();

    GraphCompiler(
            GatewayBuilder builder,
            @Nullable Graph previous,
            Services services,
            Randomness random,
            Supplier<Transport> defaultTransport) {
        this.builder = builder;
        this.previous = previous;
        this.services = services;
        this.random = random;
        this.defaultTransport = defaultTransport;
    }

    Graph compile() {
        problems.addAll(builder.problems);
        checkUpstreams();
        checkRoutes();
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
        Map<String, Upstream> upstreams = new LinkedHashMap<>();
        settings.forEach((name, wanted) -> upstreams.put(name, upstream(wanted)));
        ForwardingPolicy forwarding = new ForwardingPolicy(builder.forwarded, random::nextLong);
        RouteTable.Builder<Route> table = RouteTable.builder();
        for (RouteDraft draft : drafts) {
            table.add(draft.id(), draft.pattern(), draft.route(builder, upstreams, forwarding));
        }
        return new Graph(
                table.build(),
                new Segment(builder.filters),
                forwarding,
                builder.limits,
                upstreams,
                drafts.stream().anyMatch(draft -> draft.destination() instanceof Destination.ToHost),
                services);
    }

    private void checkUpstreams() {
        for (UpstreamBuilder upstream : builder.upstreams) {
            UpstreamSettings built = upstream.build(problems);
            if (built != null && settings.put(built.name(), built) != null) {
                problems.add("there are two upstreams named " + built.name());
            }
        }
    }

    private void checkRoutes() {
        Set<String> names = new TreeSet<>();
        builder.upstreams.forEach(upstream -> names.add(upstream.name()));
        Set<String> used = new TreeSet<>();
        RouteTable.Builder<RouteDraft> table = RouteTable.builder();
        for (RouteBuilder route : builder.routes) {
            RouteDraft draft = RouteDraft.of(route, names, settings, problems);
            if (draft != null) {
                drafts.add(draft);
                table.add(draft.id(), draft.pattern(), draft);
            }
            route.destinations.forEach(end -> {
                if (end instanceof Destination.To to) {
                    used.add(to.upstream());
                }
            });
        }
        problems.addAll(table.problems());
        names.removeAll(used);
        names.forEach(name -> problems.add("upstream " + name + " has no effect: no route ends in it"));
    }

    private Upstream upstream(UpstreamSettings wanted) {
        Upstream before = previous == null ? null : previous.upstreams().get(wanted.name());
        if (before != null && before.settings().equals(wanted)) {
            return before;
        }
        BalancerBuilder balancer = Balancer.builder(wanted.endpoints())
                .strategy(wanted.strategy())
                .panicThreshold(wanted.panicThreshold())
                .time(services.time())
                .random(random.source())
                .listener(event -> services.listeners().balancerEvent(wanted.name(), event));
        if (wanted.healthChecker() != null) {
            balancer.healthCheck(wanted.healthChecker(), wanted.healthCheck());
        }
        if (before != null) {
            balancer.adopting(before.balancer());
        }
        RetryPolicy retry = wanted.retry();
        RetryBudget budget = before != null && before.settings().retry().equals(retry)
                ? before.budget()
                : new RetryBudget(services.time(), retry.budget(), retry.minRetriesPerSecond());
        Transport transport = wanted.transport() == null ? defaultTransport.get() : wanted.transport();
        return new Upstream(wanted, balancer.build(), budget, transport, random);
    }
}
