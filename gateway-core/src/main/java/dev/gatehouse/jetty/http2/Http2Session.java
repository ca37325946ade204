package dev.gatehouse.jetty.http2;

import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.http.Headers;
import dev.gatehouse.jetty.http1.LoopMemory;
import dev.gatehouse.jetty.http1.OnReadable;
import dev.gatehouse.jetty.loop.Loop;
import dev.gatehouse.jetty.loop.LoopSocket;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.Flags;
import org.eclipse.jetty.http2.frames.FrameType;
import org.eclipse.jetty.http2.frames.SettingsFrame;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection over HTTP/2 (RFC 9113), either side of it. What the streams of one connection send while their loop is busy
 * goes out together when it has seen to all its sockets.
 *
 * <p>All state belongs to the loop's thread, on which all methods are called but
 * those of Jetty's connections.
 */
public abstract class Http2Session extends SessionEvents {

    private static final Logger LOG = LoggerFactory.getLogger(Http2Session.class);
    private static final Duration LINGER = Duration.ofSeconds(1);

    private final LoopSocket socket;
    private final LoopMemory memory;
    private final ByteBufferPool pool;
    private final FrameReader reader;
    private final Callback onReadable = new OnReadable(this);
    private final SendQueue sending;
    private final FlowControl flow;
    private final Map<Integer, Http2Stream> streams = new HashMap<>();
    private final ResetStreams reset = new ResetStreams();
    private boolean ending;
    private long reads;

    /**
     * A connection of which nothing has been read.
     *
     * @param socket connected
     * @param executor Jetty's, for what blocks; nothing here does
     * @param pool where buffers come from
     * @param settings how it differs from others
     */
    protected Http2Session(LoopSocket socket, Executor executor, ByteBufferPool pool, SessionSettings settings) {
        super(socket, executor);
        this.socket = socket;
        this.memory = socket.loop().memory();
        this.pool = pool;
        this.sending = new SendQueue(socket, pool, this::written);
        this.flow = new FlowControl(sending, settings.window());
        this.reader = new FrameReader(new FrameInput(this, flow, sending), settings);
    }

    /**
     * Whose connection it is.
     *
     * @return the loop; from any thread
     */
    public final Loop loop() {
        return socket.loop();
    }

    /**
     * What is open.
     *
     * @return a view
     */
    protected final Collection<Http2Stream> streams() {
        return streams.values();
    }

    /**
     * A stream.
     *
     * @param id its number
     * @return the stream, or null if it is not open
     */
    protected final @Nullable Http2Stream stream(int id) {
        return streams.get(id);
    }

    /**
     * Whether the connection comes to its end.
     *
     * @return true if nothing new can be begun
     */
    protected final boolean isEnding() {
        return ending;
    }

    /**
     * Whether the peer speaks HTTP/2.
     *
     * @return true if its first frame has come
     */
    public final boolean isSettled() {
        return reader.isSettled();
    }

    /**
     * Whether something has come since.
     *
     * @return how often something was read
     */
    public final long reads() {
        return reads;
    }

    /**
     * Sends what a connection begins with.
     *
     * @param preface for a server, else empty
     * @param settings keys, each followed by its value
     */
    protected final void begin(byte[] preface, int... settings) {
        FrameOutput output = sending.output();
        output.raw(preface);
        ByteBuffer payload = ByteBuffer.allocate(3 * (settings.length + 2));
        setting(payload, SettingsFrame.INITIAL_WINDOW_SIZE, FlowControl.STREAM_WINDOW);
        for (int i = 0; i < settings.length; i += 2) {
            setting(payload, settings[i], settings[i + 1]);
        }
        output.frame(FrameType.SETTINGS, Flags.NONE, 0, payload.flip());
        flow.begin();
    }

    private static void setting(ByteBuffer payload, int key, int value) {
        payload.putShort((short) key).putInt(value);
    }

    /**
     * A stream has begun.
     *
     * @param stream what it is
     */
    protected final void open(Http2Stream stream) {
        flow.opened(stream);
        streams.put(stream.id(), stream);
    }

    /**
     * The section has come that begins what the peer sends on a stream.
     *
     * @param stream an open one
     * @param contentLength what is announced to follow, or -1
     * @param ended whether nothing follows
     */
    public final void begun(Http2Stream stream, long contentLength, boolean ended) {
        stream.sectionReceived = true;
        stream.contentLeft = contentLength;
        if (ended) {
            stream.ended(Headers.empty());
        }
    }

    /** Waits for what comes next. */
    protected final void awaitReadable() {
        socket.tryFillInterested(onReadable);
    }

    @Override
    public void onFillable() {
        RetainableByteBuffer buffer = memory.acquire(pool);
        int filled;
        try {
            filled = socket.fill(buffer.getByteBuffer());
            reads++;
            parse(buffer.getByteBuffer());
        } catch (IOException | RuntimeException broken) {
            end(broken);
            return;
        } finally {
            memory.release(buffer);
        }
        if (filled < 0) {
            end(new EOFException("the peer has closed the connection"));
        } else {
            awaitReadable();
        }
    }

