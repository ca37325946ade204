package dev.gatehouse.internal.rules;

import dev.gatehouse.http.Cidr;
import dev.gatehouse.http.ClientInfo;
import dev.gatehouse.http.ForwardedHeaders.Style;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.internal.syntax.Authority;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Finds the client behind trusted proxies. Each proxy adds what it saw on the right; so the walk goes from right to left,
 * from one trusted address to the next, and ends at the first that is not trusted: what stands left of it is that
 * party's own invention.
 */
final class ClientWalk {

    private final List<Cidr> trusted;
    private final Style style;

    ClientWalk(List<Cidr> trusted, Style style) {
        this.trusted = trusted;
        this.style = style;
    }

    boolean trusts(@Nullable InetAddress address) {
        if (address != null) {
            for (Cidr block : trusted) {
                if (block.contains(address)) {
                    return true;
                }
            }
        }
        return false;
    }

    ClientInfo client(Request received) {
        InetAddress peer = received.connection().remote().getAddress();
        List<ForwardedElement> hops = List.of();
        if (trusts(peer)) {
            hops = style == Style.FORWARDED ? forwarded(received.headers()) : xForwarded(received.headers());
        }
        InetAddress client = peer;
        String scheme = received.connection().scheme();
        String host = received.authority();
        for (int i = hops.size() - 1; i >= 0 && trusts(client); i--) {
            ForwardedElement hop = hops.get(i);
            InetAddress before = hop.forNode() == null ? null : ForwardedElement.address(hop.forNode());
            if (hop.proto() != null && isScheme(hop.proto())) {
                scheme = hop.proto().toLowerCase(Locale.ROOT);
            }
            if (hop.host() != null && Authority.isValid(hop.host())) {
                host = hop.host();
            }
            if (before == null) {
                break; // hidden or unreadable: the last address that somebody vouched for has to do
            }
            client = before;
        }
        return ClientInfo.of(client, scheme, host);
    }

    /** A line that is malformed hides itself and all before it: nobody can tell which of it a trusted proxy wrote. */
    private static List<ForwardedElement> forwarded(Headers headers) {
        List<ForwardedElement> hops = new ArrayList<>();
        for (String line : headers.all("Forwarded")) {
            List<ForwardedElement> more = ForwardedElement.parse(line);
            if (more == null) {
                hops.clear();
            } else {
                hops.addAll(more);
            }
        }
        return hops;
    }

    /**
     * The three lists side by side. Many proxies replace the scheme and host instead of adding to the list; then there is
     * one less of them than of addresses, and it is told by the nearest proxy.
     */
    private static List<ForwardedElement> xForwarded(Headers headers) {
        List<String> nodes = list(headers, "X-Forwarded-For");
        List<String> protos = list(headers, "X-Forwarded-Proto");
        List<String> hosts = list(headers, "X-Forwarded-Host");
        List<ForwardedElement> hops = new ArrayList<>();
        int count = Math.max(1, nodes.size());
        for (int i = 0; i < count; i++) {
            String node = i < nodes.size() ? nodes.get(i) : null;
            hops.add(new ForwardedElement(node, hop(protos, i, count), hop(hosts, i, count)));
        }
        return hops;
    }

    private static @Nullable String hop(List<String> values, int index, int count) {
        if (values.size() == count) {
            return values.get(index);
        }
        return index == count - 1 && !values.isEmpty() ? values.get(values.size() - 1) : null;
    }

    private static List<String> list(Headers headers, String name) {
        List<String> members = new ArrayList<>();
        for (String line : headers.all(name)) {
            for (String member : line.split(",", -1)) {
                String value = unquote(member.trim());
                if (!value.isEmpty()) {
                    members.add(value);
                }
            }
        }
        return members;
    }

    private static String unquote(String text) {
        boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
        return quoted ? text.substring(1, text.length() - 1) : text;
    }

    private static boolean isScheme(String text) {
        return text.equalsIgnoreCase("http") || text.equalsIgnoreCase("https");
    }
}
