package dev.gatehouse.jetty;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Headers;
import dev.gatehouse.internal.host.ResponseFraming;
import dev.gatehouse.jetty.internal.JettyChunks;
import dev.gatehouse.jetty.internal.JettyFields;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.Trailers;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** A request as the filters left it, for the host's own code. */
final class HostRequest extends Request.Wrapper {

    private final String method;
    private final HttpURI uri;
    private final HttpFields headers;
    private final Body body;
    private volatile @Nullable HttpFields trailers;

    HostRequest(Request original, dev.gatehouse.http.Request received, dev.gatehouse.http.Request changed) {
        super(original);
        this.method = changed.method();
        this.uri = changed.target().equals(received.target())
                ? original.getHttpURI()
                : HttpURI.build(original.getHttpURI())
                        .pathQuery(changed.target().pathAndQuery())
                        .asImmutable();
        this.body = changed.body();
        this.headers = headers(changed, body.length() != received.body().length());
    }

    private static HttpFields headers(dev.gatehouse.http.Request changed, boolean lengthChanged) {
        Headers headers = changed.headers();
        if (!lengthChanged) {
            return JettyFields.toJetty(headers).asImmutable();
        }
        HttpFields.Mutable fields = JettyFields.toJetty(
                headers.toBuilder().removeIf(ResponseFraming::isFraming).build());
        if (changed.body().length() >= 0) {
            fields.put(HttpHeader.CONTENT_LENGTH, changed.body().length());
        }
        return fields.asImmutable();
    }

    @Override
    public String getMethod() {
        return method;
    }

    @Override
    public HttpURI getHttpURI() {
        return uri;
    }

    @Override
    public HttpFields getHeaders() {
        return headers;
    }

    @Override
    public @Nullable HttpFields getTrailers() {
        return trailers;
    }

    @Override
    public long getLength() {
        return body.length();
    }

    @Override
    public Content.@Nullable Chunk read() {
        Chunk chunk = body.read();
        if (chunk == null) {
            return null;
        }
        if (chunk.last() && chunk.failure() == null && body.trailers().size() > 0) {
            HttpFields section = JettyFields.toJetty(body.trailers()).asImmutable();
            trailers = section;
            if (!chunk.data().hasRemaining()) {
                chunk.release();
                return new Trailers(section);
            }
        }
        return JettyChunks.toJetty(chunk);
    }

    @Override
    public void demand(Runnable demandCallback) {
        body.demand(HostCode.onItsThread(getWrapped(), demandCallback));
    }

    @Override
    public void fail(Throwable failure) {
        body.cancel(failure);
    }

    @Override
    public boolean consumeAvailable() {
        while (true) {
            Content.Chunk chunk = read();
            if (chunk == null) {
                return false;
            }
            boolean end = chunk.isLast();
            chunk.release();
            if (end) {
                return !Content.Chunk.isFailure(chunk);
            }
        }
    }
}
