package dev.gatehouse;

import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.internal.rules.HopByHop;
import dev.gatehouse.internal.syntax.FieldSyntax;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a user at the endpoint that answered the first request, for endpoints that hold something for a user which others
 * do not have ({@link UpstreamBuilder#affinity}). The user holds a token, in a cookie or in a header field, which is
 * authenticated and says nothing of the endpoint to anybody without the secret. Gateways with the same secret and the same
 * name for the upstream understand each other's. Immutable, safe for use by several threads.
 *
 * <p>New endpoints move nobody. A user moves when the endpoint has left the list, is down or ejected, or when the token is
 * too old. A retry goes elsewhere without moving the user, and so does a call for which the endpoint has no place. A token
 * that is malformed, forged, for another upstream or too old is none.
 *
 * <p>A response that carries a token gets {@code Cache-Control: private} unless it has that or {@code no-store}: a shared
 * cache would give the token to everybody (RFC 9111 §5.2.2.7).
 *
 * <p>Not where any endpoint can serve any request: load is spread worse, and a lost endpoint costs its users more. To stay
 * by the client's address, use {@link dev.gatehouse.balancer.Strategy#clientIpHash()}: it needs no token, but new
 * endpoints do move some clients.
 */
public final class Affinity {

    private static final int LEAST_SECRET_BYTES = 16;

    /** Without these in the request, or with a token in their place in the response, a message is another one. */
    private static final Set<String> RESERVED = Set.of(
            "host",
            "cookie",
            "set-cookie",
            "authorization",
            "cache-control",
            "content-length",
            "content-type",
            "content-encoding",
            "location");

    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private final boolean isCookie;
    private final String name;
    private final List<byte[]> secrets;
    private final @Nullable Duration maxIdle;
    private final @Nullable Duration maxLife;
    private final CookieAttributes attributes;

    /** Which requests of other sites carry the cookie (RFC 6265bis §4.1.2.7). */
    public enum SameSite {
        /** None. */
        STRICT("Strict"),
        /** Those that lead a user to the site. */
        LAX("Lax"),
        /** All; browsers take it over https only. */
        NONE("None");

        private final String text;

        SameSite(String text) {
            this.text = text;
        }
    }

    /** What a cookie says beside its value; a null for {@code secure} leaves that to the request's scheme. */
    private record CookieAttributes(
            String path,
            @Nullable String domain,
            SameSite sameSite,
            @Nullable Boolean secure) {}

    private Affinity(
            boolean isCookie,
            String name,
            List<byte[]> secrets,
            @Nullable Duration maxIdle,
            @Nullable Duration maxLife,
            CookieAttributes attributes) {
        this.isCookie = isCookie;
        this.name = name;
        this.secrets = secrets;
        this.maxIdle = maxIdle;
        this.maxLife = maxLife;
        this.attributes = attributes;
    }

    /**
     * By a cookie, which ends with the browser's session: {@code HttpOnly}, {@code SameSite=Lax}, {@code Path=/}, and
     * {@code Secure} where the client came over https. Upstreams do not see it. Upstreams of one site need cookies with
     * different names or paths, or they replace each other's.
     *
     * @param name the cookie's name
     * @param secrets keys of 16 bytes or more, at best 32 random ones; the first makes tokens, all are understood
     * @return an affinity
     * @throws IllegalArgumentException if the name is no token of RFC 9110, or a secret is missing or too short
     */
    public static Affinity cookie(String name, byte[]... secrets) {
        return of(true, "cookie", name, secrets);
    }

    /**
     * By a header field, for clients that are programs: a response carries the token, and the client sends it back in the
     * field of the same name. Upstreams do not see it.
     *
     * @param name the field's name
     * @param secrets keys of 16 bytes or more, at best 32 random ones; the first makes tokens, all are understood
     * @return an affinity
     * @throws IllegalArgumentException if the name is no token of RFC 9110 or that of a field which HTTP needs, or a secret
     *     is missing or too short
     */
    public static Affinity header(String name, byte[]... secrets) {
        if (RESERVED.contains(name.toLowerCase(Locale.ROOT)) || HopByHop.isOne(name)) {
            throw new IllegalArgumentException(
                    "affinity header: " + name + " (expected: a field that has no other meaning)");
        }
        return of(false, "header", name, secrets);
    }

    private static Affinity of(boolean isCookie, String kind, String name, byte[]... secrets) {
        if (!FieldSyntax.isToken(name)) {
            throw new IllegalArgumentException("affinity " + kind + ": " + name + " (expected: a token of RFC 9110)");
        }
        if (secrets.length == 0) {
            throw new IllegalArgumentException("affinity secrets: none (expected: at least one)");
        }
        List<byte[]> copies = new ArrayList<>();
        for (byte[] secret : secrets) {
            if (secret.length < LEAST_SECRET_BYTES) {
                throw new IllegalArgumentException(
                        "affinity secret: " + secret.length + " bytes (expected: >= " + LEAST_SECRET_BYTES + ')');
            }
            copies.add(secret.clone());
        }
        CookieAttributes defaults = new CookieAttributes("/", null, SameSite.LAX, null);
        return new Affinity(isCookie, name, List.copyOf(copies), null, null, defaults);
    }

    /**
     * A copy in which a user who was away for long is balanced anew. A token that is used is renewed once a quarter of the
     * time has passed, so that a pause of three quarters of it never costs the endpoint. <b>Default:</b> no limit.
     *
     * @param time 1 s to {@link TimeSource#LONGEST}
     * @return the changed copy
     * @throws IllegalArgumentException if the time is out of its range
     */
    public Affinity withMaxIdle(Duration time) {
        return new Affinity(isCookie, name, secrets, checked("maxIdle", time), maxLife, attributes);
    }

    /**
     * A copy in which every user is balanced anew after some time, so that new endpoints get their share of old users.
     * <b>Default:</b> no limit.
     *
     * @param time 1 s to {@link TimeSource#LONGEST}, and not less than {@link #withMaxIdle}
     * @return the changed copy
     * @throws IllegalArgumentException if the time is out of its range
     */
    public Affinity withMaxLife(Duration time) {
        return new Affinity(isCookie, name, secrets, maxIdle, checked("maxLife", time), attributes);
    }

    /**
     * A copy whose cookie is for some paths only. <b>Default:</b> {@code /}.
     *
     * @param path begins with a slash
     * @return the changed copy
     * @throws IllegalArgumentException if it is no path, or this is no cookie
     */
    public Affinity withPath(String path) {
        boolean good = path.startsWith("/") && isAttribute(path);
        return with(
                "path",
                path,
                good,
                new CookieAttributes(path, attributes.domain(), attributes.sameSite(), attributes.secure()));
    }

    /**
     * A copy whose cookie is for a domain with all hosts in it. <b>Default:</b> the host that was asked only.
     *
     * @param domain the domain
     * @return the changed copy
     * @throws IllegalArgumentException if it is no domain, or this is no cookie
     */
    public Affinity withDomain(String domain) {
        boolean good = !domain.isBlank() && isAttribute(domain);
        return with(
                "domain",
                domain,
                good,
                new CookieAttributes(attributes.path(), domain, attributes.sameSite(), attributes.secure()));
    }

    /**
     * A copy with another {@code SameSite}. <b>Default:</b> {@link SameSite#LAX}.
     *
     * @param value which requests carry the cookie
     * @return the changed copy
     * @throws IllegalArgumentException if this is no cookie
     */
    public Affinity withSameSite(SameSite value) {
        return with(
                "sameSite",
                value,
                true,
                new CookieAttributes(
                        attributes.path(), attributes.domain(), Objects.requireNonNull(value), attributes.secure()));
    }

    /**
     * A copy whose cookie is always {@code Secure}, or never. <b>Default:</b> if the client came over https, as far as
     * trusted proxies tell.
     *
     * @param value true where a proxy that is not trusted ends TLS
     * @return the changed copy
     * @throws IllegalArgumentException if this is no cookie
     */
    public Affinity withSecure(boolean value) {
        return with(
                "secure",
                value,
                true,
                new CookieAttributes(attributes.path(), attributes.domain(), attributes.sameSite(), value));
    }

    private Affinity with(String setting, Object value, boolean good, CookieAttributes changed) {
        if (!isCookie || !good) {
            throw new IllegalArgumentException("affinity " + setting + ": " + value + " (expected: "
                    + (isCookie ? "one that a cookie can have)" : "only with a cookie)"));
        }
        return new Affinity(isCookie, name, secrets, maxIdle, maxLife, changed);
    }

    private static Duration checked(String setting, Duration time) {
        if (time.compareTo(SHORTEST) < 0 || time.compareTo(TimeSource.LONGEST) > 0) {
            throw new IllegalArgumentException("affinity " + setting + ": " + time + " (expected: " + SHORTEST + " to "
                    + TimeSource.LONGEST + ')');
        }
        return time;
    }

    private static boolean isAttribute(String value) {
        return value.chars().allMatch(c -> c > ' ' && c < 0x7f && c != ';');
    }

    /** Notes what does not fit together. */
    void check(Problems problems) {
        if (maxIdle != null && maxLife != null) {
            problems.check(maxIdle.compareTo(maxLife) <= 0, "maxIdle", maxIdle, "<= maxLife, which is " + maxLife);
        }
        boolean never = Boolean.FALSE.equals(attributes.secure());
        problems.check(!never || attributes.sameSite() != SameSite.NONE, "secure", false, "true with SameSite=None");
        boolean host = isCookie && name.regionMatches(true, 0, "__Host-", 0, 7);
        if (host || (isCookie && name.regionMatches(true, 0, "__Secure-", 0, 9))) {
            problems.check(Boolean.TRUE.equals(attributes.secure()), "secure", "not set to true", "true for " + name);
        }
        if (host) {
            boolean whole = attributes.path().equals("/") && attributes.domain() == null;
            problems.check(whole, "cookie", name, "with path / and without a domain");
        }
    }

    boolean isCookie() {
        return isCookie;
    }

    String name() {
        return name;
    }

    List<byte[]> secrets() {
        return secrets;
    }

    /** Seconds; the largest number if there is no limit. */
    long maxIdleSeconds() {
        return maxIdle == null ? Long.MAX_VALUE : maxIdle.toSeconds();
    }

    /** Seconds; the largest number if there is no limit. */
    long maxLifeSeconds() {
        return maxLife == null ? Long.MAX_VALUE : maxLife.toSeconds();
    }

    /** Whether browsers keep one cookie only of this and another affinity (RFC 6265 §5.3), if both come from one host. */
    boolean replaces(Affinity other) {
        return isCookie
                && other.isCookie
                && name.equals(other.name)
                && attributes.path().equals(other.attributes.path())
                && Objects.equals(domain(), other.domain());
    }

    /** What the cookie is for; null for the host that was asked. */
    @Nullable
    String domain() {
        return attributes.domain() == null ? null : attributes.domain().toLowerCase(Locale.ROOT);
    }

    String path() {
        return attributes.path();
    }

    /** The value of {@code Set-Cookie}. */
    String setCookie(String token, boolean https) {
        boolean secure = attributes.secure() == null ? https : attributes.secure();
        return name + '=' + token + "; Path=" + attributes.path()
                + (attributes.domain() == null ? "" : "; Domain=" + attributes.domain())
                + "; HttpOnly; SameSite=" + attributes.sameSite().text + (secure ? "; Secure" : "");
    }

    /** The settings, but no secret. */
    @Override
    public String toString() {
        return (isCookie ? "cookie " : "header ")
                + name
                + (maxIdle == null ? "" : ", max idle " + maxIdle)
                + (maxLife == null ? "" : ", max life " + maxLife);
    }
}
