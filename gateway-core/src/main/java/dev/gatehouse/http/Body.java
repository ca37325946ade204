package dev.gatehouse.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The content of a message, read by whoever needs it next: the reader pulls, so a slow reader slows the writer down and
 * nothing piles up in between.
 *
 * <p><b>Reading.</b> {@link #read()} answers a chunk, or null if nothing is there yet; after null,
 * {@link #demand(Runnable)} asks to be called when reading makes sense again. After the last chunk (or a failure)
 * {@code read()} answers that end again and again. {@link #trailers() Trailers} are known once the last chunk has been
 * read. There is one reader at a time; it may change threads between calls.
 *
 * <p><b>Ownership.</b> A body is read at most once, to its end, by one party. Who takes a body and does not want the
 * rest calls {@link #cancel(Throwable)}. A response body that a filter has replaced is cancelled by the gateway when
 * the exchange ends; its connection is kept if the rest had already arrived, and closed otherwise. A request body that
 * nobody read is the host's: it reads what has already arrived, and else closes the connection.
 *
 * <p><b>Attributes.</b> {@link #limit}, {@link #onEnd} and {@link #mapTrailers} wrap a body without touching its bytes:
 * chunks pass through as they are, so a transport's own buffers reach the other side uncopied.
 */
public final class Body {

    private static final Body EMPTY = new Body(new BytesSource(new byte[0]), 0);

    private final Source source;
    private final long length;

    private Body(Source source, long length) {
        this.source = source;
        this.length = length;
    }

    /**
     * What a body reads from: implemented by transports, hosts and filters that produce bytes. The reader calls serially;
     * {@link #cancel} may come from any thread.
     */
    public interface Source {

        /**
         * The next chunk.
         *
         * @return a chunk that the caller must release, or null if nothing is there yet
         */
        @Nullable
        Chunk read();

        /**
         * Asks to be told, once, when {@link #read()} would answer a chunk. Called only after {@code read()} answered
         * null, and not again before the call back.
         *
         * @param onAvailable called from any thread, possibly inside this call; must not block
         */
        void demand(Runnable onAvailable);

        /**
         * Nobody will read further. What is left is discarded; a demand that waits is called back; later reads answer a
         * failure. Does nothing after the end.
         *
         * @param reason why
         */
        void cancel(Throwable reason);

        /**
         * The trailer section.
         *
         * @return the trailers; empty before the end has been read and where there are none
         */
        default Headers trailers() {
            return Headers.empty();
        }

        /**
         * A source with the same bytes from their beginning, whatever has been read so far.
         *
         * @return a new source, or null if the bytes are gone once they are read
         */
        default @Nullable Source replay() {
            return null;
        }
    }

    /** Told once how a body ended. */
    @FunctionalInterface
    public interface EndListener {

        /**
         * The body ended: its last chunk was read, it broke off, or its reader cancelled it. What this throws is logged
         * and goes no further.
         *
         * @param bytes how many bytes were read
         * @param failure null after the regular end; otherwise why it ended early
         * @param cancelled whether the reader ended it, rather than where the bytes come from
         */
        void ended(long bytes, @Nullable Throwable failure, boolean cancelled);
    }

    /**
     * No content.
     *
     * @return a shared body
     */
    public static Body empty() {
        return EMPTY;
    }

    /**
     * Content that is in memory. It can be read again for a retry.
     *
     * @param bytes the bytes; not copied, so they must not change afterwards
     * @return a body
     */
    public static Body of(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Body(new BytesSource(bytes), bytes.length);
    }

    /**
     * Text in UTF-8. It can be read again for a retry.
     *
     * @param text the text
     * @return a body
     */
    public static Body of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Content from a source.
     *
     * @param source where the bytes come from
     * @param length how many bytes there will be, or -1 if unknown
     * @return a body
     */
    public static Body of(Source source, long length) {
        if (length < -1) {
            throw new IllegalArgumentException("length: " + length + " (expected: >= -1)");
        }
        return new Body(Objects.requireNonNull(source), length);
    }

    /**
     * How many bytes there are in all.
     *
     * @return the length, or -1 if unknown
     */
    public long length() {
        return length;
    }

    /**
     * Whether there is known to be no content.
     *
     * @return true if the length is known to be 0
     */
    public boolean isEmpty() {
        return length == 0;
    }

    /**
     * The next chunk.
     *
     * @return a chunk that the caller must release, or null if nothing is there yet
     */
    public @Nullable Chunk read() {
        return source.read();
    }

    /**
     * Asks to be told, once, when {@link #read()} would answer a chunk.
     *
     * @param onAvailable called from any thread, possibly inside this call; must not block
     */
    public void demand(Runnable onAvailable) {
        source.demand(onAvailable);
    }

    /**
     * Nobody will read further.
     *
     * @param reason why
     */
    public void cancel(Throwable reason) {
        source.cancel(reason);
    }

    /**
     * The trailer section.
     *
     * @return the trailers; empty before the end has been read and where there are none
     */
    public Headers trailers() {
        return source.trailers();
    }

    /**
     * The same content from its beginning, whatever has been read so far.
     *
     * @return a new body, or null if the bytes are gone once they are read
     */
    public @Nullable Body replay() {
        if (isEmpty()) {
            return this;
        }
        Source again = source.replay();
        return again == null ? null : new Body(again, length);
    }

    /**
     * This content, breaking off with a failure once it has more than a number of bytes.
     *
     * @param maxBytes the most that may come, 0 or more
     * @param failure makes the failure, told the number of bytes seen; called at most once for each body, replays too
     * @return a body with the same length
     */
    public Body limit(long maxBytes, LongFunction<? extends Throwable> failure) {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("maxBytes: " + maxBytes + " (expected: >= 0)");
        }
        if (source instanceof BytesSource && length <= maxBytes) {
            return this;
        }
        return new Body(new LimitedSource(source, maxBytes, failure), length);
    }

    /**
     * This content, telling a listener how it ended. For content that is known to be empty the listener is told at
     * once, since nobody may ever read it. A {@link #replay()} is other content, which the listener is not told of.
     *
     * @param listener told exactly once, by whichever thread ended the body; before the reader has the last chunk, and
     *     before the source knows of a cancellation
     * @return a body with the same length
     */
    public Body onEnd(EndListener listener) {
        if (isEmpty()) {
            listener.ended(0, null, false);
            return this;
        }
        return new Body(new ObservedSource(source, listener), length);
    }

    /**
     * This content with other trailers.
     *
     * @param change told the trailers, each time they are asked for; answers those to show
     * @return a body with the same length
     */
    public Body mapTrailers(UnaryOperator<Headers> change) {
        return source instanceof BytesSource ? this : new Body(new TrailersSource(source, change), length);
    }

    /**
     * All bytes, collected in memory.
     *
     * @param maxBytes the most to collect, 0 or more
     * @return a stage that ends with the bytes; with the body's failure if it breaks off; and with
     *     {@link BodyTooLargeException} if there are more, in which case the rest is cancelled
     */
    public CompletionStage<byte[]> bytes(int maxBytes) {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("maxBytes: " + maxBytes + " (expected: >= 0)");
        }
        return new Collector(this, maxBytes).start();
    }

    /**
     * The bytes as they are in memory already, for fast paths.
     *
     * @return a read-only view of all bytes, or null if they are not in memory or have been read in part
     */
    public @Nullable ByteBuffer inMemory() {
        return source instanceof BytesSource bytes ? bytes.all() : null;
    }
}
