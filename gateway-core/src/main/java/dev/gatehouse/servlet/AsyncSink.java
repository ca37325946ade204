package dev.gatehouse.servlet;

import dev.gatehouse.host.Done;
import dev.gatehouse.http.Response;
import dev.gatehouse.internal.host.BodyWriter;
import dev.gatehouse.internal.host.ResponseFraming;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a response when the container says that it can. Each write goes through the same steps; between two of them the
 * container may have to be waited for. Whoever asked it, and was refused, touches nothing after that: the container's
 * call goes on with the next step, perhaps at once and on another thread.
 */
final class AsyncSink implements BodyWriter.Sink, WriteListener {

    /** What is to be done next. */
    private enum Step {
        WRITE,
        FLUSH,
        AWAIT,
        IDLE
    }

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final Response answer;
    private final ResponseFraming framing;

    private @Nullable ServletOutputStream out;
    private boolean begun;
    private Step step = Step.IDLE;
    private byte[] bytes = new byte[0];
    private byte[] copy = bytes;
    private int offset;
    private int count;
    private @Nullable Done done;
    private volatile boolean broken;

    AsyncSink(HttpServletRequest request, HttpServletResponse response, Response answer) {
        this.request = request;
        this.response = response;
        this.answer = answer;
        this.framing = ResponseFraming.of(answer, request.getMethod());
    }

    /** Whether writing failed: the client is gone, and the container knows. */
    boolean isBroken() {
        return broken;
    }

    /** Sends the header section if that has not been done: so that what comes next is no response of the container's. */
    void beginIfNot() {
        if (!begun) {
            begun = true;
            try {
                ResponseHead.apply(request, response, answer, framing);
                response.flushBuffer();
            } catch (IOException | RuntimeException gone) {
                broken = true;
            }
        }
    }

    @Override
    public void write(ByteBuffer data, boolean last, Done whenDone) {
        if (broken) {
            whenDone.done(new IOException("the client is gone"));
            return;
        }
        take(framing.content() ? data : data.slice(0, 0));
        synchronized (this) {
            done = whenDone;
        }
        step = count > 0 ? Step.WRITE : Step.FLUSH;
        if (begun) {
            advance();
            return;
        }
        begun = true;
        try {
            ResponseHead.apply(request, response, answer, framing);
            out = response.getOutputStream();
            out.setWriteListener(this); // which calls as soon as it can be written to
        } catch (IOException | RuntimeException failure) {
            failed(failure);
        }
    }

    /** A chunk's array is its owner's: it is read from, while what has no array is copied into one of our own. */
    private void take(ByteBuffer data) {
        count = data.remaining();
        if (data.hasArray()) {
            bytes = data.array();
            offset = data.arrayOffset() + data.position();
            return;
        }
        if (copy.length < count) {
            copy = new byte[Math.max(count, 16 * 1024)];
        }
        data.get(copy, 0, count);
        bytes = copy;
        offset = 0;
    }

    @Override
    public void onWritePossible() {
        advance();
    }

    private void advance() {
        try {
            ServletOutputStream stream = out;
            while (stream != null && step != Step.IDLE) {
                if (!stream.isReady()) {
                    return;
                }
                switch (step) {
                    case WRITE -> {
                        step = Step.FLUSH;
                        stream.write(bytes, offset, count);
                    }
                    case FLUSH -> {
                        step = Step.AWAIT;
                        stream.flush();
                    }
                    default -> {
                        succeeded();
                        return;
                    }
                }
            }
        } catch (IOException | RuntimeException failure) {
            failed(failure);
        }
    }

    /** Ends the response for the client, who cannot tell its end by a length, while the exchange goes on. */
    void closeIfOpenEnded() {
        ServletOutputStream stream = out;
        if (stream != null && framing.content() && framing.length() < 0) {
            try {
                stream.close();
            } catch (IOException | RuntimeException gone) {
                broken = true;
            }
        }
    }

    private void succeeded() {
        step = Step.IDLE;
        finish(null);
    }

    private void failed(Throwable failure) {
        broken = true;
        step = Step.IDLE;
        finish(failure);
    }

    private void finish(@Nullable Throwable failure) {
        Done current;
        synchronized (this) {
            current = done;
            done = null;
        }
        if (current != null) {
            current.done(failure);
        }
    }

    @Override
    public void onError(Throwable failure) {
        broken = true;
        finish(failure);
    }
}