    /**
     * Reads frames.
     *
     * @param bytes what has come
     */
    protected final void parse(ByteBuffer bytes) {
        if (!ending) {
            reader.read(bytes);
        }
    }

    final FlowControl flow() {
        return flow;
    }

    final ResetStreams resetStreams() {
        return reset;
    }

    /**
     * Ends a stream that is open, or is not any more.
     *
     * @param id its number
     * @param code why
     */
    protected final void reset(int id, ErrorCode code) {
        if (!isOurs(code) && !reader.isBearable()) {
            return;
        }
        sending.output().number(FrameType.RST_STREAM, id, code.code);
        reset.add(id);
        sending.later();
    }

    /**
     * Ends an open stream, and tells those who read and write it.
     *
     * @param stream the stream
     * @param code why
     */
    protected final void reset(Http2Stream stream, ErrorCode code) {
        String message = "the stream was reset: " + code;
        reset(stream, code, isOurs(code) ? new StreamClosedException(message, false) : new ProtocolException(message));
    }

    /** Whether it is no fault of the peer's; who makes us reset streams gets no more for it than who resets them. */
    private static boolean isOurs(ErrorCode code) {
        return switch (code) {
            case CANCEL_STREAM_ERROR, NO_ERROR, INTERNAL_ERROR, REFUSED_STREAM_ERROR -> true;
            default -> false;
        };
    }

    final void reset(Http2Stream stream, ErrorCode code, Throwable cause) {
        if (!stream.closed) {
            if (stream.known) {
                reset(stream.id(), code);
            }
            broken(stream, cause);
        }
    }

    /**
     * An open stream has ended before its time.
     *
     * @param stream the stream
     * @param cause what those who read and write it are told
     */
    protected final void broken(Http2Stream stream, Throwable cause) {
        if (!stream.closed) {
            remove(stream);
            stream.broken(cause);
        }
    }

    final void removeIfEnded(Http2Stream stream) {
        if (stream.localEnded && stream.remoteEnded) {
            remove(stream);
        }
    }

    private void remove(Http2Stream stream) {
        if (!stream.closed) {
            stream.closed = true;
            streams.remove(stream.id());
            stream.owner().removed();
        }
    }

    final SendQueue sending() {
        return sending;
    }

    /** A write has ended. */
    private void written(@Nullable Throwable failure) {
        if (failure != null) {
            end(failure);
        } else if (ending && sending.isEmpty()) {
            linger();
        }
    }

    /**
     * The peer breaks the rules: it is told, and the connection ends (RFC 9113 §5.4.1).
     *
     * @param code which rule
     * @param reason for who debugs the peer
     */
    protected final void fail(ErrorCode code, String reason) {
        if (!ending) {
            goAway(code, reason);
            abandon(new ProtocolException(reason));
        }
    }

    /**
     * Tells the peer that nothing new is taken (RFC 9113 §6.8).
     *
     * @param code why
     * @param reason for who debugs the peer
     */
    protected final void goAway(ErrorCode code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer payload = ByteBuffer.allocate(8 + text.length);
        payload.putInt(lastStream()).putInt(code.code).put(text);
        sending.output().frame(FrameType.GO_AWAY, Flags.NONE, 0, payload.flip());
        sending.later();
    }

    /** Nothing new comes, and nothing is under way: closes the connection when all is sent. */
    protected final void finish() {
        if (!ending) {
            ending = true;
            ending();
            if (sending.isEmpty()) {
                linger();
            }
        }
    }

    /**
     * A connection that is closed with unread bytes in its buffers is reset by the kernel, and then the peer may not read
     * what was sent last: so it is given a moment to close first.
     */
    private void linger() {
        socket.shutdownOutput();
        TimeSource.Timer unused = TimeSource.system().schedule(this::close, LINGER);
    }

    /**
     * The connection is of no use any more: ends it at once.
     *
     * @param cause what those who use it are told
     */
    protected final void end(Throwable cause) {
        abandon(cause);
        close();
    }

    /** Tells everybody, also if some of them throw. */
    private void abandon(Throwable cause) {
        ending = true;
        ending();
        for (Http2Stream stream : List.copyOf(streams.values())) {
            try {
                broken(stream, cause);
            } catch (RuntimeException thrown) {
                LOG.warn("What was told of the end of a stream has failed.", thrown);
            }
        }
    }

    @Override
    public void onFillInterestedFailed(Throwable cause) {
        loop().execute(() -> end(cause));
    }

    /** Whether that matters is known on the loop's thread only. */
    @Override
    public boolean onIdleExpired(TimeoutException timeout) {
        loop().execute(() -> {
            if (ending) {
                end(timeout);
            } else {
                idle(timeout);
            }
        });
        return false;
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
        super.onClose(cause);
        loop().execute(() -> {
            abandon(cause == null ? new EOFException("the connection was closed") : cause);
            sending.close();
        });
    }
}
