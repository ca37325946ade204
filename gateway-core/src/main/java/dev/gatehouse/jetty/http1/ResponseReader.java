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

/** Reads responses. */
public final class ResponseReader extends MessageReader implements HttpParser.ResponseHandler {

    private static final int SWITCHING_PROTOCOLS = 101;

    private final int maxHeaderBytes;
    private boolean toHead;
    private boolean begun;
    private int status;
    private boolean persistent;

    /**
     * A reader.
     *
     * @param endPoint where responses arrive
     * @param pool where buffers come from
     * @param memory of the loop that reads
     * @param maxHeaderBytes of a header section, or of a trailer section
     */
    public ResponseReader(EndPoint endPoint, ByteBufferPool pool, LoopMemory memory, int maxHeaderBytes) {
        super(endPoint, pool, memory);
        this.maxHeaderBytes = maxHeaderBytes;
        parseWith(new HttpParser(this, maxHeaderBytes, HttpCompliance.RFC7230));
    }

    /**
     * Makes ready for the response to a request.
     *
     * @param method the request's
     */
    public void next(String method) {
        next();
        toHead = method.equals("HEAD");
        parser().setHeadResponse(toHead);
        begun = false;
        persistent = true;
    }

    @Override
    boolean scan(HeadScanner head, ByteBuffer bytes) {
        if (!head.response(bytes, maxHeaderBytes, toHead)) {
            return false;
        }
        begun = true;
        status = head.status();
        persistent = !head.closes();
        scanned(toHead || status == 204 || status == 304 ? 0 : head.length());
        return true;
    }

    /** 101 is interim, too, but ends what HTTP/1.1 has to say. */
    @Override
    public boolean isInterim() {
        return status < 200 && status != SWITCHING_PROTOCOLS;
    }

    /**
     * Whether any of the response has come.
     *
     * @return true once its status line is read
     */
    public boolean hasBegun() {
        return begun;
    }

    /**
     * The status.
     *
     * @return whatever the endpoint says
     */
    public int status() {
        return status;
    }

    /**
     * Whether there can be no content, whatever the header section says (RFC 9112 §6.3).
     *
     * @return true for an answer to HEAD, for 204 and 304, and for a length of 0
     */
    public boolean isEmpty() {
        return toHead || length() == 0 || status == 204 || status == 304;
    }

    /**
     * Whether the connection may carry another request after this response.
     *
     * @return by the version, by {@code Connection}, and by what has arrived behind it
     */
    public boolean isPersistent() {
        return persistent && failure() == null && isComplete() && !hasInput() && !parser().isAtEOF();
    }

    @Override
    public void startResponse(HttpVersion version, int code, String reason) {
        begin();
        begun = true;
        status = code;
        persistent = version == HttpVersion.HTTP_1_1;
    }

    @Override
    public void parsedHeader(HttpField field) {
        super.parsedHeader(field);
        if (field.getHeader() == HttpHeader.CONNECTION) {
            if (field.contains(HttpHeaderValue.CLOSE.asString())) {
                persistent = false;
            } else if (field.contains(HttpHeaderValue.KEEP_ALIVE.asString())) {
                persistent = true;
            }
        }
    }
}
