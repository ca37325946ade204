package dev.gatehouse.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Reads a body into one array. */
final class Collector {

    private final Body body;
    private final int maxBytes;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> result = new CompletableFuture<>();

    Collector(Body body, int maxBytes) {
        this.body = body;
        this.maxBytes = maxBytes;
    }

    CompletionStage<byte[]> start() {
        read();
        return result;
    }

    private void read() {
        while (true) {
            Chunk chunk = body.read();
            if (chunk == null) {
                body.demand(this::read);
                return;
            }
            Throwable failure = chunk.failure();
            if (failure != null) {
                result.completeExceptionally(failure);
                return;
            }
            boolean last = chunk.last();
            boolean kept = keep(chunk.data());
            chunk.release();
            if (!kept) {
                BodyTooLargeException tooLarge = new BodyTooLargeException(maxBytes);
                body.cancel(tooLarge);
                result.completeExceptionally(tooLarge);
                return;
            }
            if (last) {
                result.complete(bytes.toByteArray());
                return;
            }
        }
    }

    private boolean keep(ByteBuffer data) {
        int count = data.remaining();
        if (count > maxBytes - bytes.size()) {
            return false;
        }
        byte[] copy = new byte[count];
        data.get(copy);
        bytes.write(copy, 0, count);
        return true;
    }
}
