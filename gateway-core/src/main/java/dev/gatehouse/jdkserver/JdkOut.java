package dev.gatehouse.jdkserver;

import com.sun.net.httpserver.HttpExchange;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import dev.gatehouse.internal.host.ResponseFraming;
import dev.gatehouse.internal.host.StreamSink;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** Writes a response through the JDK's server. */
final class JdkOut implements StreamSink.Out {

    private final HttpExchange exchange;
    private final Response response;
    private final JdkUpload upload;
    private final boolean chunkedUpload;
    private final ResponseFraming framing;
    private final OutputStream out;
    private volatile @Nullable Lingering lingering;

    /**
     * A response that has not begun.
     *
     * @param upload the request's content
     * @param chunkedUpload whether it came in chunks
     */
    JdkOut(HttpExchange exchange, Response response, JdkUpload upload, boolean chunkedUpload) {
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

    /** Sends what is left. The exchange goes on if the client still has to send: {@link #linger()} ends it then. */
    @Override
    public void end() throws IOException {
        if (!hasContent()) {
            return;
        }
        if (upload.isEnded()) {
            out.close();
        } else {
            out.flush();
            lingering = Lingering.begin(exchange, upload, out);
        }
    }

    /** Ends the exchange, after a response that is complete. */
    void linger() {
        Lingering begun = lingering;
        if (begun != null) {
            begun.end();
        }
    }

    /** Without content the server has ended the exchange with the header section. */
    private boolean hasContent() {
        return framing.content() && framing.length() != 0;
    }
}
