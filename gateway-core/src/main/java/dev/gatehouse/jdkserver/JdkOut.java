package dev.gatehouse.jdkserver;

import com.sun.net.httpserver.HttpExchange;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import dev.gatehouse.internal.host.ResponseFraming;
import dev.gatehouse.internal.host.StreamSink;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Writes a response through the JDK's server. */
final class JdkOut implements StreamSink.Out {

    /**
     * What is read of an upload that nobody wants, after its answer. A connection that is closed with unread bytes is
     * reset, and the client may lose the answer then (RFC 9112 §9.6); this much can be on its way already: the largest
     * window that Linux opens by default.
     */
    private static final int MAX_DISCARD_BYTES = 6 * 1024 * 1024;

    private final HttpExchange exchange;
    private final Response response;
    private final boolean upload;
    private final boolean chunkedUpload;
    private final ResponseFraming framing;
    private final OutputStream out;

    /**
     * A response that has not begun.
     *
     * @param upload whether the request has content
     * @param chunkedUpload whether it came in chunks
     */
    JdkOut(HttpExchange exchange, Response response, boolean upload, boolean chunkedUpload) {
        this.exchange = exchange;
        this.response = response;
        this.upload = upload;
        this.chunkedUpload = chunkedUpload;
        this.framing = ResponseFraming.of(response, exchange.getRequestMethod());
        this.out = exchange.getResponseBody();
    }

    @Override
    public void begin() throws IOException {
        com.sun.net.httpserver.Headers theirs = exchange.getResponseHeaders();
        Headers ours = response.headers();
        for (Headers.Field field : ours) {
            theirs.remove(field.name());
        }
        for (Headers.Field field : ours) {
            if (!ResponseFraming.isFraming(field.name())) {
                theirs.add(field.name(), field.value());
            }
        }
        // The server does not know trailers: it would take them for the next request on the connection.
        if (chunkedUpload || ResponseFraming.endsConnection(response)) {
            theirs.set("Connection", "close");
        }
        if (framing.content()) {
            exchange.sendResponseHeaders(response.status(), framing.length() == 0 ? -1 : Math.max(0, framing.length()));
        } else {
            if (framing.length() >= 0) {
                theirs.set("Content-Length", Long.toString(framing.length()));
            }
            exchange.sendResponseHeaders(response.status(), -1);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        if (hasContent()) {
            out.write(bytes, offset, count);
        }
    }

    @Override
    public void flush() throws IOException {
        if (hasContent()) {
            out.flush();
        }
    }

    @Override
    public void end() throws IOException {
        if (hasContent()) {
            if (upload) {
                out.flush();
                discardUpload();
            }
            out.close();
        }
    }

    /** Without content the server has ended the exchange with the header section. */
    private boolean hasContent() {
        return framing.content() && framing.length() != 0;
    }

    private void discardUpload() {
        byte[] buffer = new byte[8 * 1024];
        long left = MAX_DISCARD_BYTES;
        try {
            InputStream in = exchange.getRequestBody();
            int count = in.read(buffer);
            while (count > 0 && left > 0) {
                left -= count;
                count = in.read(buffer);
            }
        } catch (IOException broken) {
            // Then nothing more comes. The server closes a connection whose request it has not read to its end.
        }
    }
}
