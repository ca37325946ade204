package dev.gatehouse.servlet;

import dev.gatehouse.host.HostExchange.HostCallback;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import dev.gatehouse.internal.host.HostBody;
import dev.gatehouse.internal.host.HostOutput;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the host's own code answers to. Headers are kept in the container's response, which knows how cookies, character
 * sets and sessions are written; when the code commits, they become a response of the gateway's, and what it writes
 * becomes the content of that.
 */
final class HostResponse extends HttpServletResponseWrapper {

    private static final String LENGTH = "Content-Length";

    private final HostRun run;
    private final HttpServletResponse real;
    private final String method;
    private final HostCallback callback;
    private final HostBody body = new HostBody();
    private final HostOutput output;
    private final AtomicBoolean answered = new AtomicBoolean();

    private @Nullable HostServletOutput stream;
    private @Nullable HostWriter writer;
    private @Nullable Supplier<Map<String, String>> trailers;
    private @Nullable Locale language;
    private @Nullable String errorMessage;
    private long length = -1;
    private volatile boolean errorPage;
    private volatile boolean failed;

    HostResponse(HostRun run, HttpServletRequest request, HttpServletResponse real, HostCallback callback) {
        super(real);
        this.run = run;
        this.real = real;
        this.method = request.getMethod();
        this.callback = callback;
        this.output = new HostOutput(run.thread(), body, real.getBufferSize(), this::commit);
        output.trailers(this::trailerSection);
    }

    /**
     * Nothing that the host's code still says is heard: the gateway answers.
     *
     * @return whether the code has committed a response, so that the gateway has seen all of its headers
     */
    boolean takeOver() {
        return answered.getAndSet(true) && !failed;
    }

    /** Whether there is nothing more for the gateway to wait for. */
    boolean isFinished() {
        return failed || errorPage || output.isClosed();
    }

    /** Whether the container shall make the content of a response: the code sent an error, and no filter gave it content. */
    boolean isErrorPageFor(Response answer) {
        return errorPage && answer.body().isEmpty() && answer.status() >= 400;
    }

    /** Has the container make the content of an error. */
    void sendErrorPage(int status) throws IOException {
        if (errorMessage == null) {
            real.sendError(status);
        } else {
            real.sendError(status, errorMessage);
        }
    }

    /** The host's code is through. */
    void finish() {
        if (isFinished()) {
            return;
        }
        try {
            output.close();
        } catch (IOException | RuntimeException failure) {
            failed(failure);
        }
    }

    /** The host's code failed. */
    void failed(Throwable failure) {
        failed = true;
        if (answered.compareAndSet(false, true)) {
            output.fail(failure);
            callback.failed(failure);
        } else {
            output.fail(failure);
        }
    }

    private void commit(long complete) throws IOException {
        if (!answered.compareAndSet(false, true)) {
            throw new IOException("the response has ended");
        }
        int status = real.getStatus();
        Headers headers = ResponseHead.read(real);
        if (language != null && !headers.contains("Content-Language")) {
            headers = headers.with("Content-Language", language.toLanguageTag());
        }
        boolean ofOthers = method.equals("HEAD") || status == 304;
        if (ofOthers && length >= 0) {
            headers = headers.with(LENGTH, Long.toString(length));
        }
        long known = ofOthers ? -1 : length >= 0 ? length : complete;
        answer(status, headers, Body.of(body, known));
    }

    private void answer(int status, Headers headers, Body content) {
        Response response;
        try {
            response = Response.of(status, headers, content);
        } catch (IllegalArgumentException notFinal) {
            failed = true;
            body.cancel(notFinal);
            callback.failed(notFinal);
            return;
        }
        callback.response(response);
    }

    private Headers trailerSection() {
        Supplier<Map<String, String>> supplier = trailers;
        Map<String, String> fields = supplier == null ? null : supplier.get();
        Headers.Builder section = Headers.builder(4);
        if (fields != null) {
            fields.forEach(section::add);
        }
        return section.build();
    }

    /** Nothing may be said any more, or to this gateway. */
    private boolean isClosed() {
        if (run.isPassedBy()) {
            throw new IllegalStateException("a dispatch has passed the gateway by: map its filter for ASYNC");
        }
        return isCommitted();
    }

    private void requireOpen() {
        if (isClosed()) {
            throw new IllegalStateException("the response is committed");
        }
    }

    @Override
    public boolean isCommitted() {
        return errorPage || output.isCommitted() || answered.get();
    }

