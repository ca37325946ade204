package dev.gatehouse.jetty.client;

import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.jetty.http1.Framing;
import dev.gatehouse.jetty.http1.HeadWriter;
import dev.gatehouse.transport.Call;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Writes one request to a connection over HTTP/1.1. */
final class Http1Request extends RequestWriter {

    private final Http1Connection connection;
    private final HeadWriter writer;
    private @Nullable ByteBuffer head;
    private int headLength;
    private volatile boolean begun;

    Http1Request(Http1Connection connection, LoopExchange exchange, HeadWriter writer) {
        super(exchange);
        this.connection = connection;
        this.writer = writer;
    }

    /**
     * Encodes the header section.
     *
     * @return its length in bytes
     */
    int encode() {
        Call call = exchange().call();
        Request request = call.request();
        writer.clear().text(request.method()).text(" ").text(request.target().pathAndQuery());
        writer.text(" HTTP/1.1\r\nHost: ").text(host(call)).line();
        Headers headers = request.headers();
        for (int i = 0; i < headers.size(); i++) {
            if (!RequestHead.isWrittenByTransport(headers.name(i))) {
                writer.field(headers.name(i), headers.value(i));
            }
        }
        if (length() < 0) {
            writer.text("Transfer-Encoding: chunked\r\n");
        } else if (length() > 0 || RequestContent.EXPECT_CONTENT.contains(request.method())) {
            writer.text("Content-Length: ").number(length()).line();
        }
        writer.line();
        head = writer.buffer();
        headLength = writer.length();
        return headLength;
    }

    private static String host(Call call) {
        String authority = call.request().authority();
        return authority.isEmpty() ? call.endpoint().authority() : authority;
    }

    @Override
    public boolean isSent() {
        ByteBuffer unsent = head;
        return begun && (unsent == null || unsent.remaining() < headLength);
    }

    @Override
    boolean write(boolean first, ByteBuffer data, boolean end) {
        ByteBuffer section = first ? head : null;
        begun = true;
        ByteBuffer[] buffers = length() < 0
                ? Framing.chunked(section, data, end, end ? body().trailers() : Headers.empty())
                : Framing.plain(section, data);
        if (buffers.length > 0) {
            connection.write(this, buffers);
        }
        return buffers.length > 0;
    }

    @Override
    protected void onCompleteSuccess() {
        connection.requestWritten(exchange());
    }
}
