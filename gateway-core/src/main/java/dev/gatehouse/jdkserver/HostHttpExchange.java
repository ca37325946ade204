package dev.gatehouse.jdkserver;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import com.sun.net.httpserver.HttpsExchange;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.internal.host.BlockingTurn.HostRun;
import dev.gatehouse.internal.host.HostBody;
import dev.gatehouse.internal.host.HostFields;
import dev.gatehouse.internal.host.HostInput;
import dev.gatehouse.internal.host.HostOutput;
import dev.gatehouse.internal.host.HostThread;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The exchange as the handler behind the gateway sees it: the request as the filters left it, and a response that goes
 * to the gateway.
 */
final class HostHttpExchange extends HttpExchange {

    /** As the server's own buffer. */
    private static final int BUFFER_BYTES = 8 * 1024;

    private final HttpExchange real;
    private final Request request;
    private final dev.gatehouse.host.HostExchange.HostCallback callback;
    private final HostThread.Signal ended;
    private final HostThread thread;
    private final Headers requestHeaders;
    private final Headers responseHeaders = new Headers();
    private final HostBody body = new HostBody();
    private final HostOutput output;
    private final AtomicBoolean answered = new AtomicBoolean();

    private InputStream in;
    private OutputStream out;
    private int status = -1;

    HostHttpExchange(HttpExchange real, JdkExchange ours, HostRun run) {
        this.real = real;
        this.request = run.request();
        this.callback = run.callback();
        this.thread = ours.thread();
        this.ended = thread.new Signal();
        this.requestHeaders = requestHeaders(ours.received(), run.request());
        this.in = ours.isUnread(request.body()) ? ours.upload() : new HostInput(thread, request.body());
        this.output = new HostOutput(thread, body, BUFFER_BYTES, complete -> requireStatus());
        this.out = new Closing(output);
    }

    /** What the handler gets: an exchange that tells it of TLS where there is TLS. */
    HttpExchange forHandler() {
        return real instanceof HttpsExchange secure ? new HostHttpsExchange(this, secure) : this;
    }

    /** Waits until the handler, or whom it left its work to, has closed the exchange. */
    void awaitEnd() {
        thread.await(ended);
    }

    /** The handler threw. */
    void failed(Throwable failure) {
        if (answered.compareAndSet(false, true)) {
            callback.failed(failure);
        } else {
            output.fail(failure);
        }
        ended.set();
    }

    private static Headers requestHeaders(Request received, Request changed) {
        Headers headers = new Headers();
        for (dev.gatehouse.http.Headers.Field field : HostFields.of(received, changed)) {
            headers.add(field.name(), field.value());
        }
        return headers;
    }

    @Override
    public void sendResponseHeaders(int code, long length) throws IOException {
        if (!answered.compareAndSet(false, true)) {
            throw new IOException("headers already sent");
        }
        status = code;
        boolean empty =
                length == -1 || code == 204 || code == 304 || request.method().equals("HEAD");
        Body content = empty ? Body.empty() : Body.of(body, length == 0 ? -1 : length);
        Response response;
        try {
            response = Response.of(code, Requests.headers(responseHeaders), content);
        } catch (IllegalArgumentException notFinal) {
            answered.set(false);
            throw new IOException("cannot send status " + code, notFinal);
        }
        if (!empty && length > 0) {
            output.length(length);
        }
        callback.response(response);
        if (empty) {
            ended.set();
        } else {
            output.flush();
        }
    }

    private void requireStatus() throws IOException {
        if (!answered.get()) {
            throw new IOException("response headers not sent yet");
        }
    }

    @Override
    public void close() {
        if (answered.compareAndSet(false, true)) {
            callback.failed(new IOException("the handler closed the exchange without a response"));
        } else if (!output.isClosed()) {
            try {
                output.close();
            } catch (IOException failure) {
                output.fail(failure);
            }
        }
        ended.set();
    }

    @Override
    public Headers getRequestHeaders() {
        return requestHeaders;
    }

    @Override
    public Headers getResponseHeaders() {
        return responseHeaders;
    }

    @Override
    public URI getRequestURI() {
        String target = request.target().raw();
        return target.equals(real.getRequestURI().toString()) ? real.getRequestURI() : URI.create(target);
    }

    @Override
    public String getRequestMethod() {
        return request.method();
    }

    @Override
    public HttpContext getHttpContext() {
        return real.getHttpContext();
    }

    @Override
    public InputStream getRequestBody() {
        return in;
    }

    @Override
    public OutputStream getResponseBody() {
        return out;
    }

    @Override
    public InetSocketAddress getRemoteAddress() {
        return real.getRemoteAddress();
    }

    @Override
    public int getResponseCode() {
        return status;
    }

    @Override
    public InetSocketAddress getLocalAddress() {
        return real.getLocalAddress();
    }

    @Override
    public String getProtocol() {
        return real.getProtocol();
    }

    @Override
    public @Nullable Object getAttribute(String name) {
        return real.getAttribute(name);
    }

    @Override
    public void setAttribute(String name, @Nullable Object value) {
        real.setAttribute(name, value);
    }

    @Override
    public void setStreams(@Nullable InputStream newIn, @Nullable OutputStream newOut) {
        in = newIn == null ? in : newIn;
        out = newOut == null ? out : newOut;
    }

    @Override
    public @Nullable HttpPrincipal getPrincipal() {
        return real.getPrincipal();
    }

    /** Tells when the handler has closed its stream. */
    private final class Closing extends OutputStream {

        private final HostOutput to;

        Closing(HostOutput to) {
            this.to = to;
        }

        @Override
        public void write(int value) throws IOException {
            to.write(value);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            to.write(bytes, offset, count);
        }

        @Override
        public void flush() throws IOException {
            to.flush();
        }

        @Override
        public void close() throws IOException {
            try {
                to.close();
            } finally {
                ended.set();
            }
        }
    }
}
