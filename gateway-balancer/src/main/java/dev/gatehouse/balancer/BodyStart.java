package dev.gatehouse.balancer;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** Keeps the start of a response's content; the rest is read and dropped, so that the connection can be used again. */
final class BodyStart implements BodySubscriber<String> {

    /** What a health page needs at most, and no gift to one that does not end. */
    static final int MOST_BYTES = 64 * 1024;

    private final CompletableFuture<String> result = new CompletableFuture<>();
    private final ByteArrayOutputStream start = new ByteArrayOutputStream();

    @Override
    public CompletionStage<String> getBody() {
        return result;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            byte[] bytes = new byte[Math.min(buffer.remaining(), MOST_BYTES - start.size())];
            buffer.get(bytes);
            start.writeBytes(bytes);
        }
    }

    @Override
    public void onError(Throwable failure) {
        result.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        result.complete(start.toString(StandardCharsets.UTF_8));
    }
}
