package dev.gatehouse.http;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request as it came, or as a filter changed it. Immutable but for its {@link Body}, which is read once.
 *
 * <p>The method is case-sensitive (RFC 9110 §9.1). The {@link RequestTarget} is parsed once and is what everything
 * reads: matching, authorisation, keys and forwarding.
 */
public final class Request {

    private final String method;
    private final RequestTarget target;
    private final String authority;
    private final Headers headers;
    private final Body body;
    private final Connection connection;

    private Request(Builder builder) {
        this.method = builder.method;
        this.target = builder.target;
        this.authority = builder.authority;
        this.headers = builder.headers;
        this.body = builder.body;
        this.connection = builder.connection;
    }

    private Request(
            String method,
            RequestTarget target,
            String authority,
            Headers headers,
            Body body,
            Connection connection) {
        this.method = method;
        this.target = target;
        this.authority = authority;
        this.headers = headers;
        this.body = body;
        this.connection = connection;
    }

    /**
     * A GET request, for {@code explain}, in-process calls and tests.
     *
     * @param target the request target, such as {@code /orders/7?full=1}
     * @return a builder
     */
    public static Builder get(String target) {
        return builder("GET", target);
    }

    /**
     * A request.
     *
     * @param method the method, such as {@code POST}
     * @param target the request target, such as {@code /orders}
     * @return a builder
     * @throws IllegalArgumentException if the method is no token
     */
    public static Builder builder(String method, String target) {
        return new Builder(method, RequestTarget.parse(target));
    }

    /**
     * A request whose target is parsed already.
     *
     * @param method the method
     * @param target the request target
     * @return a builder
     * @throws IllegalArgumentException if the method is no token
     */
    public static Builder builder(String method, RequestTarget target) {
        return new Builder(method, target);
    }

    /**
     * The method, case-sensitive.
     *
     * @return the method
     */
    public String method() {
        return method;
    }

    /**
     * The request target.
     *
     * @return the target
     */
    public RequestTarget target() {
        return target;
    }

    /**
     * The path as it came: percent-encoded, without the query.
     *
     * @return the raw path, {@code *} for the asterisk form
     */
    public String path() {
        return target.rawPath();
    }

    /**
     * The host and port that the client asked for: {@code Host}, {@code :authority}, or the authority of an absolute
     * target (RFC 9112 §3.2).
     *
     * @return {@code host} or {@code host:port}; empty for an HTTP/1.0 request that names none
     */
    public String authority() {
        return authority;
    }

    /**
     * The header section.
     *
     * @return the headers
     */
    public Headers headers() {
        return headers;
    }

    /**
     * The content.
     *
     * @return the body
     */
    public Body body() {
        return body;
    }

    /**
     * What the request came over.
     *
     * @return the connection
     */
    public Connection connection() {
        return connection;
    }

    /**
     * A copy with another method.
     *
     * @param newMethod the method
     * @return the changed copy
     * @throws IllegalArgumentException if the method is no token
     */
    public Request withMethod(String newMethod) {
        return new Request(checkMethod(newMethod), target, authority, headers, body, connection);
    }

    /**
     * A copy with another target.
     *
     * @param newTarget the target
     * @return the changed copy
     */
    public Request withTarget(RequestTarget newTarget) {
        return new Request(method, newTarget, authority, headers, body, connection);
    }

    /**
     * A copy that names another host.
     *
     * @param newAuthority {@code host} or {@code host:port}
     * @return the changed copy
     */
    public Request withAuthority(String newAuthority) {
        return new Request(method, target, newAuthority, headers, body, connection);
    }

    /**
     * A copy with other headers.
     *
     * @param newHeaders the headers
     * @return the changed copy, or this request if they are the same instance
     */
    public Request withHeaders(Headers newHeaders) {
        return newHeaders == headers ? this : new Request(method, target, authority, newHeaders, body, connection);
    }

    /**
     * A copy in which a header field has exactly this value.
     *
     * @param name the name
     * @param value the value
     * @return the changed copy
     * @throws IllegalArgumentException if the name or value is not allowed
     */
    public Request withHeader(String name, String value) {
        return withHeaders(headers.with(name, value));
    }

    /**
     * A copy without a header field.
     *
     * @param name the name, in any case
     * @return the changed copy
     */
    public Request withoutHeader(String name) {
        return withHeaders(headers.without(name));
    }

    /**
     * A copy with other content. The {@code Content-Length} is written from the body's length.
     *
     * @param newBody the content
     * @return the changed copy
     */
    public Request withBody(Body newBody) {
        return new Request(method, target, authority, headers, newBody, connection);
    }

    /** The method and path only: queries and headers may hold secrets. */
    @Override
    public String toString() {
        return method + " " + target.rawPath();
    }

    private static String checkMethod(String method) {
        if (!FieldSyntax.isToken(method)) {
            throw new IllegalArgumentException("not a method (expected: a token of RFC 9110)");
        }
        return method;
    }

    /** Collects a request. Not safe for use by several threads. */
    public static final class Builder {

        private final String method;
        private final RequestTarget target;
        private String authority = "";
        private Headers headers = Headers.empty();
        private Body body = Body.empty();
        private Connection connection = Connection.IN_PROCESS;

        private Builder(String method, RequestTarget target) {
            this.method = checkMethod(method);
            this.target = Objects.requireNonNull(target);
            String own = target.authority();
            if (own != null) {
                authority = own;
            }
        }

        /**
         * Sets the host and port that the request is for. <b>Default:</b> the authority of an absolute target, else the
         * {@code Host} header, else empty.
         *
         * @param value {@code host} or {@code host:port}
         * @return this builder
         */
        public Builder authority(String value) {
            this.authority = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Replaces all headers. <b>Default:</b> none.
         *
         * @param value the headers
         * @return this builder
         */
        public Builder headers(Headers value) {
            this.headers = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Adds a header field line.
         *
         * @param name the name
         * @param value the value
         * @return this builder
         * @throws IllegalArgumentException if the name or value is not allowed
         */
        public Builder header(String name, String value) {
            this.headers = headers.withAdded(name, value);
            return this;
        }

        /**
         * Sets the content. <b>Default:</b> empty.
         *
         * @param value the content
         * @return this builder
         */
        public Builder body(Body value) {
            this.body = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Sets what the request came over. <b>Default:</b> {@link Connection#IN_PROCESS}.
         *
         * @param value the connection
         * @return this builder
         */
        public Builder connection(Connection value) {
            this.connection = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Makes the request.
         *
         * @return a request
         */
        public Request build() {
            if (authority.isEmpty()) {
                @Nullable String host = headers.get("Host");
                authority = host == null ? "" : host;
            }
            return new Request(this);
        }
    }
}
