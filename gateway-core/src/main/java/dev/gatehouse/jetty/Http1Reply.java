package dev.gatehouse.jetty;

import dev.gatehouse.host.Done;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import dev.gatehouse.internal.host.BodyWriter;
import dev.gatehouse.internal.host.ResponseFraming;
import dev.gatehouse.jetty.http1.Framing;
import dev.gatehouse.jetty.http1.HeadWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Writes what answers one request: interim responses, then the final one, its header section with the first of its
 * content. One write at a time; what comes meanwhile waits.
 */
final class Http1Reply implements BodyWriter.Sink, Callback {

    private static final byte[][] STATUS_LINES = new byte[1000][];

    private final Http1Connection connection;
    private final String method;
    private final boolean http11;
    private final boolean keepAlive;

    private @Nullable Response response;
    private @Nullable ResponseFraming framing;
    private boolean begun;
    private boolean closing;
    private long left;
    private volatile boolean writing;
    private @Nullable Done written;

    /** Guarded by this: interim responses on their way, and what waits for them. */
    private boolean interimUnderWay;

    private @Nullable Deque<Runnable> waiting;

    Http1Reply(Http1Connection connection, String method, boolean http11, boolean keepAlive) {
        this.connection = connection;
        this.method = method;
        this.http11 = http11;
        this.keepAlive = keepAlive;
    }

    boolean isWriting() {
        return writing || isInterimUnderWay();
    }

    /** Whether another request may follow on the connection. */
    boolean isReusable() {
        return begun && !closing;
    }

    /** An interim response, unless the final one has begun. */
    void interim(int status, Headers headers) {
        if (isInterimUnderWay()) {
            // A client that does not read must not make us keep what it may do without.
            return;
        }
        inTurn(() -> {
            if (response != null) {
                nextInTurn();
                return;
            }
            ByteBuffer head = new HeadWriter()
                    .bytes(statusLine(status))
                    .fields(headers)
                    .line()
                    .buffer();
            connection.write(Callback.from(this::nextInTurn, failure -> nextInTurn()), head);
        });
    }

    /** Runs what writes at once, or after the interim responses under way. */
    private void inTurn(Runnable write) {
        synchronized (this) {
            if (interimUnderWay) {
                if (waiting == null) {
                    waiting = new ArrayDeque<>();
                }
                waiting.add(write);
                return;
            }
            interimUnderWay = true;
        }
        write.run();
    }

    private synchronized boolean isInterimUnderWay() {
        return interimUnderWay;
    }

    private void nextInTurn() {
        Runnable next;
        synchronized (this) {
            next = waiting == null ? null : waiting.poll();
            interimUnderWay = next != null;
        }
        if (next != null) {
            next.run();
        }
    }

    /** The final response is about to be written. */
    void begin(Response answer) {
        framing = ResponseFraming.of(answer, method);
        response = answer;
    }

    @Override
    public void write(ByteBuffer data, boolean last, Done done) {
        if (begun) {
            writeContent(null, data, last, done);
        } else {
            begun = true;
            if (isInterimUnderWay()) {
                inTurn(() -> {
                    writeContent(head(), data, last, done);
                    nextInTurn();
                });
            } else {
                writeContent(head(), data, last, done);
            }
        }
    }

    private void writeContent(@Nullable ByteBuffer head, ByteBuffer data, boolean last, Done done) {
        ResponseFraming frames = Objects.requireNonNull(framing);
        ByteBuffer[] buffers;
        if (!frames.content()) {
            buffers = Framing.plain(head, ByteBuffer.allocate(0));
        } else if (frames.length() >= 0) {
            left -= data.remaining();
            if (left < 0 || (last && left > 0)) {
                done.done(new IOException("the content is not as long as it was announced"));
                return;
            }
            buffers = Framing.plain(head, data);
        } else if (http11) {
            buffers = Framing.chunked(head, data, last, last ? trailers() : Headers.empty());
        } else {
            buffers = Framing.plain(head, data);
        }
        if (buffers.length == 0) {
            done.done(null);
            return;
        }
        written = done;
        writing = true;
        connection.write(this, buffers);
    }

    private Headers trailers() {
        Body body = Objects.requireNonNull(response).body();
        return body.trailers();
    }

    private ByteBuffer head() {
        Response answer = Objects.requireNonNull(response);
        ResponseFraming frames = Objects.requireNonNull(framing);
        boolean chunked = frames.content() && frames.length() < 0;
        Headers headers = answer.headers();
        closing = !keepAlive
                || (headers.contains("Connection") && headers.containsToken("Connection", "close"))
                || (chunked && !http11)
                || ResponseFraming.endsConnection(answer)
                || connection.connector().isShutdown();
        left = frames.length();
        HeadWriter writer = connection.writer().clear().bytes(statusLine(answer.status()));
        boolean dated = false;
        for (int i = 0; i < headers.size(); i++) {
            String name = headers.name(i);
            if (!ResponseFraming.isFraming(name) && !name.equalsIgnoreCase("Connection")) {
                writer.field(name, headers.value(i));
                dated |= name.length() == 4 && name.equalsIgnoreCase("Date");
            }
        }
        if (!dated) {
            writer.bytes(connection.factory().date().line());
        }
        if (frames.length() >= 0) {
            writer.text("Content-Length: ").number(frames.length()).line();
        } else if (chunked && http11) {
            writer.text("Transfer-Encoding: chunked\r\n");
        }
        if (closing) {
            writer.text("Connection: close\r\n");
        } else if (!http11) {
            writer.text("Connection: keep-alive\r\n");
        }
        return writer.line().buffer();
    }

    private static byte[] statusLine(int status) {
        byte[] known = STATUS_LINES[status];
        if (known == null) {
            HttpStatus.@Nullable Code code = HttpStatus.getCode(status);
            String reason = code == null ? "" : code.getMessage();
            known = ("HTTP/1.1 " + status + ' ' + reason + "\r\n").getBytes(StandardCharsets.US_ASCII);
            STATUS_LINES[status] = known;
        }
        return known;
    }

    @Override
    public void succeeded() {
        finish(null);
    }

    @Override
    public void failed(Throwable failure) {
        finish(failure);
    }

    private void finish(@Nullable Throwable failure) {
        Done done = written;
        written = null;
        writing = false;
        if (done != null) {
            done.done(failure);
        }
    }

    /** The client is gone: a write that waits for it ends. */
    void gone() {
        if (isWriting()) {
            connection.close();
        }
    }

    /** The response cannot be completed. */
    void breakOff() {
        closing = true;
        if (begun && !http11) {
            Aborting.resetOnClose(connection.getEndPoint());
        }
    }

    /** What a write calls back only reads and writes further. */
    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
