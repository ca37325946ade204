package dev.gatehouse;

import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.internal.routing.RouteTable;
import dev.gatehouse.internal.rules.ForwardingPolicy;
import dev.gatehouse.transport.Transport;
import java.util.ArrayList;
import java.util.Collection;
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
    private final Collection<HostCapabilities> hosts;
    private final Services services;
    private final Randomness random;
    private final Supplier<Transport> defaultTransport;

    private final List<String> problems = new ArrayList<>();
    private final Map<String, UpstreamSettings> settings = new LinkedHashMap<>();
    private final List<RouteDraft> drafts = new ArrayList<>();

    GraphCompiler(
            GatewayBuilder builder,
            @Nullable Graph previous,
            Collection<HostCapabilities> hosts,
            Services services,
            Randomness random,
            Supplier<Transport> defaultTransport) {
        this.builder = builder;
        this.previous = previous;
        this.hosts = hosts;
        this.services = services;
        this.random = random;
        this.defaultTransport = defaultTransport;
    }

    Graph compile() {
        problems.addAll(builder.problems);
        checkUpstreams();
        checkRoutes();
        hosts.forEach(host -> checkHost(needsHost(), host, problems));
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
        UpstreamStart start = new UpstreamStart(previous, services, random, defaultTransport);
        try {
            return graph(start.start(settings.values()));
        } catch (RuntimeException | Error e) {
            start.undo();
            throw e;
        }
    }

    private Graph graph(Map<String, Upstream> upstreams) {
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
                needsHost(),
                services);
    }

    private boolean needsHost() {
        return drafts.stream().anyMatch(draft -> draft.destination() instanceof Destination.ToHost);
    }

    /** Notes what a host lacks. */
    static void checkHost(boolean needed, HostCapabilities host, List<String> problems) {
        if (needed && !host.toHost()) {
            problems.add("a route ends in toHost(), but behind host " + host.name() + " there is no code to run");
        }
    }

    private void checkUpstreams() {
        if (builder.upstreams.isEmpty() && !builder.attemptFilters.isEmpty()) {
            problems.add("attemptFilter has no effect: there is no upstream");
        }
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
            if (route.mirror != null) {
                used.add(route.mirror.upstream());
            }
            route.destinations.forEach(end -> {
                if (end instanceof Destination.To to) {
                    used.add(to.upstream());
                }
            });
        }
        CookieClashes.check(drafts, settings, problems);
        problems.addAll(table.problems());
        if (builder.routes.stream().anyMatch(route -> route.endUnknown)) {
            return;
        }
        names.removeAll(used);
        names.forEach(name -> problems.add("upstream " + name + " has no effect: no route ends in it"));
    }
}
