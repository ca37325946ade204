package dev.gatehouse.http;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A response as an upstream, a handler or a filter made it. Immutable but for its {@link Body}, which is read once.
 *
 * <p>A response that stands for an error of the gateway's own carries it as {@link #failure()}, so that outer filters
 * can tell a 502 that we made from one that an upstream sent.
 */
public final class Response {

    private final int status;
    private final Headers headers;
    private final Body body;
    private final @Nullable GatewayException failure;

    private Response(int status, Headers headers, Body body, @Nullable GatewayException failure) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status: " + status + " (expected: 200 to 599)");
        }
        this.status = status;
        this.headers = Objects.requireNonNull(headers);
        this.body = Objects.requireNonNull(body);
        this.failure = failure;
    }

    /**
     * A response without headers and content.
     *
     * @param status the final status, 200 to 599
     * @return a response
     */
    public static Response of(int status) {
        return new Response(status, Headers.empty(), Body.empty(), null);
    }

    /**
     * A response.
     *
     * @param status the final status, 200 to 599
     * @param headers the headers
     * @param body the content
     * @return a response
     */
    public static Response of(int status, Headers headers, Body body) {
        return new Response(status, headers, body, null);
    }

    /**
     * A response with plain text in UTF-8.
     *
     * @param status the final status, 200 to 599
     * @param text the text
     * @return a response
     */
    public static Response text(int status, String text) {
        return new Response(status, Headers.of("Content-Type", "text/plain; charset=utf-8"), Body.of(text), null);
    }

    /**
     * A response with JSON.
     *
     * @param status the final status, 200 to 599
     * @param json the JSON text, sent as it is
     * @return a response
     */
    public static Response json(int status, String json) {
        return new Response(status, Headers.of("Content-Type", "application/json"), Body.of(json), null);
    }

    /**
     * A problem report (RFC 9457), {@code application/problem+json}.
     *
     * @param status the final status, 200 to 599
     * @param code a short name of the kind of problem, such as {@code unknown-tenant}; becomes the member {@code code}
     * @param detail a sentence for the client; must not name upstreams, classes or secrets
     * @return a response
     */
    public static Response problem(int status, String code, String detail) {
        return new Response(status, Problem.HEADERS, Body.of(Problem.json(status, code, detail)), null);
    }

    /**
     * The status code.
     *
     * @return 200 to 599
     */
    public int status() {
        return status;
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
     * The gateway's own error that this response stands for.
     *
     * @return the error; empty if the response came from an upstream, the host or a filter
     */
    public Optional<GatewayException> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * A copy with another status.
     *
     * @param newStatus the final status, 200 to 599
     * @return the changed copy
     */
    public Response withStatus(int newStatus) {
        return new Response(newStatus, headers, body, failure);
    }

    /**
     * A copy with other headers.
     *
     * @param newHeaders the headers
     * @return the changed copy, or this response if they are the same instance
     */
    @SuppressWarnings("ReferenceEquality") // comparing all fields would cost more than a copy
    public Response withHeaders(Headers newHeaders) {
        return newHeaders == headers ? this : new Response(status, newHeaders, body, failure);
    }

    /**
     * A copy in which a header field has exactly this value.
     *
     * @param name the name
     * @param value the value
     * @return the changed copy
     * @throws IllegalArgumentException if the name or value is not allowed
     */
    public Response withHeader(String name, String value) {
        return withHeaders(headers.with(name, value));
    }

    /**
     * A copy without a header field.
     *
     * @param name the name, in any case
     * @return the changed copy
     */
    public Response withoutHeader(String name) {
        return withHeaders(headers.without(name));
    }

    /**
     * A copy with other content. The {@code Content-Length} is written from the body's length.
     *
     * @param newBody the content
     * @return the changed copy
     */
    @SuppressWarnings("ReferenceEquality") // only the very same body makes no difference
    public Response withBody(Body newBody) {
        return newBody == body ? this : new Response(status, headers, newBody, failure);
    }

    /**
     * A copy that stands for an error of the gateway's own.
     *
     * @param newFailure the error
     * @return the changed copy
     */
    public Response withFailure(GatewayException newFailure) {
        return new Response(status, headers, body, Objects.requireNonNull(newFailure));
    }

    /** The status only: headers may hold secrets. */
    @Override
    public String toString() {
        return Integer.toString(status);
    }
}
