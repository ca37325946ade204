package dev.gatehouse;

import dev.gatehouse.http.Request;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What requests have in common that shall go to the same endpoint, for an upstream whose strategy hashes
 * ({@link UpstreamBuilder#hashKey}). Equal keys go to the same endpoint, as far as the strategy holds to that. Safe for
 * use by several threads.
 *
 * <p>Not for users who must stay where their session is: a hash moves some of them whenever endpoints come, and that is
 * what {@link Affinity} is for.
 */
@FunctionalInterface
public interface HashKey {

    /**
     * The key of a request, asked for once, before the first attempt. It must not block. What it throws is logged once,
     * and counts as no key.
     *
     * @param request the request as the filters have left it
     * @param exchange its exchange
     * @return the key; null or empty if the request has none, and the client's address stands in
     */
    @Nullable
    String of(Request request, Exchange exchange);

    /**
     * The client's address, as far as trusted proxies tell.
     *
     * @return a key
     */
    static HashKey clientIp() {
        return HashKeys.ClientIp.ADDRESS;
    }

    /**
     * The first value of a header field. Clients choose what they send: see the strategies with a seed.
     *
     * @param name the name, in any case
     * @return a key
     * @throws IllegalArgumentException if the name is no token of RFC 9110
     */
    static HashKey header(String name) {
        return new HashKeys.Header(Objects.requireNonNull(name, "name"));
    }

    /**
     * The first value of a cookie.
     *
     * @param name the name; case-sensitive
     * @return a key
     * @throws IllegalArgumentException if the name is no token of RFC 9110
     */
    static HashKey cookie(String name) {
        return new HashKeys.Cookie(Objects.requireNonNull(name, "name"));
    }

    /**
     * What a variable of the route's path stands for, decoded.
     *
     * @param name the variable, {@code id} for {@code /orders/{id}}; a route without it has no key
     * @return a key
     */
    static HashKey pathVariable(String name) {
        return new HashKeys.PathVariable(Objects.requireNonNull(name, "name"));
    }
}
