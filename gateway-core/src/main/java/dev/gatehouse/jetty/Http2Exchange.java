package dev.gatehouse.jetty;

import dev.gatehouse.host.Done;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.internal.host.BodyWriter;
import dev.gatehouse.internal.host.ResponseFraming;
import dev.gatehouse.jetty.http2.FieldEncoder;
import dev.gatehouse.jetty.http2.FieldSection;
import dev.gatehouse.jetty.http2.Http2Stream;
import dev.gatehouse.jetty.http2.StreamOwner;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.eclipse.jetty.http2.ErrorCode;
import org.jspecify.annotations.Nullable;

/** One request of a client's over HTTP/2, on its way through the gateway. */
final class Http2Exchange extends LoopHostExchange implements BodyWriter.Sink, StreamOwner {

    private static final ByteBuffer NO_BYTES = ByteBuffer.allocate(0);

    private final Http2Connection connection;
    private final Http2Stream stream;
    private final Request request;
    private @Nullable Response response;
    private @Nullable ResponseFraming framing;
    private boolean begun;
    private long left;

    Http2Exchange(Http2Connection connection, int id, FieldSection head, boolean ended) {
        super(connection.factory());
        this.connection = connection;
        this.stream = new Http2Stream(connection, id, this, true);
        Body body = ended ? Body.empty() : Body.of(stream.content(), head.contentLength());
        this.request = head.tooLarge()
                ? Request.builder("HEAD".equals(head.method()) ? "HEAD" : "GET", "/")
                        .build()
                : Requests.received(head, body, connection.connection());
        if (!ended && request.headers().containsToken("Expect", "100-continue")) {
            stream.content().onDemand(() -> interim(100, Headers.empty()));
        }
    }

    @Override
    public Throwable failure(Throwable cause) {
        return new GatewayException(Kind.REQUEST_BODY_CLIENT, RequestSent.NO, "reading the request failed", cause);
    }

    Http2Stream stream() {
        return stream;
    }

    void serve() {
        connection.factory().serving().serve(request, this);
    }

    /** Answers what is not for the gateway to judge. */
    void refuse(int status) {
        respond(ProblemErrors.problem(status), ignored -> {});
    }

    @Override
    public void interim(int status, Headers headers) {
        stream.interim(encoder -> fields(encoder.status(status), headers));
    }

    @Override
    public void respond(Response answer, Done done) {
        response = answer;
        framing = ResponseFraming.of(answer, request.method());
        left = framing.length();
        write(answer, this, failure -> ended(failure, done));
    }

    @Override
    public void write(ByteBuffer data, boolean last, Done done) {
        ResponseFraming frames = Objects.requireNonNull(framing);
        boolean first = !begun;
        begun = true;
        if (frames.content()) {
            if (isWrongLength(data.remaining(), last)) {
                done.done(new IOException("the content is not as long as it was announced"));
                return;
            }
            Body body = Objects.requireNonNull(response).body();
            stream.send(first ? this::head : null, data, last, body::trailers, done);
        } else if (first) {
            stream.send(this::head, NO_BYTES, true, Headers::empty, done);
        } else {
            done.done(null);
        }
    }

    private boolean isWrongLength(int bytes, boolean last) {
        if (left < 0) {
            return false;
        }
        left -= bytes;
        return left < 0 || (last && left > 0);
    }

    private void head(FieldEncoder encoder) {
        Response answer = Objects.requireNonNull(response);
        fields(encoder.status(answer.status()), answer.headers());
        if (!answer.headers().contains("Date")) {
            encoder.field("date", connection.factory().date().value());
        }
        long length = Objects.requireNonNull(framing).length();
        if (length >= 0) {
            encoder.field("content-length", Long.toString(length));
        }
    }

    /** Adds what HTTP/2 has a place for (RFC 9113 §8.2.2). */
    private static void fields(FieldEncoder encoder, Headers headers) {
        for (int i = 0; i < headers.size(); i++) {
            String name = headers.name(i);
            if (!ResponseFraming.isFraming(name) && !FieldSection.isOfConnection(name)) {
                encoder.field(name, headers.value(i));
            }
        }
    }

    private void ended(@Nullable Throwable failure, Done done) {
        try {
            done.done(failure);
        } finally {
            boolean unread = !stream.content().isOver();
            if (unread) {
                stream.content().cancel(failure == null ? new EOFException("the response is complete") : failure);
            }
            connection.loop().execute(() -> {
                if (failure != null) {
                    stream.reset(ErrorCode.INTERNAL_ERROR);
                } else if (unread) {
                    // The answer is complete: what else the client has to say is of no use (RFC 9113 §8.1).
                    stream.reset(ErrorCode.NO_ERROR);
                }
                connection.served();
            });
        }
    }

    @Override
    public void removed() {
        connection.finishIfLeft();
    }

    /** Nobody is there any more. */
    @Override
    public void broken(Throwable reason) {
        tellGone(reason);
        cancelWriting(reason);
    }
}
