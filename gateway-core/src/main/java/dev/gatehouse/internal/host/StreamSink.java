package dev.gatehouse.internal.host;

import dev.gatehouse.host.Done;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Writes a response to a blocking stream, on the exchange's own thread. */
public final class StreamSink implements BodyWriter.Sink {

    private static final int COPY_BYTES = 16 * 1024;

    private final HostThread thread;
    private final Out out;
    private boolean begun;
    private byte @Nullable [] copy;

    /** Where a response goes. Called serially. */
    public interface Out {

        /**
         * Writes the header section.
         *
         * @throws IOException if the client is gone
         */
        void begin() throws IOException;

        /**
         * Writes content.
         *
         * @param bytes where it is
         * @param offset where it begins
         * @param count how many bytes it has
         * @throws IOException if the client is gone
         */
        void write(byte[] bytes, int offset, int count) throws IOException;

        /**
         * Sends what was written so far on its way.
         *
         * @throws IOException if the client is gone
         */
        void flush() throws IOException;

        /**
         * Ends the response; its trailers are known.
         *
         * @throws IOException if the client is gone
         */
        void end() throws IOException;
    }

    /**
     * A sink for one response.
     *
     * @param thread writes
     * @param out where to
     */
    public StreamSink(HostThread thread, Out out) {
        this.thread = thread;
        this.out = out;
    }

    @Override
    public void write(ByteBuffer data, boolean last, Done done) {
        thread.post(() -> {
            Throwable failure = writeNow(data, last);
            done.done(failure);
        });
    }

    private @Nullable Throwable writeNow(ByteBuffer data, boolean last) {
        try {
            if (!begun) {
                begun = true;
                out.begin();
            }
            copy(data);
            if (last) {
                out.end();
            } else {
                out.flush();
            }
            return null;
        } catch (IOException | RuntimeException failure) {
            return failure;
        }
    }

    private void copy(ByteBuffer data) throws IOException {
        if (data.hasArray()) {
            out.write(data.array(), data.arrayOffset() + data.position(), data.remaining());
            return;
        }
        byte[] buffer = copy == null && data.hasRemaining() ? new byte[COPY_BYTES] : copy;
        copy = buffer;
        while (buffer != null && data.hasRemaining()) {
            int count = Math.min(buffer.length, data.remaining());
            data.get(buffer, 0, count);
            out.write(buffer, 0, count);
        }
    }
}
