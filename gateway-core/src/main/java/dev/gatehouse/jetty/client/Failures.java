package dev.gatehouse.jetty.client;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.jetty.http1.MalformedMessageException;
import dev.gatehouse.jetty.http2.StreamClosedException;
import dev.gatehouse.transport.Call;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.client.HttpResponseException;
import org.eclipse.jetty.client.RetryableRequestException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.RetryableStreamException;
import org.eclipse.jetty.http2.hpack.HpackException;
import org.jspecify.annotations.Nullable;

/** What a failure of Jetty's means, by how far the request had come. */
final class Failures {

    /** How Jetty words a stream that was reset with this code. */
    private static final String REFUSED_STREAM = ErrorCode.toString(ErrorCode.REFUSED_STREAM_ERROR.code, null);

    private Failures() {}

    /** The exchange was given up for a reason of ours; how much was sent is the exchange's to say. */
    static GatewayException aborted(GatewayException reason, RequestSent sent) {
        @Nullable String message = reason.getMessage();
        return failure(reason.kind(), sent, message == null ? reason.kind().code() : message, reason.getCause());
    }

    /** The request had no connection yet: nothing was sent. */
    static GatewayException beforeConnection(Throwable cause, Call call, boolean running) {
        String endpoint = call.endpoint().id();
        if (cause instanceof RejectedExecutionException) {
            return running
                    ? queueFull(call, cause)
                    : failure(Kind.CLOSING, RequestSent.NO, "the transport is closed", cause);
        }
        if (cause instanceof SSLException) {
            return failure(Kind.TLS_FAILED, RequestSent.NO, "TLS with " + endpoint + " failed", cause);
        }
        if (cause instanceof SocketTimeoutException || cause instanceof TimeoutException) {
            return failure(Kind.CONNECT_TIMEOUT, RequestSent.NO, "not connected in time: " + endpoint, cause);
        }
        return failure(Kind.CONNECT_FAILED, RequestSent.NO, "not connected: " + endpoint, cause);
    }

    /** Too many requests wait for a connection already. */
    static GatewayException queueFull(Call call, @Nullable Throwable cause) {
        String endpoint = call.endpoint().id();
        return failure(Kind.REJECTED_OVERLOAD, RequestSent.NO, "the queue for " + endpoint + " is full", cause);
    }

    /** The request had a connection, and no response was passed on. */
    static GatewayException beforeResponse(Throwable cause, Sending content, RequestSent sent) {
        Throwable broken = content.broken();
        if (broken != null) {
            return requestBody(broken, sent);
        }
        if (cause instanceof TimeoutException) {
            return content.isWaiting()
                    ? failure(Kind.REQUEST_BODY_CLIENT, sent, "the client stopped sending", cause)
                    : failure(Kind.UPSTREAM_TIMEOUT, sent, "the endpoint was silent", cause);
        }
        if (cause instanceof HpackException) {
            return failure(Kind.BAD_REQUEST, RequestSent.NO, "a field cannot be sent in HTTP/2", cause);
        }
        if (isProtocol(cause)) {
            return failure(Kind.UPSTREAM_PROTOCOL, RequestSent.YES, "the answer is no valid HTTP", cause);
        }
        RequestSent known = isUnprocessed(cause) ? RequestSent.NO : sent;
        return failure(Kind.UPSTREAM_CLOSED, known, "the connection broke before an answer", cause);
    }

    /** A response was passed on; its content ends early. */
    static GatewayException duringResponse(Throwable cause, Sending content, boolean readerWaiting) {
        if (cause instanceof GatewayException known) {
            return known;
        }
        Throwable broken = content.broken();
        if (broken != null) {
            return requestBody(broken, RequestSent.YES);
        }
        if (cause instanceof TimeoutException && !readerWaiting) {
            return failure(Kind.CLIENT_GONE, RequestSent.YES, "nobody read the response", cause);
        }
        return failure(Kind.RESPONSE_BODY_UPSTREAM, RequestSent.YES, "the response broke off", cause);
    }

    private static GatewayException requestBody(Throwable broken, RequestSent sent) {
        if (broken instanceof GatewayException known) {
            return failure(known.kind(), sent, String.valueOf(known.getMessage()), known.getCause());
        }
        return failure(Kind.REQUEST_BODY_CLIENT, sent, "the request's content broke off", broken);
    }

    /** Whether an HTTP/2 endpoint says that it did not look at the request (RFC 9113 §8.7). */
    private static boolean isUnprocessed(Throwable cause) {
        return cause instanceof RetryableRequestException
                || cause instanceof RetryableStreamException
                || (cause instanceof StreamClosedException closed && closed.isUnprocessed())
                || (cause instanceof IOException && REFUSED_STREAM.equals(cause.getMessage()));
    }

    private static boolean isProtocol(Throwable cause) {
        return cause instanceof HttpException
                || cause instanceof HttpResponseException
                || cause instanceof MalformedMessageException
                || cause instanceof ProtocolException;
    }

    private static GatewayException failure(Kind kind, RequestSent sent, String message, @Nullable Throwable cause) {
        return new GatewayException(kind, sent, message, cause);
    }
}
