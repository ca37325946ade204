package dev.gatehouse;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds upstreams whose affinity cookies replace each other's in a browser, so that no user stays anywhere. */
final class CookieClashes {

    private CookieClashes() {}

    /** An upstream's affinity, as the clients of a host see it; null is any host. */
    private record Seen(
            String upstream, Affinity affinity, @Nullable String host) {}

    /** Notes each pair of upstreams once. Routes with different patterns for the host count as different hosts. */
    static void check(List<RouteDraft> routes, Map<String, UpstreamSettings> upstreams, List<String> problems) {
        Set<Seen> seen = new LinkedHashSet<>();
        for (RouteDraft route : routes) {
            UpstreamSettings upstream =
                    route.destination() instanceof Destination.To to ? upstreams.get(to.upstream()) : null;
            Affinity affinity = upstream == null ? null : upstream.affinity();
            if (upstream != null && affinity != null && affinity.isCookie()) {
                seen.add(new Seen(upstream.name(), affinity, host(affinity, route.settings().host)));
            }
        }
        List<Seen> all = List.copyOf(seen);
        Set<String> found = new LinkedHashSet<>();
        for (int i = 0; i < all.size(); i++) {
            for (Seen earlier : all.subList(0, i)) {
                clash(earlier, all.get(i), found);
            }
        }
        problems.addAll(found);
    }

    private static @Nullable String host(Affinity affinity, @Nullable String pattern) {
        String domain = affinity.domain();
        return domain != null || pattern == null ? domain : pattern.toLowerCase(Locale.ROOT);
    }

    private static void clash(Seen one, Seen two, Set<String> found) {
        boolean clash = !one.upstream().equals(two.upstream())
                && Objects.equals(one.host(), two.host())
                && one.affinity().replaces(two.affinity());
        if (clash) {
            found.add("upstreams " + one.upstream() + " and " + two.upstream() + ": affinity: both have the cookie "
                    + one.affinity().name() + " with path " + one.affinity().path()
                    + (one.host() == null ? "" : " on host " + one.host())
                    + ", so that each replaces the other's (expected: different names or paths)");
        }
    }
}
