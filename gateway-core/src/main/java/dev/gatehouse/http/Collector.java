package dev.gatehouse.http;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** Reads a body into one array. */
final class Collector {

    /** As much as is set aside on the word of a length that a client announced. */
    private static final int MOST_AT_FIRST = 64 * 1024;

    private final Body body;
    private final int maxBytes;
    private final CompletableFuture<byte[]> result = new CompletableFuture<>();

    /**
     * How often reading was asked for and not done yet. A source may call back inside {@code demand}: that must lead back
     * into the loop that is running, or the stack would grow with the body.
     */
    private final AtomicInteger wanted = new AtomicInteger();

    private byte[] bytes;
    private int count;

    Collector(Body body, int maxBytes) {
        this.body = body;
        this.maxBytes = maxBytes;
        long expected = body.length() < 0 ? 512 : body.length();
        this.bytes = new byte[(int) Math.min(expected, Math.min(maxBytes, MOST_AT_FIRST))];
    }

    CompletionStage<byte[]> start() {
        read();
        return result;
    }

    private void read() {
        if (wanted.getAndIncrement() > 0) {
            return;
        }
        do {
            try {
                readWhatIsThere();
            } catch (RuntimeException e) {
                body.cancel(e);
                result.completeExceptionally(e);
            }
        } while (wanted.decrementAndGet() > 0);
    }

    private void readWhatIsThere() {
        while (true) {
            Chunk chunk = body.read();
            if (chunk == null) {
                body.demand(this::read);
                return;
            }
            Throwable failure = chunk.failure();
            boolean last = chunk.last();
            boolean kept = failure == null && keep(chunk.data());
            chunk.release();
            if (failure != null) {
                result.completeExceptionally(failure);
                return;
            }
            if (!kept) {
                BodyTooLargeException tooLarge = new BodyTooLargeException(maxBytes);
                body.cancel(tooLarge);
                result.completeExceptionally(tooLarge);
                return;
            }
            if (last) {
                result.complete(count == bytes.length ? bytes : Arrays.copyOf(bytes, count));
                return;
            }
        }
    }

    private boolean keep(ByteBuffer data) {
        int more = data.remaining();
        if (more > maxBytes - count) {
            return false;
        }
        if (more > bytes.length - count) {
            int doubled = (int) Math.min(maxBytes, 2L * bytes.length);
            bytes = Arrays.copyOf(bytes, Math.max(count + more, doubled));
        }
        data.get(bytes, count, more);
        count += more;
        return true;
    }
}
