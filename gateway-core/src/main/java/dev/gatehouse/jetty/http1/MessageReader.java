package dev.gatehouse.jetty.http1;

import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Headers;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.BufferUtil;
import org.jspecify.annotations.Nullable;

/**
 * Reads the messages of a connection, one after the other: a header section, then content, each as far as it has arrived.
 * Sections go to the {@link HeadScanner} first, and to Jetty's parser if that leaves them. Calls nobody back; its owner sees
 * to it that one thread uses it at a time.
 */
public abstract class MessageReader implements HttpParser.HttpHandler {

    private final EndPoint endPoint;
    private final ByteBufferPool pool;
    private final LoopMemory memory;
    private @Nullable HttpParser parser;
    private @Nullable RetainableByteBuffer input;

    private Headers.Builder fields = Headers.builder(0);
    private Headers headers = Headers.empty();
    private Headers.@Nullable Builder trailers;
    private long length = -1;
    private boolean headComplete;
    private boolean messageComplete;
    private @Nullable ByteBuffer content;
    private @Nullable Throwable failure;

    /** Whether the section was read without the parser, so that content is counted here. */
    private boolean scanned;

    private long left;

    /** A reader of what arrives at an end point. */
    MessageReader(EndPoint endPoint, ByteBufferPool pool, LoopMemory memory) {
        this.endPoint = endPoint;
        this.pool = pool;
        this.memory = memory;
    }

    void parseWith(HttpParser jettys) {
        jettys.setHeaderCacheCaseSensitive(true);
        parser = jettys;
    }

    HttpParser parser() {
        return Objects.requireNonNull(parser);
    }

    /** Reads a usual section as a whole; false if it is not one. */
    abstract boolean scan(HeadScanner head, ByteBuffer bytes);

    /** Whether the section is that of an interim response, which has no content and is not the last. */
    boolean isInterim() {
        return false;
    }

    /**
     * Reads on until a header section is complete, that of an interim response included.
     *
     * @return true if one is, or if none will be ({@link #failure()}); false if there is nothing to read now
     */
    public boolean readHead() {
        headComplete = false;
        messageComplete = false;
        scanned = false;
        trailers = null;
        while (failure == null) {
            if (parser().isStart()) {
                if (!hasInput()) {
                    if (!fill()) {
                        releaseInput();
                        return false;
                    }
                    continue;
                }
                if (scan(memory.scanner(), Objects.requireNonNull(input).getByteBuffer())) {
                    return true;
                }
            }
            boolean handled = parse();
            if (headComplete && (!isInterim() || messageComplete)) {
                if (isInterim()) {
                    parser().reset();
                }
                return true;
            }
            if (!handled && failure == null && !fill()) {
                releaseInput();
                return false;
            }
        }
        return true;
    }

    /** A section was read by the scanner; so many bytes of content follow. */
    void scanned(long contentBytes) {
        headComplete = true;
        HeadScanner scanner = memory.scanner();
        headers = scanner.headers();
        length = scanner.length();
        left = contentBytes;
        scanned = true;
        messageComplete = contentBytes == 0;
    }

    /** Reads over the end of a message that has no content. */
    public void finishEmpty() {
        for (int i = 0; i < 4 && !messageComplete && failure == null; i++) {
            parse();
        }
        releaseInput();
    }

    /**
     * The next of the content, which {@link #isComplete} when it was the last.
     *
     * @param broken makes the chunk that tells why it broke off
     * @return a chunk, or null if there is nothing to read now
     */
    public @Nullable Chunk readContent(Function<Throwable, Chunk> broken) {
        while (content == null && !messageComplete && failure == null) {
            boolean handled = parseContent();
            if (content == null && !handled && !messageComplete && failure == null && !fill()) {
                releaseInput();
                return null;
            }
        }
        ByteBuffer data = content;
        content = null;
        if (data == null) {
            releaseInput();
            return messageComplete ? Chunk.end() : broken.apply(Objects.requireNonNull(failure));
        }
        RetainableByteBuffer buffer = Objects.requireNonNull(input);
        buffer.retain();
        lookAhead(buffer.getByteBuffer());
        releaseInput();
        return new BufferChunk(data, messageComplete, buffer, memory);
    }

    /** Reads what is there of the content: by the parser, or by its length alone. */
    private boolean parseContent() {
        if (!scanned) {
            return parse();
        }
        if (hasInput()) {
            ByteBuffer bytes = Objects.requireNonNull(input).getByteBuffer();
            int some = (int) Math.min(left, bytes.remaining());
            content = bytes.slice(bytes.position(), some);
            bytes.position(bytes.position() + some);
            left -= some;
            messageComplete = left == 0;
        }
        return false;
    }

    /** Finds out whether content that was just parsed is the last, if that can be told without reading. */
    private void lookAhead(ByteBuffer bytes) {
        boolean all = length >= 0 && parser().getContentRead() == length;
        for (int i = 0; i < 4 && !scanned && content == null && !messageComplete && failure == null; i++) {
            if (!all && !bytes.hasRemaining()) {
                return;
            }
            parseNext(bytes);
        }
    }