    @Override
    public ServletOutputStream getOutputStream() {
        isClosed();
        if (writer != null) {
            throw new IllegalStateException("getWriter() was called");
        }
        HostServletOutput ours = stream == null ? new HostServletOutput(output, run) : stream;
        stream = ours;
        return ours;
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        isClosed();
        if (stream != null) {
            throw new IllegalStateException("getOutputStream() was called");
        }
        HostWriter ours = writer;
        if (ours == null) {
            String charset = super.getCharacterEncoding();
            super.setCharacterEncoding(charset);
            ours = new HostWriter(output, charset);
            writer = ours;
        }
        return ours.printer();
    }

    @Override
    public void flushBuffer() throws IOException {
        isClosed();
        output.flush();
    }

    @Override
    public void sendError(int status) {
        sendError(status, null);
    }

    @Override
    public void sendError(int status, @Nullable String message) {
        requireOpen();
        output.reset();
        if (!answered.compareAndSet(false, true)) {
            return;
        }
        errorPage = true;
        errorMessage = message;
        answer(status, ResponseHead.read(real), Body.empty());
        run.thread().runPosted();
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        requireOpen();
        output.reset();
        length = -1;
        super.setStatus(SC_FOUND);
        super.setHeader("Location", location);
        output.close();
    }

    @Override
    public void reset() {
        requireOpen();
        super.reset();
        output.reset();
        output.length(-1);
        length = -1;
        stream = null;
        writer = null;
        language = null;
        trailers = null;
    }

    @Override
    public void resetBuffer() {
        requireOpen();
        output.reset();
    }

    @Override
    public void setBufferSize(int size) {
        output.bufferBytes(size);
    }

    @Override
    public int getBufferSize() {
        return output.bufferBytes();
    }

    @Override
    public void setTrailerFields(Supplier<Map<String, String>> supplier) {
        requireOpen();
        trailers = supplier;
    }

    @Override
    public @Nullable Supplier<Map<String, String>> getTrailerFields() {
        return trailers;
    }

    @Override
    public void setStatus(int status) {
        if (!isClosed()) {
            super.setStatus(status);
        }
    }

    @Override
    public void setContentLength(int bytes) {
        setContentLengthLong(bytes);
    }

    @Override
    public void setContentLengthLong(long bytes) {
        if (!isClosed()) {
            length = bytes;
            boolean ofOthers = method.equals("HEAD") || real.getStatus() == SC_NOT_MODIFIED;
            output.length(ofOthers ? -1 : bytes);
        }
    }

    @Override
    public void setContentType(@Nullable String type) {
        if (isClosed()) {
            return;
        }
        HostWriter writing = writer;
        if (writing == null || type == null) {
            super.setContentType(type);
            return;
        }
        // The writer's character set stands.
        int parameters = type.indexOf(';');
        super.setContentType(parameters < 0 ? type : type.substring(0, parameters));
        super.setCharacterEncoding(writing.charset());
    }

    @Override
    public void setCharacterEncoding(@Nullable String charset) {
        if (!isClosed() && writer == null) {
            super.setCharacterEncoding(charset);
        }
    }

    @Override
    public void setLocale(Locale locale) {
        if (!isClosed()) {
            super.setLocale(locale);
            language = locale;
        }
    }

    @Override
    public void addCookie(Cookie cookie) {
        if (!isClosed()) {
            super.addCookie(cookie);
        }
    }

    @Override
    public void setHeader(String name, @Nullable String value) {
        if (isClosed()) {
            return;
        }
        if (name.equalsIgnoreCase(LENGTH)) {
            setContentLengthLong(value == null ? -1 : Long.parseLong(value.trim()));
        } else if (name.equalsIgnoreCase("Content-Type")) {
            setContentType(value);
        } else {
            super.setHeader(name, value);
        }
    }

    @Override
    public void addHeader(String name, @Nullable String value) {
        if (name.equalsIgnoreCase(LENGTH) || name.equalsIgnoreCase("Content-Type")) {
            setHeader(name, value);
        } else if (!isClosed()) {
            super.addHeader(name, value);
        }
    }

    @Override
    public void setIntHeader(String name, int value) {
        setHeader(name, Integer.toString(value));
    }

    @Override
    public void addIntHeader(String name, int value) {
        addHeader(name, Integer.toString(value));
    }

    @Override
    public void setDateHeader(String name, long millis) {
        if (!isClosed()) {
            super.setDateHeader(name, millis);
        }
    }

    @Override
    public void addDateHeader(String name, long millis) {
        if (!isClosed()) {
            super.addDateHeader(name, millis);
        }
    }

    @Override
    public boolean containsHeader(String name) {
        return name.equalsIgnoreCase(LENGTH) ? length >= 0 : super.containsHeader(name);
    }

    @Override
    public @Nullable String getHeader(String name) {
        return name.equalsIgnoreCase(LENGTH) && length >= 0 ? Long.toString(length) : super.getHeader(name);
    }
}
