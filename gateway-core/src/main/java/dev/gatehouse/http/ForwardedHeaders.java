package dev.gatehouse.http;

import dev.gatehouse.internal.syntax.FieldSyntax;
import dev.gatehouse.internal.syntax.Printable;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway believes of proxies before it, and what it tells the upstreams behind it of the client: settings.
 *
 * <p>Whoever can connect can send {@code X-Forwarded-For}. So such fields are believed only from peers that are
 * {@linkplain Builder#trusted trusted by address}; from everyone else they are deleted, and written anew from what the
 * connection shows. Immutable.
 */
public final class ForwardedHeaders {

    /** The two ways in use to tell of the client. */
    public enum Style {
        /** {@code X-Forwarded-For}, {@code X-Forwarded-Proto}, {@code X-Forwarded-Host}: what most servers read. */
        X_FORWARDED,
        /** {@code Forwarded} (RFC 7239). */
        FORWARDED
    }

    private static final ForwardedHeaders DEFAULTS = builder().build();

    private final List<Cidr> trusted;
    private final Style trustedStyle;
    private final Set<Style> styles;
    private final String via;
    private final @Nullable String requestId;
    private final boolean preserveHost;
    private final boolean plainNamesOnly;

    private ForwardedHeaders(Builder builder) {
        this.trusted = List.copyOf(builder.trusted);
        this.trustedStyle = builder.trustedStyle == null ? Style.X_FORWARDED : builder.trustedStyle;
        this.styles = Set.copyOf(builder.styles);
        this.via = builder.via;
        this.requestId = builder.requestId;
        this.preserveHost = builder.preserveHost;
        this.plainNamesOnly = builder.plainNamesOnly;
    }

    /**
     * Nobody is trusted, and everything else has its default.
     *
     * @return a shared instance
     */
    public static ForwardedHeaders defaults() {
        return DEFAULTS;
    }

    /**
     * Settings that start with the defaults.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** The peers that are believed. */
    public List<Cidr> trusted() {
        return trusted;
    }

    /** Which fields of trusted peers are believed. */
    public Style trustedStyle() {
        return trustedStyle;
    }

    /** Which fields upstreams get. */
    public Set<Style> styles() {
        return styles;
    }

    /** The name of this gateway in {@code Via}. */
    public String via() {
        return via;
    }

    /** The field that carries a request's id, if there is one. */
    public Optional<String> requestId() {
        return Optional.ofNullable(requestId);
    }

    /** Whether upstreams see the host that the client asked for. */
    public boolean preserveHost() {
        return preserveHost;
    }

    /** Whether fields with other than letters, digits and hyphens in their names are dropped. */
    public boolean plainNamesOnly() {
        return plainNamesOnly;
    }

    /** Collects settings. Not safe for use by several threads. */
    public static final class Builder {

        private List<Cidr> trusted = List.of();
        private @Nullable Style trustedStyle;
        private Set<Style> styles = EnumSet.of(Style.X_FORWARDED);
        private String via = "gatehouse";
        private @Nullable String requestId = "X-Request-Id";
        private boolean preserveHost;
        private boolean plainNamesOnly;

        private Builder() {}

        /**
         * Sets the peers that are believed: the load balancers and proxies before this gateway. <b>Default:</b> nobody.
         * Name no block from which others than they can connect, or clients choose their own address.
         *
         * @param blocks addresses or blocks, such as {@code 10.0.0.0/8}; see {@link Cidr#parse}
         * @return this builder
         * @throws IllegalArgumentException if one is no block of addresses
         */
        public Builder trusted(String... blocks) {
            this.trusted = Stream.of(blocks).map(Cidr::parse).toList();
            return this;
        }

        /**
         * Sets which fields trusted peers write. <b>Default:</b> {@link Style#X_FORWARDED}. The others are deleted from
         * their requests too: a proxy that writes one style often lets the other through as a client sent it.
         *
         * @param style what they write
         * @return this builder
         */
        public Builder trustedStyle(Style style) {
            this.trustedStyle = style;
            return this;
        }

        /**
         * Sets which fields upstreams get. <b>Default:</b> {@link Style#X_FORWARDED} alone: two accounts of one fact cost
         * bytes, and can be read differently. The fields of a style that is not written reach no upstream.
         *
         * @param wanted the styles; none to tell upstreams nothing of the client
         * @return this builder
         */
        public Builder styles(Style... wanted) {
            Set<Style> set = EnumSet.noneOf(Style.class);
            set.addAll(List.of(wanted));
            this.styles = set;
            return this;
        }

        /**
         * Sets the name of this gateway in {@code Via} (RFC 9110 §7.6.3), which every message that it passes on gets.
         * <b>Default:</b> {@code gatehouse}.
         *
         * @param pseudonym a token; not a host name of the inside, since clients see it
         * @return this builder
         * @throws IllegalArgumentException if it is no token
         */
        public Builder via(String pseudonym) {
            if (!FieldSyntax.isToken(pseudonym)) {
                throw new IllegalArgumentException(
                        "via: \"" + Printable.of(pseudonym) + "\" (expected: a token of RFC 9110)");
            }
            this.via = pseudonym;
            return this;
        }

        /**
         * Sets the field that carries the id of a request. <b>Default:</b> {@code X-Request-Id}. The id of a trusted peer
         * is kept if it has at most 128 visible characters; otherwise the request gets a random one.
         *
         * @param name the name of the field
         * @return this builder
         * @throws IllegalArgumentException if it is no field name
         */
        public Builder requestId(String name) {
            FieldSyntax.checkName(name);
            this.requestId = name;
            return this;
        }

        /**
         * Gives requests no id. A field {@code X-Request-Id} is then one like any other.
         *
         * @return this builder
         */
        public Builder withoutRequestId() {
            this.requestId = null;
            return this;
        }

        /**
         * Sets whether upstreams see the host that the client asked for, instead of their own. <b>Default:</b> false: an
         * upstream that makes links, redirects or cache keys of its {@code Host} would make them of what a client sends.
         * Where it is true, routes with a host pattern keep unknown hosts out.
         *
         * @param preserve true to pass {@code Host} on
         * @return this builder
         */
        public Builder preserveHost(boolean preserve) {
            this.preserveHost = preserve;
            return this;
        }

        /**
         * Sets whether a client's fields are dropped if their names hold anything but letters, digits and hyphens.
         * <b>Default:</b> false, since gRPC metadata uses such names. Names that some servers cannot tell from one that
         * the gateway sets, such as {@code X_Forwarded_For}, are dropped in any case.
         *
         * @param only true to drop them all
         * @return this builder
         */
        public Builder plainNamesOnly(boolean only) {
            this.plainNamesOnly = only;
            return this;
        }

        /**
         * Makes the settings.
         *
         * @return the settings
         * @throws IllegalArgumentException if settings contradict each other, with all such problems
         */
        public ForwardedHeaders build() {
            List<String> problems = new ArrayList<>();
            if (trustedStyle != null && trusted.isEmpty()) {
                problems.add("trustedStyle has no effect: nobody is trusted");
            }
            if (requestId != null && isReserved(requestId)) {
                problems.add("requestId: " + requestId + " has a meaning of its own");
            }
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException(String.join("; ", problems));
            }
            return new ForwardedHeaders(this);
        }

        private static boolean isReserved(String name) {
            return name.regionMatches(true, 0, "X-Forwarded-", 0, 12)
                    || Stream.of("Host", "Connection", "Content-Length", "Transfer-Encoding", "TE", "Via", "Forwarded")
                            .anyMatch(name::equalsIgnoreCase);
        }
    }
}