    private boolean parse() {
        return parseNext(room().getByteBuffer());
    }

    private RetainableByteBuffer room() {
        RetainableByteBuffer buffer = input;
        if (buffer == null) {
            buffer = memory.acquire(pool);
            input = buffer;
        }
        return buffer;
    }

    private boolean parseNext(ByteBuffer bytes) {
        try {
            return parser().parseNext(bytes);
        } catch (RuntimeException | AssertionError broken) {
            // Jetty checks itself while it words what is wrong with a response.
            fail(new MalformedMessageException());
            return true;
        }
    }

    /**
     * Reads from the connection.
     *
     * @return whether there is anything new to parse, or a {@link #failure()}
     */
    public boolean fill() {
        RetainableByteBuffer used = input;
        if (used != null && used.isRetained()) {
            input = null;
            memory.release(used);
        }
        RetainableByteBuffer buffer = room();
        try {
            int read = endPoint.fill(buffer.getByteBuffer());
            if (read < 0) {
                atEnd(buffer.getByteBuffer());
                return true;
            }
            return read > 0;
        } catch (IOException broken) {
            failure = broken;
            return true;
        }
    }

    /** The end of the connection may be that of a message. */
    private void atEnd(ByteBuffer nothing) {
        parser().atEOF();
        parseNext(nothing);
        if (failure == null && !messageComplete && (scanned || !headComplete)) {
            failure = new EOFException("the other side closed the connection");
        }
    }

    /**
     * Whether something has arrived that was not read yet.
     *
     * @return true if the next message has begun already
     */
    public boolean hasInput() {
        RetainableByteBuffer buffer = input;
        return buffer != null && buffer.hasRemaining();
    }

    /** Gives the buffer back if nothing is left in it. */
    public void releaseInput() {
        if (!hasInput() && content == null) {
            releaseAll();
        }
    }

    /** Gives the buffer back, whatever is in it. */
    public void releaseAll() {
        content = null;
        RetainableByteBuffer buffer = input;
        input = null;
        if (buffer != null) {
            memory.release(buffer);
        }
    }

    /** A copy of what has arrived and was not read, for another protocol; null if there is nothing. */
    public @Nullable ByteBuffer takeInput() {
        RetainableByteBuffer buffer = input;
        ByteBuffer rest = buffer == null ? null : BufferUtil.copy(buffer.getByteBuffer());
        releaseAll();
        return rest;
    }

    /** Makes ready for the next message. */
    public void next() {
        parser().reset();
    }

    /**
     * The header section that was read.
     *
     * @return the fields as they came
     */
    public Headers headers() {
        return headers;
    }

    /**
     * The trailer section that was read.
     *
     * @return the fields as they came; empty if there is none, or not yet
     */
    public Headers trailers() {
        return trailers == null ? Headers.empty() : trailers.build();
    }

    /**
     * The announced length of the content.
     *
     * @return -1 if none is
     */
    public long length() {
        return length;
    }

    /**
     * Whether the whole message has been read.
     *
     * @return true if no content follows
     */
    public boolean isComplete() {
        return messageComplete;
    }

    /**
     * Why there is nothing more to read.
     *
     * @return an {@link HttpException} or {@link MalformedMessageException} for what is malformed, an {@link EOFException}
     *     for the end of the connection, another one if it broke; null if none of that happened
     */
    public @Nullable Throwable failure() {
        return failure;
    }

    /**
     * Lets every further reading fail.
     *
     * @param cause why; ignored if it had failed already
     */
    public void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    void begin() {
        fields = Headers.builder(16);
        length = -1;
    }

    @Override
    public void parsedHeader(HttpField field) {
        fields.addParsed(field.getName(), text(field));
        if (field.getHeader() == HttpHeader.CONTENT_LENGTH) {
            length = field.getLongValue();
        }
    }

    @Override
    public boolean headerComplete() {
        headComplete = true;
        headers = fields.build();
        return true;
    }

    @Override
    public boolean content(ByteBuffer item) {
        content = item;
        return true;
    }

    @Override
    public boolean contentComplete() {
        return false;
    }

    @Override
    public void parsedTrailer(HttpField field) {
        if (trailers == null) {
            trailers = Headers.builder(4);
        }
        trailers.addParsed(field.getName(), text(field));
    }

    private static String text(HttpField field) {
        @Nullable String value = field.getValue();
        return value == null ? "" : value;
    }

    @Override
    public boolean messageComplete() {
        messageComplete = true;
        return true;
    }

    @Override
    public void earlyEOF() {
        fail(
                parser().isAtEOF()
                        ? new EOFException("the other side closed the connection")
                        : new MalformedMessageException());
    }

    @Override
    public void badMessage(HttpException bad) {
        fail(bad instanceof Throwable cause ? cause : new MalformedMessageException());
    }
}
