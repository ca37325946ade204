package dev.gatehouse.jetty;

import dev.gatehouse.host.Done;
import dev.gatehouse.host.HostExchange.HostCallback;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Headers;
import dev.gatehouse.internal.host.HostBody;
import dev.gatehouse.jetty.internal.JettyFields;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

/**
 * What the host's own code writes to. Its first write does not go to the client: it becomes a response of ours, whose
 * status and headers filters may still change and whose body is what the code writes.
 */
final class HostResponse extends Response.Wrapper {

    private static final ByteBuffer NO_BYTES = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final HostRequest request;
    private final HostCallback answer;
    private final HttpFields.Mutable headers;
    private final HostBody body = new HostBody();
    private int status;
    private volatile @Nullable Supplier<HttpFields> trailers;
    private boolean committed;
    private boolean lastWritten;
    private boolean completed;

    HostResponse(HostRequest request, Response wrapped, HostCallback answer) {
        super(request, wrapped);
        this.request = request;
        this.answer = answer;
        this.headers = HttpFields.build(wrapped.getHeaders());
    }

    @Override
    public synchronized int getStatus() {
        return status;
    }

    @Override
    public synchronized void setStatus(int code) {
        if (!committed) {
            status = code;
        }
    }

    @Override
    public HttpFields.Mutable getHeaders() {
        return headers;
    }

    @Override
    public @Nullable Supplier<HttpFields> getTrailersSupplier() {
        return trailers;
    }

    @Override
    public void setTrailersSupplier(@Nullable Supplier<HttpFields> supplier) {
        trailers = supplier;
    }

    @Override
    public synchronized boolean isCommitted() {
        return committed;
    }

    @Override
    public synchronized boolean hasLastWrite() {
        return lastWritten;
    }

    @Override
    public synchronized boolean isCompletedSuccessfully() {
        return completed;
    }

    @Override
    public synchronized void reset() {
        if (committed) {
            throw new IllegalStateException("Committed");
        }
        status = 0;
        trailers = null;
        headers.clear();
        for (HttpField field : getWrapped().getHeaders()) {
            headers.add(field);
        }
    }

    @Override
    public void write(boolean last, @Nullable ByteBuffer content, Callback callback) {
        ByteBuffer data = content == null ? NO_BYTES : content;
        boolean repeatedEnd;
        boolean first;
        synchronized (this) {
            // Much code ends its response twice, with nothing the second time; Jetty lets it.
            repeatedEnd = lastWritten && !data.hasRemaining();
            lastWritten |= last;
            first = !committed;
            committed = true;
        }
        if (repeatedEnd) {
            callback.succeeded();
            return;
        }
        if (last) {
            body.trailers(trailerSection());
        }
        body.write(data, last, returning(callback));
        if (first) {
            commit(last ? data.remaining() : -1);
        }
    }

    /** The host's code is done. */
    void complete() {
        synchronized (this) {
            completed = true;
        }
        write(true, NO_BYTES, Callback.NOOP);
    }

    /** The host's code failed. */
    void fail(Throwable failure) {
        boolean first;
        synchronized (this) {
            first = !committed;
            committed = true;
        }
        body.fail(failure);
        if (first) {
            answer.failed(failure);
        }
    }

    private void commit(long lengthOfAll) {
        int code = getStatus() == 0 ? HttpStatus.OK_200 : getStatus();
        Headers section = JettyFields.fromJetty(headers);
        dev.gatehouse.http.Response response;
        try {
            response = dev.gatehouse.http.Response.of(
                    code, section, Body.of(body, lengthOfAll >= 0 ? lengthOfAll : declaredLength(code)));
        } catch (IllegalArgumentException unknownStatus) {
            body.cancel(unknownStatus);
            answer.failed(unknownStatus);
            return;
        }
        answer.response(response);
    }

    /** What Content-Length says of the bytes that will be written; for HEAD and 304 it speaks of others. */
    private long declaredLength(int code) {
        boolean ofOthers = HttpMethod.HEAD.is(request.getMethod()) || code == HttpStatus.NOT_MODIFIED_304;
        return ofOthers ? -1 : Math.max(-1, headers.getLongField(HttpHeader.CONTENT_LENGTH));
    }

    private Headers trailerSection() {
        Supplier<HttpFields> supplier = trailers;
        HttpFields fields = supplier == null ? null : supplier.get();
        return fields == null ? Headers.empty() : JettyFields.fromJetty(fields);
    }

    private Done returning(Callback callback) {
        return failure -> {
            Runnable task = failure == null ? callback::succeeded : () -> callback.failed(failure);
            HostCode.onItsThread(request, Invocable.from(callback.getInvocationType(), task))
                    .run();
        };
    }
}
