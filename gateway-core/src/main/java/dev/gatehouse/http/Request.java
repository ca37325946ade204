package dev.gatehouse.http;

import dev.gatehouse.internal.syntax.Authority;
import dev.gatehouse.internal.syntax.FieldSyntax;
import dev.gatehouse.internal.syntax.Printable;
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

    private Request(
            String method, RequestTarget target, String authority, Headers headers, Body body, Connection connection) {
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
     * A request as a server received it, for hosts. Nothing is checked here: a gateway judges it as it came, and answers
     * 400 itself, so that it gets the same verdict on every server.
     *
     * @param method the method, in the case it came with
     * @param target the request target
     * @param authority {@code :authority} of HTTP/2; null if the version has none, for the authority of an absolute target
     *     or else the {@code Host} field
     * @param headers the header section, made with {@link Headers.Builder#addParsed}; with {@code Host} if it came
     * @param body the content
     * @param connection what it came over
     * @return a request
     */
    public static Request received(
            String method,
            RequestTarget target,
            @Nullable String authority,
            Headers headers,
            Body body,
            Connection connection) {
        String host = defaultAuthority(authority, target, headers);
        return new Request(method, target, host, headers, body, connection);
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
     * A copy with another target. A gateway judges it like one that a client sends, before the request goes anywhere.
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
     * @param newAuthority {@code host} or {@code host:port}; empty for none
     * @return the changed copy
     * @throws IllegalArgumentException if it is no authority
     */
    public Request withAuthority(String newAuthority) {
        return new Request(method, target, checkAuthority(newAuthority), headers, body, connection);
    }

    /**
     * A copy with other headers.
     *
     * @param newHeaders the headers
     * @return the changed copy, or this request if they are the same instance
     */
    @SuppressWarnings("ReferenceEquality") // comparing all fields would cost more than a copy
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
    @SuppressWarnings("ReferenceEquality") // only the very same body makes no difference
    public Request withBody(Body newBody) {
        return newBody == body ? this : new Request(method, target, authority, headers, newBody, connection);
    }

    /** The method and path only: queries and headers may hold secrets. */
    @Override
    public String toString() {
        return Printable.of(method) + " " + target;
    }

    private static String checkMethod(String method) {
        if (!FieldSyntax.isToken(method)) {
            throw new IllegalArgumentException("not a method (expected: a token of RFC 9110)");
        }
        return method;
    }

    private static String checkAuthority(String authority) {
        if (!authority.isEmpty() && !Authority.isValid(authority)) {
            throw new IllegalArgumentException(
                    "not an authority (expected: host or host:port): \"" + Printable.of(authority) + '"');
        }
        return authority;
    }

    private static String defaultAuthority(@Nullable String given, RequestTarget target, Headers headers) {
        String authority = given == null ? target.authority() : given;
        if (authority == null) {
            authority = headers.get("Host");
        }
        return authority == null ? "" : authority;
    }

    /** Collects a request. Not safe for use by several threads. */
    public static final class Builder {

        private final String method;
        private final RequestTarget target;
        private @Nullable String authority;
        private Headers headers = Headers.empty();
        private Body body = Body.empty();
        private Connection connection = Connection.IN_PROCESS;

        private Builder(String method, RequestTarget target) {
            this.method = checkMethod(method);
            this.target = Objects.requireNonNull(target);
        }

        /**
         * Sets the host and port that the request is for. <b>Default:</b> the authority of an absolute target, else the
         * {@code Host} header, else empty.
         *
         * @param value {@code host} or {@code host:port}; empty for none
         * @return this builder
         * @throws IllegalArgumentException if it is no authority
         */
        public Builder authority(String value) {
            this.authority = checkAuthority(value);
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
            return new Request(method, target, defaultAuthority(authority, target, headers), headers, body, connection);
        }
    }
}
