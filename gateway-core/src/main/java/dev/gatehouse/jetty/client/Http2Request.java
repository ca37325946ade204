package dev.gatehouse.jetty.client;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.jetty.http2.FieldEncoder;
import dev.gatehouse.jetty.http2.FieldSection;
import dev.gatehouse.jetty.http2.Http2Stream;
import dev.gatehouse.jetty.http2.StreamOwner;
import dev.gatehouse.transport.Call;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http2.ErrorCode;
import org.jspecify.annotations.Nullable;

/** One request and its response on a stream (RFC 9113 §8.1). */
final class Http2Request extends RequestWriter implements StreamOwner, LoopExchange.Carrier {

    private static final HttpField HTTP = new HttpField(HttpHeader.C_SCHEME, "http");
    private static final Map<HttpMethod, HttpField> METHODS = new EnumMap<>(HttpMethod.class);

    static {
        for (HttpMethod method : HttpMethod.values()) {
            METHODS.put(method, new HttpField(HttpHeader.C_METHOD, method.asString()));
        }
    }

    /** Whether the endpoint gets to see the request is decided once. */
    private enum Fate {
        UNSENT,
        SENT,
        GIVEN_UP
    }

    private final Http2Connection connection;
    private final Http2Stream stream;
    private final SilenceWatch silence;
    private final AtomicReference<Fate> fate = new AtomicReference<>(Fate.UNSENT);
    private long heardBefore;

    Http2Request(Http2Connection connection, LoopExchange exchange, int id, SilenceWatch silence) {
        super(exchange);
        this.connection = connection;
        this.stream = new Http2Stream(connection, id, this, false);
        this.silence = silence;
    }

    Http2Stream stream() {
        return stream;
    }

    /** Begins. */
    void begin(Duration idleTimeout) {
        heardBefore = connection.reads();
        silence.begin(idleTimeout);
        iterate();
    }

    @Override
    public boolean isSent() {
        return fate.get() == Fate.SENT;
    }

    @Override
    boolean write(boolean first, ByteBuffer data, boolean end) {
        stream.send(first ? this::head : null, data, end, body()::trailers, this::written);
        return true;
    }

    private void written(@Nullable Throwable failure) {
        if (failure == null) {
            succeeded();
        } else {
            failed(failure);
        }
    }

    @Override
    public boolean begins() {
        return fate.compareAndSet(Fate.UNSENT, Fate.SENT);
    }

    private void head(FieldEncoder encoder) {
        Call call = exchange().call();
        Request request = call.request();
        HttpField method = METHODS.get(HttpMethod.fromString(request.method()));
        encoder.field(method == null ? new HttpField(HttpHeader.C_METHOD, request.method()) : method)
                .field(HTTP)
                .field(new HttpField(HttpHeader.C_AUTHORITY, RequestHead.host(call)))
                .field(new HttpField(HttpHeader.C_PATH, request.target().pathAndQuery()));
        Headers headers = request.headers();
        for (int i = 0; i < headers.size(); i++) {
            if (!RequestHead.isWrittenByTransport(headers.name(i))) {
                encoder.field(headers.name(i), headers.value(i));
            }
        }
        if (length() > 0 || (length() == 0 && RequestContent.EXPECT_CONTENT.contains(request.method()))) {
            encoder.field("content-length", Long.toString(length()));
        }
    }

    @Override
    public void section(FieldSection head, boolean end) {
        exchange().answering();
        int status = head.status();
        if (!head.isResponse()) {
            wrong("the endpoint answered with what is no response");
        } else if (head.tooLarge()) {
            wrong("the header section of the response is too large");
        } else if (status == 101 || status < 100 || status > 599) {
            wrong("the endpoint answered with status " + status);
        } else if (status >= 200) {
            answer(head, end);
        } else if (end) {
            wrong("the endpoint ended with an interim response");
        } else {
            exchange().interim(status, head.fields());
        }
    }

    private void wrong(String what) {
        exchange().breakOff(new GatewayException(Kind.UPSTREAM_PROTOCOL, RequestSent.YES, what, null));
    }

    private void answer(FieldSection head, boolean ended) {
        long length = head.contentLength();
        boolean empty = isEmpty(head.status());
        if (ended && !empty && length > 0) {
            wrong("the endpoint announced content and sent none");
            return;
        }
        if (empty || ended) {
            // If anything came nevertheless, it would be more than is announced.
            exchange().answered(head.status(), head.fields(), Body.empty());
            connection.begun(stream, 0, ended);
        } else {
            connection.begun(stream, length, false);
            exchange().answered(head.status(), head.fields(), Body.of(stream.content(), length));
        }
    }

    /** Whether there can be no content, whatever the header section says (RFC 9110 §6.4.1). */
    private boolean isEmpty(int status) {
        return exchange().call().request().method().equals("HEAD") || status == 204 || status == 304;
    }

    @Override
    public Throwable failure(Throwable cause) {
        return exchange().bodyFailure(cause, stream.content().isAwaited());
    }

    @Override
    public void progress() {
        silence.heard();
    }

    /** Nobody wants the rest of the response. */
    @Override
    public void cancelled() {
        stop();
        stream.reset(ErrorCode.CANCEL_STREAM_ERROR);
    }

    /** The answer is complete: what is left of the request is of no use. */
    @Override
    public void remoteEnded() {
        if (!stream.isLocalEnded()) {
            cancelled();
        }
    }

    @Override
    public void broken(Throwable cause) {
        stop();
        boolean other = cause instanceof ProtocolException && !connection.isSettled();
        exchange()
                .breakOff(
                        other
                                ? new GatewayException(
                                        Kind.CONNECT_FAILED,
                                        RequestSent.NO,
                                        "the endpoint does not speak HTTP/2",
                                        cause)
                                : cause);
    }

    @Override
    public void removed() {
        silence.cancel();
        exchange().ended();
        connection.ended();
    }

    @Override
    public void giveUp(LoopExchange exchange, Throwable cause) {
        stop();
        fate.compareAndSet(Fate.UNSENT, Fate.GIVEN_UP);
        stream.reset(ErrorCode.CANCEL_STREAM_ERROR, cause);
        if (isTimeout(cause)) {
            connection.loop().execute(() -> connection.silent(heardBefore));
        }
    }

    private static boolean isTimeout(Throwable cause) {
        return cause instanceof TimeoutException
                || (cause instanceof GatewayException ours && ours.kind() == Kind.UPSTREAM_TIMEOUT);
    }
}
