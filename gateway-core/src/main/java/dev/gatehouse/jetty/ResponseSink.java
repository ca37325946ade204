package dev.gatehouse.jetty;

import dev.gatehouse.host.Done;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Headers;
import dev.gatehouse.internal.host.BodyWriter;
import dev.gatehouse.internal.host.ResponseFraming;
import dev.gatehouse.jetty.internal.JettyFields;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Writes a response of the gateway's through Jetty: its header section with the first bytes, its trailers with the last. */
final class ResponseSink implements BodyWriter.Sink, Callback {

    /** What a server may be set to add to each response: such fields can be replaced, but not cleared or removed. */
    private static final EnumSet<HttpHeader> JETTYS_OWN =
            EnumSet.of(HttpHeader.DATE, HttpHeader.SERVER, HttpHeader.X_POWERED_BY);

    private final Request request;
    private final Response response;
    private final dev.gatehouse.http.Response answer;
    private final ResponseFraming framing;
    private boolean begun;
    private @Nullable Done writing;

    ResponseSink(Request request, Response response, dev.gatehouse.http.Response answer) {
        this.request = request;
        this.response = response;
        this.answer = answer;
        this.framing = ResponseFraming.of(answer, request.getMethod());
    }

    @Override
    public void write(ByteBuffer data, boolean last, Done done) {
        boolean first = !begun;
        if (first) {
            begun = true;
            prepare();
        }
        if (framing.content()) {
            writing = done;
            response.write(last, data, this);
        } else {
            writeWithoutContent(first, last, done);
        }
    }

    /**
     * The header section goes out at once and, where its length is known or there can be none, ends the response. The
     * content is read to its end and dropped.
     *
     * <p>Jetty adds {@code Content-Length: 0} to a first write that is also the last. For HEAD without a length this
     * would be a false statement about GET, so the end is a write of its own then.
     */
    private void writeWithoutContent(boolean first, boolean last, Done done) {
        boolean endsWithHead = framing.length() >= 0 || answer.status() == 204;
        if (first) {
            writing = last && !endsWithHead ? failure -> endUnlessFailed(failure, done) : done;
            response.write(endsWithHead, null, this);
        } else if (last && !endsWithHead) {
            endUnlessFailed(null, done);
        } else {
            done.done(null);
        }
    }

    private void endUnlessFailed(@Nullable Throwable failure, Done done) {
        if (failure != null) {
            done.done(failure);
            return;
        }
        writing = done;
        response.write(true, null, this);
    }

    private void prepare() {
        response.setStatus(answer.status());
        HttpFields.Mutable fields = response.getHeaders();
        fields.clear();
        Headers headers = answer.headers();
        for (int i = 0; i < headers.size(); i++) {
            if (!ResponseFraming.isFraming(headers.name(i))) {
                add(fields, new HttpField(headers.name(i), headers.value(i)));
            }
        }
        if (framing.length() >= 0) {
            fields.put(HttpHeader.CONTENT_LENGTH, framing.length());
        }
        response.setTrailersSupplier(canHaveTrailers() ? this::trailers : null);
    }

    /**
     * Adds a field, or puts it in the place of Jetty's own. A date that Jetty has set stays where the response has none:
     * who forwards a response without a date, and has a clock, adds one (RFC 9110 §6.6.1).
     */
    private static void add(HttpFields.Mutable fields, HttpField field) {
        HttpHeader known = field.getHeader();
        if (known != null && JETTYS_OWN.contains(known)) {
            fields.put(field);
        } else {
            fields.add(field);
        }
    }

    /** HTTP/1.1 has room for trailers only after chunks (RFC 9112 §7.1.2), HTTP/1.0 has none, later versions always. */
    private boolean canHaveTrailers() {
        HttpVersion version = request.getConnectionMetaData().getHttpVersion();
        if (version == HttpVersion.HTTP_1_1) {
            return framing.content() && framing.length() < 0;
        }
        return version.getVersion() > HttpVersion.HTTP_1_1.getVersion();
    }

    private @Nullable HttpFields trailers() {
        Body body = answer.body();
        Headers trailers = body.trailers();
        return trailers.size() == 0 ? null : JettyFields.toJetty(trailers);
    }

    @Override
    public void succeeded() {
        finish(null);
    }

    @Override
    public void failed(Throwable failure) {
        finish(failure);
    }

    private void finish(@Nullable Throwable failure) {
        Done current = writing;
        writing = null;
        if (current != null) {
            current.done(failure);
        }
    }

    /** What a write calls back only reads and writes further: Jetty need not find another thread for it. */
    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
