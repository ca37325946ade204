package dev.gatehouse.balancer;

import dev.gatehouse.balancer.internal.dns.DnsAnswer;
import dev.gatehouse.balancer.internal.dns.DnsClient;
import dev.gatehouse.balancer.internal.dns.DnsException;
import dev.gatehouse.balancer.internal.dns.DnsRecord;
import dev.gatehouse.balancer.internal.dns.DnsServers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Looks the endpoints of a name up, again and again. Blocks; for one thread at a time. */
final class DnsLook {

    /**
     * What came of a look.
     *
     * @param endpoints the list, sorted, so that another order of the records is no change; null if the last good list
     *     shall stay
     * @param problem what to tell; there may be one although there is a list
     * @param next when to look again; null if nothing says it, which is for the back-off
     */
    record Found(
            @Nullable List<Endpoint> endpoints,
            @Nullable Exception problem,
            @Nullable Duration next) {}

    private final DnsSettings settings;
    private final DnsClient client;

    /** The last good addresses by the type of their records: if one type cannot be asked for, its addresses stay. */
    private Map<Integer, List<InetAddress>> addresses = new HashMap<>();

    DnsLook(DnsSettings settings, BooleanSupplier abandoned) {
        this.settings = settings;
        this.client = new DnsClient(settings.timeout(), TimeSource.system()::nanoTime, abandoned);
    }

    Found look() {
        try {
            List<InetSocketAddress> servers = settings.servers().isEmpty() ? DnsServers.ofSystem() : settings.servers();
            return settings.srv() ? services(servers) : addresses(servers);
        } catch (DnsException e) {
            return new Found(null, e, null);
        }
    }

    private Found addresses(List<InetSocketAddress> servers) {
        Map<Integer, List<InetAddress>> next = new HashMap<>(addresses);
        Exception problem = null;
        DnsAnswer empty = null;
        long ttl = Long.MAX_VALUE;
        List<Integer> types = settings.ipv6() ? List.of(DnsRecord.A, DnsRecord.AAAA) : List.of(DnsRecord.A);
        for (int type : types) {
            try {
                DnsAnswer answer = client.ask(servers, settings.name(), type);
                if (!answer.exists()) {
                    return negative(answer);
                }
                List<InetAddress> found = answer.records().stream()
                        .map(read -> ((DnsRecord.Address) read).address())
                        .toList();
                empty = found.isEmpty() ? answer : empty;
                ttl = found.isEmpty() ? ttl : Math.min(ttl, answer.ttl().orElse(0));
                next.put(type, found);
            } catch (DnsException e) {
                problem = e;
            }
        }
        List<Endpoint> endpoints = endpoints(next);
        if (endpoints.isEmpty()) {
            return problem == null && empty != null ? negative(empty) : new Found(null, problem, null);
        }
        addresses = next;
        return new Found(endpoints, problem, problem == null ? settings.bounded(ttl) : null);
    }

    private List<Endpoint> endpoints(Map<Integer, List<InetAddress>> found) {
        Map<String, Endpoint> byId = new TreeMap<>();
        found.values()
                .forEach(some -> some.forEach(address -> {
                    Endpoint endpoint = Endpoint.of(settings.scheme() + "://" + host(address) + ":" + settings.port());
                    byId.put(endpoint.id(), endpoint);
                }));
        return List.copyOf(byId.values());
    }

    private static String host(InetAddress address) {
        return address.getAddress().length == 4 ? address.getHostAddress() : "[" + address.getHostAddress() + "]";
    }

    private Found services(List<InetSocketAddress> servers) throws DnsException {
        DnsAnswer answer = client.ask(servers, settings.name(), DnsRecord.SRV);
        List<DnsRecord.Service> records = answer.records().stream()
                .map(DnsRecord.Service.class::cast)
                // Two records for one place: the one that counts for more.
                .sorted(Comparator.comparingInt(DnsRecord.Service::priority)
                        .thenComparing(Comparator.comparingInt(DnsRecord.Service::weight)
                                .reversed()))
                .toList();
        if (records.isEmpty()) {
            return negative(answer);
        }
        Duration next = settings.bounded(answer.ttl().orElse(0));
        if (records.size() == 1 && records.get(0).target().isEmpty()) {
            // RFC 2782: the root as a target says that the service is decidedly not there.
            return new Found(List.of(), null, next);
        }
        Map<String, Endpoint> byId = new TreeMap<>();
        List<String> refused = new ArrayList<>();
        for (DnsRecord.Service service : records) {
            try {
                Endpoint endpoint = endpoint(service);
                byId.putIfAbsent(endpoint.id(), endpoint);
            } catch (IllegalArgumentException e) {
                refused.add("\"" + service.target() + "\":" + service.port());
            }
        }
        Exception problem = refused.isEmpty()
                ? null
                : new IOException("SRV records of " + settings.name() + " name no host and port: " + refused);
        return new Found(byId.isEmpty() ? null : List.copyOf(byId.values()), problem, next);
    }

    private Endpoint endpoint(DnsRecord.Service service) {
        String place = service.target() + ":" + service.port();
        return Endpoint.builder(place, URI.create(settings.scheme() + "://" + place))
                .priority(service.priority())
                // 0 is "hardly ever" there. The least that an endpoint can have is 1.
                .weight(Math.max(1, service.weight()))
                .build();
    }

    /** That a name or its records are gone says more often something of the DNS than of the service. */
    private Found negative(DnsAnswer answer) {
        String what = answer.exists() ? " has no " + (settings.srv() ? "SRV records" : "addresses") : " does not exist";
        Duration next =
                answer.ttl().isPresent() ? settings.boundedNegative(answer.ttl().getAsLong()) : null;
        return new Found(null, new IOException("the name " + settings.name() + what), next);
    }
}
