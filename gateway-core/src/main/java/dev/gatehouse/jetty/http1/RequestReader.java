package dev.gatehouse.jetty.http1;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;

/** Reads requests. */
public final class RequestReader extends MessageReader implements HttpParser.RequestHandler {

    private final int maxHeaderBytes;
    private String method = "";
    private String target = "";
    private @Nullable HttpVersion version;
    private boolean keepAlive;
    private boolean expectsContinue;
    private boolean chunked;

    /**
     * A reader.
     *
     * @param endPoint where requests arrive
     * @param pool where buffers come from
     * @param memory of the loop that reads
     * @param maxHeaderBytes of a header section, or of a trailer section
     * @param compliance what is let pass
     */
    public RequestReader(
            EndPoint endPoint, ByteBufferPool pool, LoopMemory memory, int maxHeaderBytes, HttpCompliance compliance) {
        super(endPoint, pool, memory);
        this.maxHeaderBytes = maxHeaderBytes;
        parseWith(new HttpParser(this, maxHeaderBytes, compliance));
    }

    @Override
    boolean scan(HeadScanner head, ByteBuffer bytes) {
        if (!head.request(bytes, maxHeaderBytes)) {
            return false;
        }
        method = head.method();
        target = head.target();
        version = HttpVersion.HTTP_1_1;
        keepAlive = !head.closes();
        expectsContinue = false;
        chunked = false;
        scanned(Math.max(0, head.length()));
        return true;
    }

    /**
     * The method as it came.
     *
     * @return a token
     */
    public String method() {
        return method;
    }

    /**
     * The target as it came.
     *
     * @return whatever stood there
     */
    public String target() {
        return target;
    }

    /**
     * The version.
     *
     * @return the version, or null if the request line could not be read
     */
    public @Nullable HttpVersion version() {
        return version;
    }

    /**
     * Whether the client lets the connection live on.
     *
     * @return by its version and its {@code Connection}
     */
    public boolean keepAlive() {
        return keepAlive;
    }

    /**
     * Whether the client waits for 100 Continue before it sends content.
     *
     * @return true if it does
     */
    public boolean expectsContinue() {
        return expectsContinue;
    }

    /**
     * Whether there is no content (RFC 9112 §6.3).
     *
     * @return true if neither a length nor chunks are announced, or a length of 0
     */
    public boolean isEmpty() {
        return length() == 0 || (length() < 0 && !chunked);
    }

    @Override
    public void startRequest(String requestMethod, String uri, HttpVersion requestVersion) {
        begin();
        method = requestMethod;
        target = uri;
        version = requestVersion;
        keepAlive = requestVersion == HttpVersion.HTTP_1_1;
        expectsContinue = false;
        chunked = false;
    }

    @Override
    public void parsedHeader(HttpField field) {
        super.parsedHeader(field);
        HttpHeader header = field.getHeader();
        if (header == HttpHeader.TRANSFER_ENCODING) {
            chunked = true;
        } else if (header == HttpHeader.EXPECT) {
            expectsContinue = HttpHeaderValue.CONTINUE.is(field.getValue());
        } else if (header == HttpHeader.CONNECTION) {
            if (field.contains(HttpHeaderValue.CLOSE.asString())) {
                keepAlive = false;
            } else if (version == HttpVersion.HTTP_1_0 && field.contains(HttpHeaderValue.KEEP_ALIVE.asString())) {
                keepAlive = true;
            }
        }
    }
}
