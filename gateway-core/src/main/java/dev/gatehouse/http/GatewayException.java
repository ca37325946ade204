package dev.gatehouse.http;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An exchange failed: what went wrong, through whom, and whether an upstream may have seen the request.
 *
 * <p>The message is for logs. What a client is told comes from the {@link Kind}, so that no upstream address, class name or
 * foreign message leaves the gateway; for {@link Kind#NO_ENDPOINT} with what the balancer says of it, which is numbers only.
 */
public final class GatewayException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    private final Kind kind;

    /** Whether an upstream may have seen the request. */
    private final RequestSent requestSent;

    /** The party that a failure is down to. */
    public enum Source {
        /** The client sent something wrong, or went away. */
        CLIENT,
        /** An upstream failed. */
        UPSTREAM,
        /** The gateway itself refused or failed. */
        GATEWAY
    }

    /** Whether an upstream may have seen the request, and so whether sending it again can do harm. */
    public enum RequestSent {
        /** Nothing was written: any request may be sent again. */
        NO,
        /** Some of it may have arrived. */
        MAYBE,
        /** It arrived: an upstream began to answer. */
        YES
    }

    /** What went wrong, by phase and party. */
    public enum Kind {
        /** The request target is ambiguous or malformed. */
        BAD_TARGET(400, Source.CLIENT, "The request target is malformed or ambiguous."),
        /** The request target is longer than allowed. */
        TARGET_TOO_LONG(414, Source.CLIENT, "The request target is too long."),
        /** The header section has more fields or bytes than allowed. */
        HEADERS_TOO_LARGE(431, Source.CLIENT, "The header section is too large."),
        /** The message is malformed in another way. */
        BAD_REQUEST(400, Source.CLIENT, "The request is malformed."),
        /** The method is refused for every target: CONNECT and TRACE. */
        METHOD_REFUSED(501, Source.CLIENT, "The method is not supported."),
        /** The client expects something that is not {@code 100-continue} (RFC 9110 §10.1.1). */
        EXPECTATION_FAILED(417, Source.CLIENT, "The expectation is not supported."),
        /** No route matches. */
        NO_ROUTE(404, Source.CLIENT, "There is nothing here."),
        /** Routes match, but for other methods. */
        METHOD_NOT_ALLOWED(405, Source.CLIENT, "The method is not allowed here."),
        /** The request's content is larger than allowed. */
        BODY_TOO_LARGE(413, Source.CLIENT, "The content is too large."),
        /** The client's content broke off or was malformed. */
        REQUEST_BODY_CLIENT(400, Source.CLIENT, "The request's content broke off or is malformed."),
        /** The client went away. Nobody reads the answer; 499 is what nginx logs. */
        CLIENT_GONE(499, Source.CLIENT, "The client closed the request."),
        /** A rate limit is used up. */
        REJECTED_RATE(429, Source.GATEWAY, "Too many requests."),
        /** A queue or pool of the gateway is full. */
        REJECTED_OVERLOAD(503, Source.GATEWAY, "The service is overloaded."),
        /** The gateway is closing. */
        CLOSING(503, Source.GATEWAY, "The service is shutting down."),
        /** A filter or handler threw, or broke its contract. */
        FILTER_FAILED(500, Source.GATEWAY, "The request could not be processed."),
        /** No endpoint of the upstream is usable. */
        NO_ENDPOINT(503, Source.UPSTREAM, "The service is unavailable."),
        /** A connection to an endpoint was refused or could not be made. */
        CONNECT_FAILED(502, Source.UPSTREAM, "The service could not be reached."),
        /** A connection to an endpoint was not made in time. */
        CONNECT_TIMEOUT(504, Source.UPSTREAM, "The service could not be reached in time."),
        /** TLS with an endpoint failed. */
        TLS_FAILED(502, Source.UPSTREAM, "The service could not be reached."),
        /** An endpoint did not begin to answer in time. */
        UPSTREAM_TIMEOUT(504, Source.UPSTREAM, "The service did not answer in time."),
        /** An endpoint closed or reset the connection before it answered. */
        UPSTREAM_CLOSED(502, Source.UPSTREAM, "The service did not answer."),
        /** An endpoint's answer is no valid HTTP. */
        UPSTREAM_PROTOCOL(502, Source.UPSTREAM, "The service gave an invalid answer."),
        /** An endpoint's content broke off after its headers were passed on. */
        RESPONSE_BODY_UPSTREAM(502, Source.UPSTREAM, "The service's answer broke off."),
        /** The time for the whole exchange is over. */
        DEADLINE(504, Source.GATEWAY, "The request took too long.");

        private final int status;
        private final Source source;
        private final String detail;

        Kind(int status, Source source, String detail) {
            this.status = status;
            this.source = source;
            this.detail = detail;
        }

        /**
         * The status that a client gets, if nothing was sent yet.
         *
         * @return an error status
         */
        public int status() {
            return status;
        }

        /**
         * Whom a failure of this kind is down to.
         *
         * @return the party
         */
        public Source source() {
            return source;
        }

        /**
         * A sentence for the client.
         *
         * @return text without any detail of the inside
         */
        public String detail() {
            return detail;
        }

        /**
         * The name for the client and for labels.
         *
         * @return the constant's name in lower case with hyphens, such as {@code no-endpoint}
         */
        public String code() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * A failure before anything was sent.
     *
     * @param kind what went wrong
     * @param message for logs
     */
    public GatewayException(Kind kind, String message) {
        this(kind, RequestSent.NO, message, null);
    }

    /**
     * A failure.
     *
     * @param kind what went wrong
     * @param requestSent whether an upstream may have seen the request
     * @param message for logs
     * @param cause the cause, or null
     */
    public GatewayException(Kind kind, RequestSent requestSent, String message, @Nullable Throwable cause) {
        // Failures are frequent when an upstream is down and are told apart by kind: a stack trace would only cost.
        super(message, cause, false, cause != null);
        this.kind = Objects.requireNonNull(kind);
        this.requestSent = Objects.requireNonNull(requestSent);
    }

    /**
     * What went wrong.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Whom the failure is down to.
     *
     * @return the party
     */
    public Source source() {
        return kind.source();
    }

    /**
     * Whether an upstream may have seen the request.
     *
     * @return NO, MAYBE or YES
     */
    public RequestSent requestSent() {
        return requestSent;
    }
}
