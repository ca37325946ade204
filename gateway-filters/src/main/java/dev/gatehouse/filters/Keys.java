package dev.gatehouse.filters;

import dev.gatehouse.Exchange;
import dev.gatehouse.http.Request;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Ready-made {@link KeyFunction}s. None of them exempts a request: those that lack what the key is made of (a header
 * field that was left out, a call within the process that has no address) share one key among them, since leaving
 * something out must not lift a limit.
 */
public final class Keys {

    /**
     * The half of an IPv6 address that names a subnet (RFC 4291 §2.5.4). A subscriber is given one such subnet or more
     * (RFC 6177 §2) and any device in it takes as many addresses as it likes (RFC 8981).
     */
    private static final int SUBNET_BYTES = 8;

    private static final String NONE = "";

    private Keys() {}

    /**
     * The client's address, as far as trusted proxies tell. IPv6 addresses count by their /64, because whoever has one
     * address of such a subnet has 2^64 of them.
     *
     * @return a key function
     */
    public static KeyFunction clientIp() {
        return (request, exchange) -> {
            InetAddress address = exchange.client().inetAddress();
            if (address instanceof Inet6Address) {
                return HexFormat.of().formatHex(address.getAddress(), 0, SUBNET_BYTES) + "/64";
            }
            return Objects.requireNonNullElse(exchange.client().address(), NONE);
        };
    }

    /**
     * The first value of a header field. A client chooses what it sends: without a filter before that checks the value,
     * it gets a new limit with each new value.
     *
     * @param name the name, in any case
     * @return a key function
     */
    public static KeyFunction header(String name) {
        Objects.requireNonNull(name);
        return (request, exchange) ->
                Objects.requireNonNullElse(request.headers().get(name), NONE);
    }

    /**
     * What a variable of the route's path stands for, decoded.
     *
     * @param name the variable, {@code id} for {@code /orders/{id}}
     * @return a key function
     */
    public static KeyFunction pathVariable(String name) {
        Objects.requireNonNull(name);
        return (request, exchange) ->
                Objects.requireNonNullElse(exchange.pathVariables().get(name), NONE);
    }

    /**
     * The route that matched.
     *
     * @return a key function
     */
    public static KeyFunction route() {
        return (request, exchange) -> exchange.routeId();
    }

    /**
     * The same for all requests: one limit for everything that passes the filter.
     *
     * @return a key function
     */
    public static KeyFunction global() {
        return (request, exchange) -> NONE;
    }

    /**
     * Several keys as one, such as each client on each route.
     *
     * @param parts two or more; a request that one of them exempts is exempt
     * @return a key function
     */
    public static KeyFunction combine(KeyFunction... parts) {
        if (parts.length < 2) {
            throw new IllegalArgumentException("combine: " + parts.length + " key functions (expected: >= 2)");
        }
        List<KeyFunction> all = List.of(parts);
        return (request, exchange) -> join(all, request, exchange);
    }

    private static @Nullable String join(List<KeyFunction> parts, Request request, Exchange exchange) {
        StringBuilder joined = new StringBuilder();
        for (KeyFunction part : parts) {
            String key = part.key(request, exchange);
            if (key == null) {
                return null;
            }
            // With the lengths, "a" and "bc" are told from "ab" and "c".
            joined.append(key.length()).append(':').append(key);
        }
        return joined.toString();
    }
}
