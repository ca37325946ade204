package dev.gatehouse.servlet;

import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import dev.gatehouse.internal.host.ResponseFraming;
import dev.gatehouse.internal.host.StreamSink;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** Writes a response to the container's, on a thread that may block. */
final class ServletOut implements StreamSink.Out {

    private static final ResponseFraming UNFRAMED = new ResponseFraming(false, -1);

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final Response answer;
    private final @Nullable HostResponse host;
    private final Headers outer;
    private final ResponseFraming framing;
    private @Nullable OutputStream out;
    private boolean begun;
    private boolean errorPage;

    /**
     * A response that has not begun.
     *
     * @param host what the host's own code wrote to, if it ran
     * @param outer the headers that were set before the gateway's turn
     */
    ServletOut(
            HttpServletRequest request,
            HttpServletResponse response,
            Response answer,
            @Nullable HostResponse host,
            Headers outer) {
        this.request = request;
        this.response = response;
        this.answer = answer;
        this.host = host;
        this.outer = outer;
        this.framing = ResponseFraming.of(answer, request.getMethod());
    }

    @Override
    public void begin() throws IOException {
        begun = true;
        errorPage = host != null && host.isErrorPageFor(answer);
        if (host != null) {
            boolean answered = host.takeOver();
            // The host's code has left its headers in the container's response; they are part of the answer by now.
            response.reset();
            if (!answered) {
                ResponseHead.addFields(response, outer, name -> false);
            }
        }
        if (host != null && errorPage) {
            ResponseHead.apply(request, response, answer, UNFRAMED);
            host.sendErrorPage(answer.status());
        } else {
            ResponseHead.apply(request, response, answer, framing);
        }
    }

    /** Sends the header section if nothing is sent yet: what comes next breaks it off, and is no page of the container's. */
    void beginIfNot() throws IOException {
        if (!begun) {
            begin();
            flush();
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        if (framing.content() && count > 0 && !errorPage) {
            OutputStream stream = out == null ? response.getOutputStream() : out;
            out = stream;
            stream.write(bytes, offset, count);
        }
    }

    @Override
    public void flush() throws IOException {
        if (!errorPage) {
            response.flushBuffer();
        }
    }

    @Override
    public void end() throws IOException {
        flush();
    }
}
